"""Separated rows are found, all of them and no others, and nothing is left out without a line in the ledger."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.gravity.panels import dummies, panel, table

from zollverein.errors import GravityError
from zollverein.gravity import Design, Panel, estimate
from zollverein.gravity.separation import separated


def by_hand() -> pd.DataFrame:
    """Four countries, one year. ``a`` is above 0 only in two rows, both without trade: no number is low enough for it.

    Nothing was ever shipped from D; B to C is without trade, but nothing separates it.
    """
    names = "ABCD"
    frame = pd.DataFrame([(i, j) for i in names for j in names], columns=["exporter", "importer"])
    frame["year"], frame["trade"] = 2000, [5.0, 3.0, 2.0, 4.0, 2.0, 6.0, 0.0, 3.0, 0.0, 1.0, 7.0, 0.0, 0, 0, 0, 0]
    frame["near"] = [0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0]
    frame["a"] = 0.0
    frame.loc[(frame["exporter"] == "C") & frame["importer"].isin(["A", "D"]), "a"] = [1.0, 2.0]
    return frame


def test_the_right_rows_are_separated_by_hand() -> None:
    with pytest.raises(GravityError, match="'a' is 0 in all 10 rows used"):
        # With its rows gone nothing is left that could tell the effect of a: an error, not a number.
        estimate(Panel.from_table(by_hand()), Design(("near", "a")), backend="newton")
    # A third row with trade bounds a from below, and the two zeros are as good as any others.
    frame = by_hand()
    frame.loc[(frame["exporter"] == "A") & (frame["importer"] == "D"), "a"] = 1.0
    found = estimate(Panel.from_table(frame), Design(("near", "a")), backend="newton")
    assert set(found.left_out["reason"]) == {"separated: no trade in a group"}
    assert found.left_out["exporter"].tolist() == ["D"] * 4
    assert found.observations == 12
    # Without a, the rows from C to A and D stay as well.
    plain = estimate(Panel.from_table(by_hand()), Design(("near",)), backend="newton")
    assert plain.observations == 12


def test_rows_that_only_two_regressors_together_separate() -> None:
    frame = by_hand()
    # b is 1 in one zero, C to A, and in one row with trade, A to B, where alone c is 1 too.
    frame["b"], frame["c"] = frame["a"].where(frame["importer"] != "D", 0.0), 0.0
    frame.loc[(frame["exporter"] == "A") & (frame["importer"] == "B"), ["b", "c"]] = 1.0
    found = estimate(Panel.from_table(frame), Design(("near", "b")), backend="newton")
    assert set(found.left_out["reason"]) == {"separated: no trade in a group"}
    with pytest.raises(GravityError, match="'c' is made of 'b' and the fixed effects"):
        # b - c is 1 in C to A and 0 elsewhere; what is left cannot tell b from c.
        estimate(Panel.from_table(frame), Design(("near", "b", "c")), backend="newton")


def test_rows_that_effects_separate_though_no_group_is_empty() -> None:
    """Two blocks that each trade within; rows from the first to the second are there, all without trade."""
    rng = np.random.default_rng(4)
    first, second = ("A", "B", "C"), ("X", "Y", "Z")
    pairs = [(i, j) for block in (first, second) for i in block for j in block]
    rows = [(i, j, 2000, t) for i, j in pairs for t in rng.uniform(1.0, 5.0, 1)]
    across = [(i, j, 2000, 0.0) for i in first for j in second]
    frame = pd.DataFrame(rows + across, columns=["exporter", "importer", "year", "trade"])
    frame["near"] = rng.integers(0, 2, len(frame))
    found = estimate(Panel.from_table(frame), Design(("near",)), backend="newton")
    assert set(found.left_out["reason"]) == {"separated: regressors and effects"}
    assert set(zip(found.left_out["exporter"], found.left_out["importer"], strict=True)) == {c[:2] for c in across}
    # One shipment the other way pins the level of one block to the other's, and no row is separated.
    back = pd.DataFrame([("X", "A", 2000, 1.0, 0)], columns=frame.columns)
    both = estimate(Panel.from_table(pd.concat([frame, back])), Design(("near",)), backend="newton")
    assert both.left_out.empty


def test_separated_rows_change_no_other_estimate() -> None:
    frame = table(3, zeros=0.3)
    zero = np.flatnonzero((frame["trade"] == 0.0).to_numpy())
    frame["rare"] = 0.0
    frame.loc[zero[:5], "rare"] = 1.0
    some = (frame["trade"] > 0.0) & (frame.index % 3 == 0)
    frame["mixed"] = np.where(some, 1.0, frame["rare"] * 2.0)
    frame["twin"] = np.where(some, 1.0, 0.0)
    design = Design(("agreement", "twin"))
    without = estimate(Panel.from_table(frame.drop(index=zero[:5])), design, backend="newton")
    rows = Panel.from_table(frame)
    with pytest.raises(GravityError, match="'mixed' is made of 'twin'"):
        estimate(rows, Design(("agreement", "twin", "mixed")), backend="newton")
    mask = separated(
        rows.frame["trade"].to_numpy(), rows.frame[["agreement", "twin", "mixed"]].to_numpy(),
        [pd.factorize(rows.frame[s] + rows.frame["year"].astype(str))[0] for s in ("exporter", "importer")],
    )  # fmt: skip
    assert set(rows.rows[mask] - 1) == set(zero[:5])
    assert without.observations == len(frame) - 5


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_set_is_that_of_the_whole_programme(seed: int) -> None:
    """The definition itself, with a column for every dummy, against the few columns that are solved for."""
    rng = np.random.default_rng(seed)
    n_countries, n_years = rng.integers(3, 6), rng.integers(1, 4)
    i, j, t = (axis.ravel() for axis in np.indices((n_countries, n_countries, n_years)))
    keep = rng.random(len(i)) < 0.8
    i, j, t = i[keep], j[keep], t[keep]
    y = rng.random(len(i)) * (rng.random(len(i)) < rng.uniform(0.2, 0.7))
    x = rng.integers(-1, 2, (len(i), 3)).astype(float)
    x[:, 0] = rng.random(len(i)) < 0.2
    x[:, 1] *= (y == 0) | (rng.random() < 0.5)
    codes = [i * n_years + t, j * n_years + t] + [i * n_countries + j] * int(rng.integers(0, 2))
    while len(y):
        alive = np.all([np.bincount(code, y)[code] > 0 for code in codes], axis=0)
        y, x, codes = y[alive], x[alive], [code[alive] for code in codes]
        if alive.all():
            break
    if not len(y):
        return
    codes = [np.unique(code, return_inverse=True)[1] for code in codes]
    assert np.array_equal(separated(y, x, codes), whole_programme(y, np.c_[x, dummies(codes)]))


def whole_programme(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Rows that some combination lifts: it is 0 where y is above 0, nowhere below 0, and above 0 in them."""
    zero, k = y == 0, z.shape[1]
    count = int(zero.sum())
    found = np.zeros(len(y), dtype=bool)
    if count:
        solved = linprog(
            np.r_[np.zeros(k), -np.ones(count)], A_ub=np.c_[-z[zero], np.eye(count)], b_ub=np.zeros(count),
            A_eq=np.c_[z[~zero], np.zeros((len(y) - count, count))], b_eq=np.zeros(len(y) - count),
            bounds=[(None, None)] * k + [(0, 1)] * count,
        )  # fmt: skip
        found[np.flatnonzero(zero)[solved.x[k:] > 0.5]] = True
    return found


