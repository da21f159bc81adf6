"""Bad input is refused by name, with what is allowed."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from zollverein.case.balancing import Constraints, domestic_sales, errors_like_ras, gras, ipf, ras, reconcile
from zollverein.errors import InputError, UnknownNameError

TABLE = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["KAZ", "BLR"], columns=["oil", "gas"])
SALES = pd.DataFrame({"sector": ["oil"], "value": [1.0]})
TWO = Constraints.linear([[1.0, 1.0]], [3.0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ras([[1.0, np.nan]], [1.0], [1.0, 1.0]), r"the seed has nan at \(0, 1\)"),
        (lambda: ras([[1.0, -2.0]], [1.0], [1.0, 1.0]), r"the seed has -2.0 at 0, 1; .* gras"),
        (lambda: ras([1.0, 2.0], [1.0], [1.0, 1.0]), "the seed has 1 dimensions; give 2"),
        (lambda: ras([["a", "b"]], [1.0], [1.0, 1.0]), "the seed holds 'a' at 0, 0; give real numbers"),
        (
            lambda: ras(sparse.eye_array(2), [1.0, 1.0], [1.0, 1.0]),
            "the seed is <DIAgonal sparse array .*; give real numbers",
        ),
        (lambda: ras([[1.0, 2.0]], [-3.0], [-1.0, -2.0]), "targets for row 0 = -3; .* gras"),
        (lambda: ras([[1.0, 2.0]], [3.0], [1.0, 2.0, 0.0]), r"columns has shape \(3,\); give \(2,\)"),
        (lambda: gras([[1.0, 2.0]], [np.inf], [1.0, 2.0]), "targets for row 0 = inf; give a finite number"),
        (lambda: ras(TABLE, pd.Series({"KAZ": 3.0}), [4.0, 6.0]), "rows lacks BLR; give one each"),
        (lambda: ras(TABLE, [3.0, 7.0], pd.Series([4.0, 6.0, 1.0], ["oil", "gas", "gas"])), "columns has 'gas' twice"),
        (lambda: ras(TABLE.set_axis(["KAZ", "KAZ"]), [3.0, 7.0], [4.0, 6.0]), "dimension 0 has the label 'KAZ' twice"),
        (lambda: ipf([[1.0, -2.0]], [((0,), [1.0])]), r"the seed has -2.0 at \(0, 1\); .* gras or reconcile"),
        (lambda: ipf([[1.0, 2.0]], []), "margins is empty; give pairs of the dimensions kept and the sums"),
        (lambda: ipf([[1.0, 2.0]], [((0, 0), [[1.0]])]), "give each once, out of 0 to 1"),
        (lambda: ipf([[1.0, 2.0]], [((2,), [1.0])]), "give each once, out of 0 to 1"),
        (lambda: ipf([[1.0, 2.0]], [((0,), [1.0])], axes=[["a"]]), "2 dimensions and 1 axes were given"),
        (lambda: ipf([[1.0, 2.0]], [((0,), [1.0])], axes=[["a"], ["b"]]), "has 2 places and 1 labels"),
        (lambda: reconcile(["a", "b"], TWO), "the seed holds 'a' at 0; give real numbers"),
        (lambda: reconcile([1.0, 2.0], TWO, cell_errors=["a", "b"]), "cell_errors holds 'a' at 0; give real numbers"),
        (lambda: ras([[1.0, 2.0]], ["a"], [1.0, 2.0]), "rows holds 'a' at 0; give real numbers"),
        (lambda: Constraints.linear([["a", 1.0]], [1.0]), "matrix holds 'a' at 0, 0; give real numbers"),
        (lambda: Constraints.sums(["a"], {"a": "much"}), "targets holds 'much' at a; give real numbers"),
        (lambda: Constraints.sums(["a"], {"a": 1.0}, error={"a": "x"}), "error holds 'x' at a; give real numbers"),
        (lambda: reconcile([[1.0, 2.0]], TWO), "the seed has 2 dimensions; give it flat"),
        (lambda: reconcile([1.0, np.nan], TWO, labels=["a", "b"]), "cell b of the seed is nan"),
        (lambda: reconcile([1.0, 2.0, 3.0], TWO), "about 2 cells and the seed has 3"),
        (lambda: reconcile([1.0, 2.0], TWO, labels=["a"]), "2 cells have 1 labels"),
        (
            lambda: reconcile([1.0, 2.0], TWO, cell_errors=[0.1]),
            r"cell_errors has shape \(1,\); give one number, or \(2,\)",
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
            r"targets has shape \(2,\); give one number, or \(1,\)",
        ),
        (lambda: Constraints.linear([[1.0, 1.0]], [0.0], relative_error=0.1), "a relative error and a target of 0"),
        (lambda: Constraints.linear([[1.0, 1.0]], [1.0], labels=["a", "b"]), "1 constraints have 2 labels"),
        (lambda: Constraints.measured([5], [1.0], count=3), "cell 5 is not among 3 cells"),
        (lambda: TWO + Constraints.linear([[1.0]], [1.0]), "on 2, 1 cells cannot be put together"),
        (
            lambda: Constraints.sums(["a"], pd.Series([1.0, 2.0], ["a", "a"]), what="sum of"),
            "targets has 'a' twice",
        ),
        (
            lambda: Constraints.sums(["a"], {"a": 1.0}, error={"b": 1.0}, what="sum of"),
            "error lacks a; give one each",
        ),
        (lambda: ras([[1.0 + 2.0j]], [1.0], [1.0]), r"the seed holds \(1\+2j\) at 0, 0; give real numbers"),
        (lambda: ras([[10**400]], [1.0], [1.0]), "the seed holds 1000+.* at 0, 0; give real numbers"),
        (lambda: ras(TABLE, True, [4.0, 6.0]), "rows is True; give real numbers"),
        (lambda: ras(TABLE, [3.0, 7.0], [4.0, 6.0], most_sweeps="9"), "most_sweeps is '9'; give a whole number, 1 or"),
        (lambda: ras(TABLE, {("KAZ", 1): 3.0}, [4.0, 6.0]), "keys of rows have parts: 2 .*, where the seed has 1"),
        (lambda: ipf([[1.0, 2.0]], {(0,): [1.0]}), r"margins is \{\(0,\): \[1.0\]\}; give pairs"),
        (lambda: ipf([[1.0, 2.0]], [((0,),)]), "a margin has 1 parts; give pairs"),
        (lambda: ipf([[1.0, 2.0]], [((0.5,), [1.0])]), "keeps dimensions .*; give each once, out of 0 to 1"),
        (lambda: reconcile([1.0, 2.0], TWO, cell_errors=0.1j), "cell_errors is 0.1j; give real numbers"),
        (lambda: reconcile([1.0, 2.0], TWO, labels="ab"), "labels is 'ab'; give a list of one name for each cell"),
        (lambda: Constraints.sums(["a", "b"], [1.0, 2.0]), "targets is a list; give a dict or a Series that says what"),
        (lambda: Constraints.sums(["a"], {"a": 1.0}, error=None), "error is None; give real numbers"),
        (lambda: Constraints.sums([["a"]], {"a": 1.0}), r"keys holds \['a'\], a list; give the group of each cell"),
        (lambda: Constraints.sums(["1", "2"], {1: 3.0}), "targets has the key 1, keys has '1'; give both in one type"),
        (lambda: Constraints.measured([0.5], [1.0], count=3), "cells holds 0.5; give positions, whole numbers from 0"),
        (lambda: Constraints.stack([TWO, "more"]), "one of the sets put together is 'more'; give Constraints"),
        (lambda: errors_like_ras([1.0], "big"), "typical is 'big'; give a relative error above 0"),
        (
            lambda: domestic_sales(SALES, SALES, by="sector", floor_share="1 %"),
            "floor_share is '1 %'; give a share from",
        ),
        (lambda: domestic_sales(SALES, SALES, by=3), "by is 3; give the names of the columns"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_unknown_labels_come_with_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="no row 'KAX' in the seed, yet rows has it; did you mean 'KAZ'"):
        ras(TABLE, pd.Series({"KAX": 3.0, "BLR": 7.0}), [4.0, 6.0])
    with pytest.raises(UnknownNameError, match="no group 'KAX' in keys, yet targets has it; did you mean 'KAZ'"):
        Constraints.sums(["KAZ", "BLR"], {"KAX": 3.0}, what="exports of")
