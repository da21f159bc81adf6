"""Worlds small enough to reason about: three countries, two sectors with linkages."""

import numpy as np
import pandas as pd

from zollverein.economy import Economy

COUNTRIES, SECTORS = ("AAA", "BBB", "CCC"), ("food", "tools")


def tables(seed: int = 0, tariffs: float = 0.0, balanced: bool = False) -> dict[str, pd.DataFrame]:
    """Draw a world; domestic sales outweigh foreign ones."""
    rng = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product([COUNTRIES, COUNTRIES, SECTORS], names=["exporter", "importer", "sector"])
    trade = keys.to_frame(index=False)
    home = trade["exporter"] == trade["importer"]
    trade["value"] = rng.uniform(1, 10, len(trade)) + 100 * home
    if balanced:
        trade.loc[~home, "value"] = 5.0
    own = pd.MultiIndex.from_product([COUNTRIES, SECTORS], names=["country", "sector"]).to_frame(index=False)
    inputs = own.rename(columns={"sector": "user"}).merge(pd.DataFrame({"input": SECTORS}), how="cross")
    built = {"trade": trade, "value_added": own.assign(share=0.6), "inputs": inputs.assign(share=0.2)}
    if tariffs:
        foreign = trade.loc[~home, ["exporter", "importer", "sector"]].reset_index(drop=True)
        built["tariffs"] = foreign.assign(rate=rng.uniform(0, tariffs, len(foreign)))
    return built


def world(seed: int = 0, tariffs: float = 0.0, *, balanced: bool = False) -> Economy:
    theta = pd.DataFrame({"sector": SECTORS, "theta": [4.0, 6.0]})
    return Economy.from_tables(**tables(seed, tariffs, balanced), theta=theta)


def cell(exporter: str, importer: str, sector: str | None = "food", **columns: float | str) -> pd.DataFrame:
    """Make a frame of one row."""
    keys = {"exporter": [exporter], "importer": [importer]} | ({"sector": [sector]} if sector else {})
    return pd.DataFrame(keys | {name: [value] for name, value in columns.items()})
