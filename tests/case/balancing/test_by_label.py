"""Figures with labels are taken by them, in whatever order they come."""

import numpy as np
import pandas as pd
import pytest

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile, update
from zollverein.errors import InputError, UnknownNameError

TABLE = pd.DataFrame([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]], index=["KAZ", "BLR"], columns=["oil", "gas", "ore"])
ROWS, COLUMNS = pd.Series({"KAZ": 8.0, "BLR": 10.0}), pd.Series({"oil": 5.0, "gas": 6.0, "ore": 7.0})
CELLS = pd.MultiIndex.from_product([TABLE.index, TABLE.columns], names=["country", "sector"])
SEED = pd.Series(TABLE.to_numpy().ravel(), CELLS)
ERRORS = pd.Series([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], CELLS)
TOTAL = Constraints.linear(np.ones((1, 6)), [20.0])
WANTED = reconcile(SEED, TOTAL, cell_errors=ERRORS.to_numpy()).values


@pytest.mark.parametrize("balance", [ras, gras, lambda *given: update(*given).balanced])
@pytest.mark.parametrize("turned", [lambda sums: sums[::-1], lambda sums: dict(sums[::-1]), list])
def test_sums_of_rows_and_columns(balance, turned) -> None:
    wanted = ras(TABLE.to_numpy(), ROWS.to_numpy(), COLUMNS.to_numpy()).values
    assert np.allclose(balance(TABLE, turned(ROWS), turned(COLUMNS)).values, wanted, rtol=1e-8)


@pytest.mark.parametrize(
    "target",
    [
        TABLE.T * 2,
        (TABLE.T * 2).iloc[::-1, ::-1],
        (SEED * 2).swaplevel(),
        dict((SEED * 2).swaplevel().iloc[::-1]),
        (2 * TABLE.T).to_numpy(),
    ],
)
def test_margins_of_several_dimensions(target) -> None:
    assert np.allclose(ipf(TABLE, [((1, 0), target)]).values, 2 * TABLE)


@pytest.mark.parametrize(
    "errors",
    [
        ERRORS,
        ERRORS[::-1],
        ERRORS.swaplevel(),  # the names of the levels tell which is which
        dict(ERRORS[::-1]),
        ERRORS.reset_index(drop=True),  # no labels: by position
        ERRORS.tolist(),
    ],
)
def test_errors_of_cells(errors) -> None:
    assert (reconcile(SEED, TOTAL, cell_errors=errors).values == WANTED).all()


def test_a_new_name_for_each_cell_leaves_the_seeds_own_labels_valid() -> None:
    named = list("abcdef")
    for errors in (ERRORS, pd.Series(ERRORS.to_numpy(), named)[::-1]):
        assert (reconcile(SEED, TOTAL, cell_errors=errors, labels=named).values == WANTED).all()


def test_numbered_cells_go_by_their_numbers() -> None:
    seed = SEED.reset_index(drop=True)
    errors = ERRORS.reset_index(drop=True).sample(frac=1.0, random_state=0)
    assert (reconcile(seed, TOTAL, cell_errors=errors).values == WANTED).all()


def test_targets_errors_and_weights_of_constraints() -> None:
    keys = pd.Series(["KAZ", "BLR", "KAZ"], index=["x", "y", "z"])
    found = Constraints.sums(
        keys, {"BLR": 5.0, "KAZ": 3.0}, error=pd.Series({"KAZ": 0.3, "RUS": 9.0, "BLR": 0.5}),
        weights=pd.Series({"z": 3.0, "y": 2.0, "x": 1.0}),
    )  # fmt: skip
    assert found.matrix.toarray().tolist() == [[0, 2, 0], [1, 0, 3]]
    assert found.errors.tolist() == [0.5, 0.3]
    linear = Constraints.linear(TABLE, {"BLR": 1.0, "KAZ": 2.0}, error=pd.Series({"BLR": 3.0, "KAZ": 4.0}), what="")
    assert (linear.labels, linear.targets.tolist(), linear.errors.tolist()) == (("KAZ", "BLR"), [2.0, 1.0], [4.0, 3.0])
    by_two = pd.Series({("oil", "KAZ"): 2.0}).rename_axis(["sector", "country"])
    assert Constraints.sums(CELLS, by_two).matrix.toarray().tolist() == [[1, 0, 0, 0, 0, 0]]


def test_labels_that_do_not_fit_are_named() -> None:
    with pytest.raises(UnknownNameError, match="no country sector 'KAX, oil' in the seed, yet cell_errors has it"):
        reconcile(SEED, TOTAL, cell_errors=ERRORS.rename({"KAZ": "KAX"}))
    with pytest.raises(InputError, match="cell_errors lacks KAZ, oil; KAZ, gas; give one each"):
        reconcile(SEED, TOTAL, cell_errors=ERRORS.iloc[2:])
    with pytest.raises(InputError, match="rows has the key '2016', the seed has 2016; give both in one type"):
        ras(TABLE.set_axis([2016, 2017]), {"2016": 8.0, "2017": 10.0}, COLUMNS)
