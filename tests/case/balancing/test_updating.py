"""An older table carried to newer sums, and what shifted beside growth."""

import numpy as np
import pandas as pd
import pytest

from zollverein.case.balancing import gras, ras, update

OLD = pd.DataFrame(
    [[10.0, 30.0], [20.0, 40.0]], index=pd.Index(["KAZ", "BLR"], name="exporter"), columns=["oil", "gas"]
)


def test_growth_alone_shifts_nothing() -> None:
    found = update(OLD, 1.5 * OLD.sum(axis=1), 1.5 * OLD.sum(axis=0))
    assert found.growth == pytest.approx(1.5)
    assert found.share_shifted == pytest.approx(0.0, abs=1e-12)
    assert np.allclose(found.shifted["ratio"], 1.0)
    assert np.allclose(found.values, 1.5 * OLD)


def test_what_shifted_is_told_by_label() -> None:
    rows, columns = pd.Series({"BLR": 150.0, "KAZ": 50.0}), pd.Series({"gas": 140.0, "oil": 60.0})
    found = update(OLD, rows, columns)
    assert found.balanced.method == "RAS"
    assert (found.values == ras(OLD, rows, columns).values).all()
    assert found.growth == pytest.approx(2.0)
    assert found.shifted["change"].abs().is_monotonic_decreasing
    gas = found.shifted.set_index(["exporter", "column"]).loc[("BLR", "gas")]
    assert gas["scaled"] == pytest.approx(80.0)
    assert gas["change"] == pytest.approx(found.values[1, 1] - 80.0)
    assert gas["ratio"] == pytest.approx(found.values[1, 1] / 80.0)
    assert found.shifted["change"].sum() == pytest.approx(0.0, abs=1e-9)
    assert found.share_shifted == pytest.approx(found.shifted["change"].abs().sum() / 400.0)
    assert "Against the older table scaled by 2 as a whole" in found.summary


def test_negatives_go_by_gras() -> None:
    old = [[10.0, -3.0], [20.0, 40.0]]
    found = update(old, [9.0, 70.0], [34.0, 45.0])
    assert found.balanced.method == "GRAS"
    assert (found.values == gras(old, [9.0, 70.0], [34.0, 45.0]).values).all()
    assert found.growth == pytest.approx(np.abs(found.values).sum() / 73.0)
