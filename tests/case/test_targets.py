"""What a hazard strikes is a link, a node, the barriers of a pair or a member; all else is told with what is near."""

import pytest

from zollverein.case import check_case, copy_case


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copy_case("eurasia", tmp_path_factory.mktemp("case") / "mine")


def faults(folder, **replaced):
    """Faults of a case whose hazards say one thing in place of another."""
    path = folder / "corridor" / "hazards.csv"
    whole = path.read_text(encoding="utf-8")
    text = whole
    for old, new in replaced.values():
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    told = [str(fault) for fault in check_case(folder)]
    path.write_text(whole, encoding="utf-8")
    return told


def test_every_target_that_is_none_is_told_with_its_row_and_what_is_near(folder):
    told = "\n".join(
        faults(
            folder,
            link=("technical,cpc-moorings", "technical,cpc-morings"),
            prefix=("barriers:KAZ-RUS", "bariers:KAZ-RUS"),
            country=("barrier:BLR-RUS", "barrier:BLR-RUZ"),
            pair=("barrier:ARM-RUS", "barrier:ARM"),
            member=("exit:BLR", "exit:UZB"),
        )
    )
    assert told.count("column targets") == 5
    assert "did you mean 'cpc-moorings'" in told
    assert "did you mean 'barriers:KAZ-RUS'" in told
    assert "'RUZ' in 'barrier:BLR-RUZ'" in told
    assert "name the exporter, a hyphen, the importer" in told
    assert "'UZB' in 'exit:UZB'; allowed: a member (ARM, BLR, KAZ, KGZ, RUS)" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("barriers:KAZ-RUS", "barriers:KAZ-UZB", "no pair with a trade-cost equivalent 'KAZ-UZB'"),
        ("atyrau-samara:0.1:0.5", "atyrau-samra:0.1:0.5", "did you mean 'atyrau-samara'"),
        ("barrier:KAZ-RUS:0.3:0.2", "exit:UZB:0.3:1", "no member of the union 'UZB'"),
        ("b18;b19", "b18;b119", "no barrier 'b119'"),
        ("b18;b19", "b18;b01", "outside 2015-01-01 to 2025-12-31"),
        ("false,true,atyrau-samara", "false,,atyrau-samara", "set cuts to true"),
    ],
)
def test_what_only_an_engine_sees_is_told_too(folder, old, new, said):
    (told,) = faults(folder, one=(old, new))
    assert "hazards" in told
    assert said in " ".join(told.split())


def test_what_is_prefixed_by_nothing_known_is_a_fault_of_the_schema(folder):
    path = folder / "schemas" / "hazards.json"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace('"exit": "member"', '"exit": "membr"'), encoding="utf-8")
    told = "\n".join(map(str, check_case(folder)))
    path.write_text(whole, encoding="utf-8")
    assert "prefix 'exit' names a membr" in told
    assert "did you mean 'member'" in told
