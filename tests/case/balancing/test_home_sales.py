"""Domestic sales are what exports leave of output; where they leave too little, it is said where and by how much."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from zollverein.case.balancing import domestic_sales
from zollverein.errors import InputError

OUTPUT = pd.DataFrame(
    {
        "region": ["KAZ", "KAZ", "BLR", "KGZ"],
        "sector": ["oil", "food", "food", "gold"],
        "value": [100.0, 40.0, 30.0, 9.0],
    }
)
EXPORTS = pd.DataFrame(
    {
        "region": ["KAZ", "KAZ", "BLR"],
        "importer": ["RUS", "CHN", "RUS"],
        "sector": ["oil", "oil", "food"],
        "value": [50.0, 20.0, 30.0],
    }
)


def test_output_less_exports() -> None:
    found = domestic_sales(OUTPUT, EXPORTS)
    assert found.sales["value"].tolist() == [30.0, 40.0, 0.0, 9.0]
    assert found.sales["exports"].tolist() == [70.0, 0.0, 30.0, 0.0]
    assert found.sales.columns.tolist() == ["region", "sector", "output", "exports", "value"]
    assert found.ledger.empty


def test_any_dataframe_and_any_names() -> None:
    output = OUTPUT.rename(columns={"region": "country", "value": "usd_million"})
    exports = EXPORTS.rename(columns={"region": "country", "value": "usd_million"})
    found = domestic_sales(
        pa.Table.from_pandas(output), pa.Table.from_pandas(exports), by=("country", "sector"), value="usd_million"
    )
    assert found.sales["value"].tolist() == [30.0, 40.0, 0.0, 9.0]


def test_every_negative_one_is_located() -> None:
    exports = pd.concat(
        [EXPORTS, pd.DataFrame({"region": ["KGZ", "BLR"], "sector": ["gold", "food"], "value": [12.0, 0.5]})]
    )
    with pytest.raises(InputError) as raised:
        domestic_sales(OUTPUT, exports)
    said = str(raised.value)
    assert "exports are above output in 2 places: " in said
    assert "KGZ, gold: output 9, exports 12, short by 3; BLR, food: output 30, exports 30.5, short by 0.5" in said
    assert "floor_share=" in said


def test_a_floor_raises_output_and_says_so() -> None:
    exports = pd.concat([EXPORTS, pd.DataFrame({"region": ["KGZ"], "sector": ["gold"], "value": [12.0]})])
    found = domestic_sales(OUTPUT, exports, floor_share=0.04)
    gold = found.sales.set_index("sector").loc["gold"]
    assert gold["output"] == pytest.approx(12.5)
    assert gold["value"] == pytest.approx(0.5)
    assert gold["value"] / gold["output"] == pytest.approx(0.04)
    assert len(found.ledger) == 1
    row = found.ledger.iloc[0]
    assert row[["region", "sector", "figure", "was"]].tolist() == ["KGZ", "gold", "output", 9.0]
    assert row["change"] == pytest.approx(3.5)
    assert "4.00% of it" in row["why"]
    # What is not negative stays, though it is below the floor.
    assert found.sales["value"].tolist()[2] == 0.0
    assert np.allclose(found.sales["output"] - found.sales["exports"], found.sales["value"])


@pytest.mark.parametrize(
    ("output", "exports", "options", "said"),
    [
        (OUTPUT, EXPORTS.drop(columns="sector"), {}, r"table exports has no column 'sector'; it has region, importer"),
        (pd.concat([OUTPUT, OUTPUT[:1]]), EXPORTS, {}, "output has KAZ oil twice"),
        (OUTPUT[1:], EXPORTS, {}, "exports of KAZ oil have no output"),
        (OUTPUT.assign(value=[1.0, np.nan, 2.0, 3.0]), EXPORTS, {}, "output of KAZ, food is nan"),
        (OUTPUT, EXPORTS.assign(value=[-1.0, 0.0, 2.0]), {}, "exports of KAZ, oil is -1.0"),
        (OUTPUT, EXPORTS.assign(value=["1", "2,5", "3"]), {}, "exports holds '1' at KAZ, oil; give real numbers"),
        (OUTPUT.assign(value=[1, True, 2, 3]), EXPORTS, {}, "output holds True at KAZ, food"),
        (OUTPUT.assign(value=True), EXPORTS, {}, "output holds True at KAZ, oil"),
        (OUTPUT.assign(value=1 + 1j), EXPORTS, {}, r"output holds \(1\+1j\) at KAZ, oil"),
        (OUTPUT.assign(value=pd.Timestamp("2020-01-01")), EXPORTS, {}, "output holds .* at KAZ, oil; give real"),
        (OUTPUT.assign(sector=[1, 2, 3, 4]), EXPORTS.assign(sector=["1", "1", "3"]), {}, "sector is '1' in exp.* 1 in"),
        (OUTPUT.assign(sector=[["a"]] * 4), EXPORTS, {}, "table output has the key .*, which holds a list"),
        (pd.concat([OUTPUT, OUTPUT], axis=1), EXPORTS, {}, "table output has 2 columns 'region'; keep one"),
        (OUTPUT, EXPORTS, {"by": ["region", "exports"]}, "column is called 'exports'"),
        (OUTPUT, pd.concat([EXPORTS.assign(value=1e308)] * 2), {}, "exports of KAZ, oil add up to more"),
        (
            OUTPUT.assign(region=[None, "KAZ", "BLR", "KGZ"]),
            EXPORTS,
            {},
            "table output has rows without region or sector",
        ),
        (OUTPUT, EXPORTS, {"floor_share": 1.0}, "floor_share is 1.0; give a share from 0 to below 1"),
        ([1, 2], EXPORTS, {}, "table output is a list"),
    ],
)
def test_bad_input_is_named(output: object, exports: object, options: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        domestic_sales(output, exports, **options)


def test_a_key_of_any_other_name_and_type_will_do() -> None:
    def merged(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(region=pd.Categorical(table["region"])).rename(columns={"sector": "_merge"})

    found = domestic_sales(merged(OUTPUT), merged(EXPORTS), by=["region", "_merge"])
    assert found.sales["value"].tolist() == [30.0, 40.0, 0.0, 9.0]


def test_it_says_what_it_holds() -> None:
    said = repr(domestic_sales(OUTPUT, EXPORTS))
    assert said.startswith("domestic sales of 4 keys (region, sector): output 179, exports 100, sold at home 79; none")
