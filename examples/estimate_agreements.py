"""What trade agreements did to trade, how sure that is, and what losing them would cost: on simulated trade."""

import numpy as np
import pandas as pd

from zollverein.gravity import Log, Panel, agreements, border, estimate, event_path, event_study
from zollverein.stress import estimated_welfare

# Twelve countries over ten years. Agreements come into force by pairs and raise trade by exp(0.4) over three years.
rng = np.random.default_rng(7)
countries, years = [f"C{k:02d}" for k in range(12)], range(2005, 2015)
table = pd.MultiIndex.from_product([countries, countries, years], names=["exporter", "importer", "year"])
table = table.to_frame(index=False)
home = table["exporter"] == table["importer"]
pair = table[["exporter", "importer"]].min(axis=1) + table[["exporter", "importer"]].max(axis=1)
distance = dict(zip(sorted(set(pair)), rng.uniform(300, 9000, pair.nunique()), strict=True))
entry = {p: rng.choice([2008, 2010, 0, 0]) for p in sorted(set(pair))}
table["distance"] = pair.map(distance)
table["entry"] = pair.map(entry).where(~home).replace(0, np.nan)
since = table["year"] - table["entry"]
table["agreement"] = (since >= 0).astype(float)
size = dict(zip(countries, rng.normal(8.0, 1.0, 12), strict=True))
index = table["exporter"].map(size) + table["importer"].map(size) - 0.9 * np.log(table["distance"]) - 2.5 * ~home
phased = 0.4 * ((since + 1).clip(0, 3) / 3).fillna(0.0)
table["trade"] = np.exp(index + phased) * rng.gamma(20.0, 0.05, len(table))

panel = Panel.from_table(table)
print(panel, "\n")

# backend="newton" needs no extra; the default is pyfixest, and the answer is the same.
found = estimate(panel, agreements(), backend="newton")
print(found.to_frame().round(4).to_string(index=False), "\n")
print(found.about(), "\n")

path = event_path(estimate(panel, event_study(entry="entry", first=-3, last=4), backend="newton"))
print(path.round(3).to_string(index=False), "\n")

walls = estimate(panel, border(others=("agreement", Log("distance")), by_year=False), backend="newton")
resisted = walls.resistances()
print(f"a border divides trade by {np.exp(-walls.coefficients['border']):.1f}")
print(f"resistances solve their system to {resisted.residual:.0e}\n")

# Without its agreements, at a trade elasticity of 5: real income in percent, and where nine tenths of draws lie.
welfare = estimated_welfare(panel, found, terms="agreement", year=2014, theta=5.0, draws=100, seed=1)
print(welfare.table.round(3).to_string(index=False))
print(f"The equilibrium is certified: largest residual {welfare.max_residual:.0e}")
