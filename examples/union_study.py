"""What is a union without internal barriers worth, whose barriers matter to whom, and how sure is it?"""

import pandas as pd

from zollverein import Closure, Shock, open_case

case = open_case("eurasia")
economy, union = case.economy(), case.union()
MEMBERS = ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
goods = case.table("sectors").query("kind == 'goods'")[["sector"]]
long_run = Closure(labour="mobile")


def without_barriers_of(importer: str) -> Shock:
    """Take down what one member puts in the way of the others' goods."""
    pairs = [(other, importer) for other in MEMBERS if other != importer]
    wedges = union.wedges("remove", pairs=pairs)[["exporter", "importer", "factor"]]
    return Shock(iceberg=wedges.merge(goods, how="cross"))


parts = {f"of {member}": without_barriers_of(member) for member in MEMBERS}
table = economy.attribute(parts, closure=long_run).loc[MEMBERS]
print("Real income without the union's internal barriers, percent, by whose barriers go:")
print(table.round(2).to_string(), "\n")

print("One percent dearer trade costs Kazakhstan most on these flows (percent of real income):")
today = economy.solve()
print(today.gradient("KAZ").costliest(5).round(4).to_string(index=False), "\n")

# How far the answer depends on trade elasticities: uniform between the two published sets, 50 draws.
both = case.table("sectors")[["theta", "theta_alternative"]]
spread = pd.DataFrame({"sector": case.table("sectors")["sector"], "low": both.min(axis=1), "high": both.max(axis=1)})
all_gone = Shock(iceberg=pd.concat([part.iceberg for part in parts.values()], ignore_index=True))
whole = economy.solve(all_gone, closure=long_run)
print(f"The whole is certified: largest residual {whole.certificate.max_residual:.0e}\n")
drawn = economy.draws(all_gone, draws=50, theta_uncertainty=spread.dropna(), closure=long_run)
print("The whole, with elasticities drawn between the published sets (quantiles):")
print(drawn.quantiles().loc[MEMBERS].round(2).to_string(), "\n")

# A country in deficit loses it with its trade, one in surplus keeps what it sent abroad: real income says both.
print("What trade itself is worth, as what closing all borders would do (percent):")
print(economy.gains_from_trade().loc[MEMBERS].round(1).to_string())
