"""Which links Kazakhstan cannot do without, what bounds its way out, and what would be worth building."""

from datetime import date, timedelta

import numpy as np

import zollverein as zv
from zollverein.corridor import Horizon, Option, Outage, Router, bottleneck, criticality, expansion

network = zv.open_case("eurasia").network()
year = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
router = Router(network, year)

print("US$ million that thirty days without each link cost, all exporters together")
alone = criticality(router, start=date(2022, 3, 1), days=30)
print(alone.head(6)[["targets", "lost_usd_million", "stranded_kt"]].round(1).to_string(index=False), "\n")

halt = Outage("terminal at a halt", "cpc-moorings", year.start, date(2023, 1, 1), share_lost=1.0)
narrow = bottleneck(network, year, "KAZ", [halt])
print(f"without the terminal at most {narrow.maximum_kt:,.0f} kt a year can leave, whatever it earns; what says so:")
print(narrow.cut.round(0).to_string(index=False), "\n")

# A hundred years with halts of the terminal of one to six months, one in three of the years without any: a sample to
# show the method with. Fitted frequencies are what the threat room is for.
rng = np.random.default_rng(1)
sampled = []
for k in range(100):
    start = year.start + timedelta(days=int(rng.integers(0, 180)))
    lasts = timedelta(days=int(rng.integers(30, 180)))
    outage = Outage(f"halt {k}", "cpc-moorings", start, start + lasts, share_lost=1.0)
    sampled.append((outage,) if rng.random() < 2 / 3 else ())

# Capital as reported (table options); the cost of moving more from the terminal's line into the state's is a guess.
options = (
    Option("Kenkiyak-Kumkol and reverse", 200.0, (("atyrau-kenkiyak", 6000.0), ("kenkiyak-kumkol", 5000.0))),
    Option("more from CPC's line to Atyrau", 100.0, (("cpc-atyrau", 6000.0),)),
    Option("tankers to Baku", 150.0, (("aktau-baku", 3000.0),), ready=date(2022, 7, 1)),
)
built = expansion(router, options, sampled[:60], budgets_usd_million=[100.0, 300.0, 450.0], check=sampled[60:])
columns = ["objective", "budget_usd_million", "options", "expected_loss_usd_million", "cvar_loss_usd_million"]
print(built.frontier[columns].round(0).to_string(index=False), "\n")
print(built.values[["option", "alone_usd_million", "last_usd_million"]].round(0).to_string(index=False), "\n")

routing = router.route([halt])
print(f"mass balance {routing.certificate.mass_balance_kt:.0e} kt, gap {routing.certificate.relative_gap:.0e}")
