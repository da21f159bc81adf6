"""A union of your own: what do its barriers cost, and who pays for the outsiders' tariffs?"""

import pandas as pd

from zollverein import Closure, Economy, Shock

MEMBERS, OUTSIDER, SECTORS = ["North", "South"], "Abroad", ["grain", "machines"]

# Sales by origin, destination and sector, home sales included, in any one unit of money.
trade = pd.DataFrame(
    [
        ("North", "North", 40, 120), ("North", "South", 6, 20), ("North", "Abroad", 10, 30),
        ("South", "North", 12, 5), ("South", "South", 60, 30), ("South", "Abroad", 15, 4),
        ("Abroad", "North", 8, 40), ("Abroad", "South", 3, 45), ("Abroad", "Abroad", 300, 900),
    ],
    columns=["exporter", "importer", *SECTORS],
).melt(["exporter", "importer"], var_name="sector")  # fmt: skip

theta = pd.DataFrame({"sector": SECTORS, "theta": [8.0, 4.5]})
everywhere = pd.DataFrame({"country": [*MEMBERS, OUTSIDER]})
# Of each dollar of output: what is earned, and what is bought from each sector (the rows of a `user` add to one).
value_added = everywhere.merge(pd.DataFrame({"sector": SECTORS, "share": [0.6, 0.5]}), how="cross")
inputs = everywhere.merge(
    pd.DataFrame(
        [
            ("grain", "grain", 0.2),
            ("machines", "grain", 0.2),
            ("grain", "machines", 0.1),
            ("machines", "machines", 0.4),
        ],
        columns=["input", "user", "share"],
    ),
    how="cross",
)
economy = Economy.from_tables(trade, theta=theta, value_added=value_added, inputs=inputs)

inside = [("North", "South"), ("South", "North")]
freer = Shock(iceberg=pd.DataFrame(inside, columns=["exporter", "importer"]).assign(factor=0.9))
walled = Shock(tariff=pd.DataFrame({"exporter": OUTSIDER, "importer": MEMBERS, "rate": 0.15}))

for title, shock in (("trade inside the union 10 % cheaper", freer), ("15 % tariff on outsiders", walled)):
    outcome = economy.solve(shock, closure=Closure(labour="mobile"))
    print(title)
    print(outcome.real_income.round(2).to_string())
    print(f"largest residual {outcome.certificate.max_residual:.0e}\n")
