"""Multilateral resistances solve their system, whoever solves it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.gravity.panels import panel, table

from zollverein.errors import GravityError, UnknownNameError
from zollverein.gravity import Border, ByYear, Design, Log, Panel, agreements, estimate

STRUCTURAL = Design(("agreement", Log("distance"), Border()))


def solved(phi: np.ndarray, output: np.ndarray, spending: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve Anderson and van Wincoop's system by iteration, the first country's inward resistance being 1."""
    world, inward = output.sum(), np.ones(len(output))
    for _ in range(5000):
        outward = phi @ (spending / inward) / world
        inward = phi.T @ (output / outward) / world
        inward, outward = inward / inward[0], outward * inward[0]
    return outward, inward


def test_they_are_those_of_the_system_solved_by_iteration() -> None:
    """Fally (2015): the effects of a Poisson regression are the resistances."""
    rows = panel(9)
    found = estimate(rows, STRUCTURAL, backend="newton")
    resisted = found.resistances()
    assert resisted.reference == "C00"
    assert not resisted.relative
    assert resisted.residual < 1e-9
    x = np.column_stack([rows.frame["agreement"], np.log(rows.frame["distance"]), ~rows.at_home])
    phi = rows.frame.assign(phi=np.exp(x @ found.coefficients.to_numpy()))
    for year in rows.years:
        now = phi[phi["year"] == year]
        square, trade = (
            now.pivot_table(index="exporter", columns="importer", values=v).to_numpy() for v in ("phi", "trade")
        )
        outward, inward = solved(square, trade.sum(axis=1), trade.sum(axis=0))
        mine = [frame.loc[frame["year"] == year].set_index("country") for frame in (resisted.outward, resisted.inward)]
        assert np.allclose(mine[0]["outward"], outward, rtol=1e-8)
        assert np.allclose(mine[1]["inward"], inward, rtol=1e-8)
        assert np.allclose(mine[0]["output"], trade.sum(axis=1))
        assert np.allclose(mine[1]["expenditure"], trade.sum(axis=0))


def test_another_reference_only_rescales() -> None:
    found = estimate(panel(9), STRUCTURAL, backend="newton")
    one, other = found.resistances(), found.resistances("C03")
    assert (other.inward.loc[other.inward["country"] == "C03", "inward"] == 1.0).all()
    ratio = other.inward.assign(ratio=other.inward["inward"] / one.inward["inward"]).groupby("year")["ratio"]
    assert np.allclose(ratio.max(), ratio.min(), rtol=1e-12)


def test_under_effects_of_pairs_only_changes_are_told() -> None:
    """They do not depend on how the level is parted between pairs and countries."""
    found = estimate(panel(9, zeros=0.1), agreements(), backend="newton")
    one = found.resistances()
    assert one.relative
    assert (one.outward.groupby("country")["outward"].first() == 1.0).all()
    assert (one.inward.groupby("country")["inward"].first() == 1.0).all()
    assert one.outward["outward"].std() > 0.01
    shift = dict(zip(found.sample.keys["exporter"].unique(), np.random.default_rng(2).normal(size=8), strict=True))
    years, importers, pairs = found.maximum.effects
    out, _, of_pairs = found.sample.labels
    moved = [
        years + out["exporter"].map(shift).to_numpy(),
        importers,
        pairs - of_pairs["exporter"].map(shift).to_numpy(),
    ]
    other = replace(found, maximum=replace(found.maximum, effects=moved)).resistances()
    assert np.allclose(one.outward["outward"], other.outward["outward"], rtol=1e-9)
    assert np.allclose(one.inward["inward"], other.inward["inward"], rtol=1e-9)


def test_what_cannot_be_told_is_refused() -> None:
    rows = panel(9)
    with pytest.raises(GravityError, match="'importer-year'"):
        estimate(rows, Design(("agreement",), ("exporter-year", "importer")), backend="newton").resistances()
    by_year = Design(("agreement", Log("distance")), ("exporter-year", "importer-year", "domestic-year"))
    with pytest.raises(GravityError, match="change by year"):
        estimate(rows, by_year, backend="newton").resistances()
    with pytest.raises(UnknownNameError, match="no importer 'Q'"):
        estimate(rows, STRUCTURAL, backend="newton").resistances("Q")
    with pytest.raises(GravityError, match="no effects of exporters or importers"):
        _ = estimate(rows, Design(("agreement",), ("pair", "year")), backend="newton").adding_up


def test_countries_that_do_not_trade_cannot_be_compared() -> None:
    frame = table(9, countries=8)
    block = frame["exporter"].isin(["C00", "C01", "C02", "C03"]) == frame["importer"].isin(["C00", "C01", "C02", "C03"])
    found = estimate(Panel.from_table(frame[block]), Design((Log("distance"),)), backend="newton")
    with pytest.raises(GravityError, match="8 groups in 4 years"):
        found.resistances()


def test_a_country_that_joins_late_is_there_from_then_on() -> None:
    frame = table(9)
    late = ((frame["exporter"] == "C05") | (frame["importer"] == "C05")) & (frame["year"] < 2002)
    found = estimate(Panel.from_table(frame[~late]), Design((ByYear(Border()), Log("distance"))), backend="newton")
    outward = found.resistances().outward
    assert outward.loc[outward["country"] == "C05", "year"].tolist() == [2002, 2003]
    with pytest.raises(UnknownNameError, match="no importer 'C05'"):
        found.resistances("C05")
    assert isinstance(outward, pd.DataFrame)