def test_empty_groups_are_those_that_pyfixest_leaves_out() -> None:
    pyfixest = pytest.importorskip("pyfixest", reason="the extra 'gravity' is not installed")
    frame = table(5, countries=6, zeros=0.5)
    codes = {
        "f0": frame["exporter"] + frame["year"].astype(str),
        "f1": frame["importer"] + frame["year"].astype(str),
        "f2": frame["exporter"] + frame["importer"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = pyfixest.fepois(
            "trade ~ agreement | f0 + f1 + f2", frame.assign(**codes), vcov="iid", separation_check=["fe"]
        )
    design = Design(("agreement",), ("exporter-year", "importer-year", "pair"))
    found = estimate(panel(5, countries=6, zeros=0.5), design, backend="newton")
    counted = found.ledger.set_index("reason")["rows"]
    assert counted["separated: no trade in a group"] > 0
    assert found.observations == fit._N
    assert found.coefficients["agreement"] == pytest.approx(float(fit.coef().iloc[0]), abs=1e-6)


def test_lone_rows_are_left_out_and_change_nothing() -> None:
    frame = table(1, years=2)
    lone = (frame["exporter"] == "C01") & (frame["importer"] == "C02") & (frame["year"] == 2001)
    design = Design(("agreement",), ("exporter-year", "importer-year", "pair"))
    found = estimate(Panel.from_table(frame[~lone]), design, backend="newton")
    assert found.left_out[["exporter", "importer", "year", "reason", "group"]].to_numpy().tolist() == [
        ["C01", "C02", 2000, "singleton", "pair"]
    ]
    whole = estimate(Panel.from_table(frame[~lone & ~((frame["exporter"] == "C01") & (frame["importer"] == "C02"))]),
                     design, backend="newton")  # fmt: skip
    assert np.allclose(found.covariance, whole.covariance, rtol=1e-9)
    assert np.allclose(found.coefficients, whole.coefficients, rtol=1e-9)
