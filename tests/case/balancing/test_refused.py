"""Bad input is refused by name, with what is allowed."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile
from zollverein.errors import InputError, UnknownNameError

TABLE = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["KAZ", "BLR"], columns=["oil", "gas"])
TWO = Constraints.linear([[1.0, 1.0]], [3.0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ras([[1.0, np.nan]], [1.0], [1.0, 1.0]), r"the seed has nan at \(0, 1\)"),
        (lambda: ras([[1.0, -2.0]], [1.0], [1.0, 1.0]), r"the seed has -2.0 at 0, 1; .* gras"),
        (lambda: ras([1.0, 2.0], [1.0], [1.0, 1.0]), "the seed has 1 dimensions; give 2"),
        (lambda: ras([["a", "b"]], [1.0], [1.0, 1.0]), "not all numbers"),
        (lambda: ras(sparse.eye_array(2), [1.0, 1.0], [1.0, 1.0]), "the seed: a dia_array that is not all numbers"),
        (lambda: ras([[1.0, 2.0]], [-3.0], [-1.0, -2.0]), "targets for row 0 = -3; .* gras"),
        (lambda: ras([[1.0, 2.0]], [3.0], [1.0, 2.0, 0.0]), r"dimensions \(1,\) has shape \(3,\); give \(2,\)"),
        (lambda: gras([[1.0, 2.0]], [np.inf], [1.0, 2.0]), "targets for row 0 = inf; give a finite number"),
        (lambda: ras(TABLE, pd.Series({"KAZ": 3.0}), [4.0, 6.0]), "the sums of rows lack BLR"),
        (lambda: ras(TABLE, [3.0, 7.0], pd.Series([4.0, 6.0, 1.0], ["oil", "gas", "gas"])), "have 'gas' twice"),
        (lambda: ras(TABLE.set_axis(["KAZ", "KAZ"]), [3.0, 7.0], [4.0, 6.0]), "dimension 0 has the label 'KAZ' twice"),
        (lambda: ipf([[1.0, -2.0]], [((0,), [1.0])]), r"the seed has -2.0 at \(0, 1\); .* gras or reconcile"),
        (lambda: ipf([[1.0, 2.0]], []), "no margin was given"),
        (lambda: ipf([[1.0, 2.0]], [((0, 0), [[1.0]])]), "give each once, out of 0 to 1"),
        (lambda: ipf([[1.0, 2.0]], [((2,), [1.0])]), "give each once, out of 0 to 1"),
        (lambda: ipf([[1.0, 2.0]], [((0,), [1.0])], axes=[["a"]]), "2 dimensions and 1 axes were given"),
        (lambda: ipf([[1.0, 2.0]], [((0,), [1.0])], axes=[["a"], ["b"]]), "has 2 places and 1 labels"),
        (lambda: reconcile(["a", "b"], TWO), "the seed: a list that is not all numbers"),
        (lambda: reconcile([1.0, 2.0], TWO, cell_errors=["a", "b"]), "cell_errors: a list that is not all numbers"),
        (lambda: ras([[1.0, 2.0]], ["a"], [1.0, 2.0]), r"dimensions \(0,\): a list that is not all numbers"),
        (lambda: Constraints.linear([["a", 1.0]], [1.0]), "the matrix: a list that is not all numbers"),
        (lambda: Constraints.sums(["a"], {"a": "much"}), "targets: a ndarray that is not all numbers"),
        (lambda: Constraints.sums(["a"], {"a": 1.0}, error={"a": "x"}), "errors of sum of: a ndarray that is not all"),
        (lambda: reconcile([[1.0, 2.0]], TWO), "the seed has 2 dimensions; give it flat"),
        (lambda: reconcile([1.0, np.nan], TWO, labels=["a", "b"]), "cell b of the seed is nan"),
        (lambda: reconcile([1.0, 2.0, 3.0], TWO), "about 2 cells and the seed has 3"),
        (lambda: reconcile([1.0, 2.0], TWO, labels=["a"]), "2 cells have 1 labels"),
        (
            lambda: reconcile([1.0, 2.0], TWO, cell_errors=[0.1]),
            r"cell_errors have shape \(1,\); give one number or \(2,\)",
        ),
        (lambda: reconcile([1.0, 2.0], TWO, cell_errors=[0.1, -0.1]), "cell 1 has a relative standard error of -0.1"),
        (lambda: Constraints.linear([[1.0, np.inf]], [3.0]), "'constraint 0' has a coefficient that is not finite"),
        (lambda: Constraints.linear([[1.0, 1.0]], [np.nan]), "'constraint 0' has nan among its targets"),
        (
            lambda: Constraints.linear([[1.0, 1.0]], [1.0], error=-1.0),
            "'constraint 0' has -1.0 among its errors; .* 0 for",
        ),
        (
            lambda: Constraints.linear([[1.0, 1.0]], [1.0, 2.0]),
            r"targets have shape \(2,\); give one number, or \(1,\)",
        ),
        (lambda: Constraints.linear([[1.0, 1.0]], [0.0], relative_error=0.1), "a relative error and a target of 0"),
        (lambda: Constraints.linear([[1.0, 1.0]], [1.0], labels=["a", "b"]), "1 constraints have 2 labels"),
        (lambda: Constraints.measured([5], [1.0], count=3), "cell 5 is not among 3 cells"),
        (lambda: TWO + Constraints.linear([[1.0]], [1.0]), "on 2, 1 cells cannot be put together"),
        (
            lambda: Constraints.sums(["a"], pd.Series([1.0, 2.0], ["a", "a"]), what="sum of"),
            "'sum of a' has two targets",
        ),
        (
            lambda: Constraints.sums(["a"], {"a": 1.0}, error={"b": 1.0}, what="sum of"),
            "'sum of a' has a target and no error",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_unknown_labels_come_with_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="no row 'KAX' in the sums of rows; did you mean 'KAZ'"):
        ras(TABLE, pd.Series({"KAX": 3.0, "BLR": 7.0}), [4.0, 6.0])
    with pytest.raises(UnknownNameError, match="no exports of 'KAX' in the targets; did you mean 'KAZ'"):
        Constraints.sums(["KAZ", "BLR"], {"KAX": 3.0}, what="exports of")
