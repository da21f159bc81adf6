"""Trade without borders on the panel of 2006 behind the WTO's Advanced Guide: conditional and full equilibrium.

The base is the gravity model itself: trade fitted to the outputs and expenditures of the data under the published PPML
coefficients (Yotov and others 2016, chapter 2), so that the multilateral resistances before and after can be computed
directly, by a solver of their own system that shares nothing with the engine.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zollverein.economy import Economy, Shock

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "agtpa"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")
DISTANCE, CONTIGUITY, BORDER = -0.7912879, 0.6736456, -2.47445
THETA = 6.0  # the Guide's sigma of 7


def resistances(phi: np.ndarray, Y: np.ndarray, E: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve ``O[i] = sum_j phi[i, j] E[j] / I[j]``, ``I[j] = sum_i phi[i, j] Y[i] / O[i]`` to the last digits."""
    outward = np.ones(len(Y))
    for _ in range(200_000):
        new = phi @ (E / (phi.T @ (Y / outward)))
        new /= new[0]
        if np.abs(np.log(new / outward)).max() < 1e-15:
            break
        outward = new
    return outward, phi.T @ (Y / outward)


@pytest.fixture(scope="module")
def world() -> dict[str, np.ndarray]:
    panel = pd.read_parquet(FOLDER / "panel.parquet")
    names = {c.lower(): c for c in panel.columns}
    year = panel[panel[names["year"]] == 2006]
    keys = [names["exporter"], names["importer"]]

    def square(column: str) -> np.ndarray:
        return year.pivot_table(index=keys[0], columns=keys[1], values=names[column]).to_numpy(dtype=float)

    trade, distance, contiguity = square("trade"), square("dist"), square("cntg")
    border = 1.0 - np.eye(len(trade))
    with_borders = np.exp(DISTANCE * np.log(distance) + CONTIGUITY * contiguity + BORDER * border)
    Y, E = trade.sum(axis=1), trade.sum(axis=0)
    return {
        "names": np.sort(year[keys[0]].unique()), "Y": Y, "E": E,
        "phi": with_borders, "phi_open": with_borders * np.exp(-BORDER * border),
    }  # fmt: skip


@pytest.fixture(scope="module")
def economy(world: dict[str, np.ndarray]) -> Economy:
    outward, inward = resistances(world["phi"], world["Y"], world["E"])
    fitted = world["phi"] * np.outer(world["Y"] / outward, world["E"] / inward)
    i, j = np.indices(fitted.shape)
    names = world["names"]
    trade = pd.DataFrame(
        {"exporter": names[i.ravel()], "importer": names[j.ravel()], "sector": "all", "value": fitted.ravel()}
    )
    return Economy.from_tables(trade, theta=THETA)


@pytest.fixture(scope="module")
def open_borders(world: dict[str, np.ndarray]) -> Shock:
    names = world["names"]
    pairs = [(a, b) for a in names for b in names if a != b]
    frame = pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(factor=np.exp(BORDER / THETA))
    return Shock(iceberg=frame)


def test_the_conditional_equilibrium_is_the_one_of_the_resistances(
    world: dict[str, np.ndarray], economy: Economy, open_borders: Shock
) -> None:
    found = economy.conditional(open_borders)
    assert found.adding_up < 1e-10
    outward, inward = resistances(world["phi_open"], world["Y"], world["E"])
    direct = world["phi_open"] * np.outer(world["Y"] / outward, world["E"] / inward)
    mine = found.trade.pivot_table(index="exporter", columns="importer", values="new").to_numpy()
    assert np.abs(mine / direct - 1).max() < 1e-8
    before, _ = resistances(world["phi"], world["Y"], world["E"])
    change = found.resistances.loc["all", "outward"].to_numpy()
    ratio = change**THETA * outward / before  # O is Pi**-theta
    assert np.abs(ratio / ratio.mean() - 1).max() < 1e-8


def test_the_full_equilibrium_is_certified_and_incomes_add_to_it(economy: Economy, open_borders: Shock) -> None:
    full = economy.solve(open_borders)
    assert full.certificate.max_residual < 1e-10
    conditional = economy.conditional(open_borders)
    gap = (
        full.trade.set_index(["exporter", "importer"])["new"]
        / conditional.trade.set_index(["exporter", "importer"])["new"]
    )
    assert (gap - 1).abs().max() > 0.01
    assert (full.real_income > 0).all()
