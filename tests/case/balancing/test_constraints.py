"""Constraints say what they were asked to say."""

import numpy as np
import pandas as pd

from zollverein.case.balancing import Constraints

CELLS = pd.DataFrame({"exporter": ["KAZ", "KAZ", "BLR", None], "sector": ["oil", "gas", "gas", "oil"]})


def test_sums_of_groups_by_one_or_more_keys() -> None:
    by_one = Constraints.sums(CELLS["exporter"], {"BLR": 5.0, "KAZ": 3.0}, what="exports of")
    assert by_one.matrix.toarray().tolist() == [[0, 0, 1, 0], [1, 1, 0, 0]]
    assert by_one.labels == ("exports of BLR", "exports of KAZ")
    assert by_one.hard.all()
    targets = pd.Series({("KAZ", "gas"): 2.0, ("BLR", "gas"): 4.0})
    by_two = Constraints.sums(CELLS, targets, relative_error=0.1, error=0.3, what="exports of")
    assert by_two.matrix.toarray().tolist() == [[0, 1, 0, 0], [0, 0, 1, 0]]
    assert np.allclose(by_two.errors, [0.3, 0.4])
    assert by_two.labels == ("exports of KAZ, gas", "exports of BLR, gas")


def test_errors_and_weights_by_group() -> None:
    found = Constraints.sums(
        CELLS["sector"],
        {"oil": 10.0, "gas": 20.0},
        relative_error={"oil": 0.1, "gas": 0.0},
        weights=[2.0, 1.0, 1.0, -1.0],
    )
    assert found.matrix.toarray().tolist() == [[2, 0, 0, -1], [0, 1, 1, 0]]
    assert found.errors.tolist() == [1.0, 0.0]
    assert found.hard.tolist() == [False, True]


def test_stacked_and_measured() -> None:
    cells = Constraints.measured([2, 0], [7.0, 8.0], count=4, relative_error=0.5, labels=["c", "a"])
    both = Constraints.linear(np.ones((1, 4)), [20.0], labels=["all"], what="") + cells
    assert len(both) == 3
    assert both.cells == 4
    assert both.labels == ("all", "cell c", "cell a")
    assert both.matrix.toarray()[1:].tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert both.errors.tolist() == [0.0, 3.5, 4.0]
