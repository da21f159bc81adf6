"""A concordance from a CSV file: what it may leave out, and every fault with its row and column."""

import pytest

from zollverein.case.concordances import open_concordance
from zollverein.errors import InputError


def write(folder, text, encoding="utf-8"):
    path = folder / "mine.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_weights_may_be_left_out_where_nothing_is_parted(tmp_path):
    found = open_concordance(write(tmp_path, "source,target\n01,A\n02,A\n03,B\n"))
    assert (found.name, found.sources, found.targets) == ("mine", ("01", "02", "03"), ("A", "B"))
    assert set(found.frame["weight"]) == {1.0}


def test_notes_are_read_past_and_a_byte_order_mark_too(tmp_path):
    text = "target,source,weight,confidence,note\nA,01,0.25,derived,by output\nB,01,0.75,,\n"
    found = open_concordance(str(write(tmp_path, text, "utf-8-sig")))
    assert found.frame["weight"].tolist() == [0.25, 0.75]
    assert found.frame["confidence"].tolist() == ["derived", "assumed"]


def test_every_fault_is_told_with_its_row_and_column(tmp_path):
    text = (
        "source,target,weight,confidence\n"
        "01,A,0.5,reported\n"
        "01,B,0.4,sure\n"
        ",A,1,\n"
        '02,A,"0,5",assumd\n'
        "03,A,0.5,\n"
        "03,A,0.5,\n"
    )
    with pytest.raises(InputError) as caught:
        open_concordance(write(tmp_path, text))
    for said in (
        "is no concordance, 5 faults:",
        "mine.csv, row 3, column confidence: 'sure'; allowed: reported, derived, assumed",
        "mine.csv, row 4, column source: empty",
        "mine.csv, row 5, column weight: '0,5'",
        "mine.csv, row 5, column confidence: 'assumd'; allowed: reported, derived, assumed; did you mean 'assumed'?",
        "mine.csv, row 7: 03 to A stands in row 6 already",
    ):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "source,target\n01,A\n01,B\n",
            "row 3, column source: 01 has a second target; allowed: one; add a column weight",
        ),
        ("source,target,weight\n01,A,0.5\n01,B,0.4\n", "row 2, column weight: weights of 01 add to 0.9"),
        ("source,target,weight\n01,A,-1\n", "row 2, column weight: -1; allowed: a number above zero"),
        ("source,target,weight\n01,A,\n", "row 2, column weight: empty"),
        ("source;target\n01;A\n", "row 1, column source;target"),
        ("source,taget\n01,A\n", "rename it to 'target'"),
        ("source,target\n01,A,1\n", "row 2: 3 cells; allowed: 2"),
        ("source,target\n", "no rows"),
        ("", "an empty file"),
        ('source,target\n"01,A\n', "not CSV"),
    ],
)
def test_a_faulty_file_is_named(tmp_path, text, said):
    with pytest.raises(InputError) as caught:
        open_concordance(write(tmp_path, text))
    assert said in str(caught.value)


def test_another_encoding_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match="is not UTF-8"):
        open_concordance(write(tmp_path, "source,target\nä,A\n", "latin-1"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="no file"):
        open_concordance(tmp_path / "folder.csv")
