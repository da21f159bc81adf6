"""A scenario is plain data; every fault is told with its line and key, all at once."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress import read_scenario, scenario_of, scenario_schema
from zollverein.stress.scenario import BarrierChange

PLAIN = st.recursive(
    st.none() | st.text(max_size=5) | st.floats(), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)
WHOLE = "name: whole\ntitle: t\nquestion: q\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def fault(path, bundled=None):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path, bundled or {})
    return str(caught.value)


def test_every_fault_is_named_at_once_with_its_line(write):
    message = fault(
        write(
            "name: Bad Name\ntitel: x\nquestion: q\ncorridor:\n"
            "  horizon: {start: 2022-13-01, end: 2022-01-01, step: weak}\n  foresigt: rolling\n"
            "  outages:\n    - {name: a, target: b, start: 2022-01-01, end: 2022-02-01, share_lost: 2}\n"
            "economy:\n  labour: mobil\n  barriers: [{change: remov, between: []}]\n"
        )
    )
    for part in (
        "line 1: name is 'Bad Name'",
        "key 'title' is missing",
        "line 2: key 'titel' is not known; did you mean 'title'?",
        "line 5: corridor.horizon.start is '2022-13-01'",
        "corridor.horizon.step is 'weak': input should be 'day', 'week', 'month' or 'year'; did you mean 'week'?",
        "line 6: key 'corridor.foresigt' is not known; did you mean 'foresight'?",
        "line 8: corridor.outages.0.share_lost is 2",
        "line 10: economy.labour is 'mobil'",
        "did you mean 'remove'?",
        "economy.barriers.0.between",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: *x\n", "aliases"),
        ("a: 1\na: 2\n", "key 'a' stands twice"),
        ("- 1\n", "holds a list"),
        ("", "holds nothing"),
        ("a: [1\n", "line 2"),
        ("a: !!python/object:os.system x\n", "constructor"),
        ("[" * 3000, "nested too deeply"),
        (WHOLE + "economy: {iceberg: [{exporters: [A], importers: [B], factor: .inf}]}\n", "finite"),
        (WHOLE + "economy: {tariffs: [{exporters: [A], importers: [B]}]}\n", "either rate or level"),
        (WHOLE + "economy: {labour: mobile}\ncorridor: {horizon: {start: 2022-01-01, end: 2022-12-31}}\n", "specific"),
    ],
)
def test_what_is_not_plain_or_not_coherent_is_refused(write, text, said):
    assert said in fault(write(text))


def test_a_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"name: caf\xe9\n")
    assert "not UTF-8 (byte 9)" in fault(path)


def test_an_unknown_scenario_lists_near_matches(write):
    bundled = {"union-splits": write(WHOLE), "middle-corridor": write(WHOLE, "b.yaml")}
    with pytest.raises(UnknownNameError, match=r"did you mean .union-splits."):
        read_scenario("union-split", bundled)
    with pytest.raises(ScenarioError, match=r"no scenario file .nowhere\.yaml."):
        read_scenario("nowhere.yaml", bundled)


def test_what_extends_another_takes_over_what_it_leaves_out(write):
    bundled = {"parent": write(WHOLE + "economy: {labour: mobile, deficits: zero}\n", "parent.yaml")}
    child = read_scenario(write("name: child\nextends: parent\neconomy: {deficits: fixed}\n"), bundled)
    assert (child.name, child.title, child.economy.deficits, child.economy.labour) == (
        "child", "t, varied as 'child'", "fixed", "mobile",
    )  # fmt: skip


def test_an_unknown_parent_is_named_where_it_stands(write):
    with pytest.raises(UnknownNameError, match=r"mine.yaml, line 2"):
        read_scenario(write("name: child\nextends: nobody\n"), {})


def test_scenarios_that_extend_each_other_are_refused(write):
    write("name: a\nextends: b.yaml\n", "a.yaml")
    path = write("name: b\nextends: a.yaml\n", "b.yaml")
    assert "in a circle" in fault(path)


def test_a_scenario_survives_being_written_and_read_again(write):
    text = (
        WHOLE + "corridor:\n  horizon: {start: 2022-01-01, end: 2022-12-31, step: month}\n"
        "  outages: [{name: stop, target: x, start: 2022-03-01, end: 2022-05-30, share_lost: 1}]\n"
        "economy:\n  barriers: [{change: raise, between: [RUS], and: [KAZ], severity: 0.5}]\n"
    )
    once = read_scenario(write(text), {})
    again = scenario_of(yaml.safe_load(yaml.safe_dump(once.to_mapping())), {})
    assert again == once


def test_barriers_touch_both_directions_of_each_pair_once():
    change = BarrierChange.model_validate({"change": "raise", "between": ["RUS", "BLR"], "and": ["KAZ"]})
    assert set(change.pairs) == {("RUS", "KAZ"), ("BLR", "KAZ"), ("KAZ", "RUS"), ("KAZ", "BLR")}
    all_pairs = BarrierChange(change="remove", between=("A", "B", "C")).pairs
    assert len(all_pairs) == 6
    assert len(set(all_pairs)) == 6


def test_the_published_schema_is_the_one_the_program_checks_with():
    published = Path(__file__).parents[2] / "docs" / "scenario.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == scenario_schema()


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=8), PLAIN, max_size=5))
def test_no_mapping_does_worse_than_a_scenario_error(data):
    with pytest.raises(ScenarioError):
        scenario_of(data, {})


@pytest.mark.parametrize(
    ("economy", "said"),
    [
        ("{tariffs: [{exporters: A, importers: [B], rate: 0.1}]}", "exporters is 'A': give a list"),
        ("{tariffs: [{exporters: [], importers: [B], rate: 0.1}]}", "exporters: give at least 1"),
        ("{tariffs: [{exporters: [A], importers: [B], rate: 0,15}]}", "decimal comma"),
        ("{tariffs: [{exporters: [A], importers: [B], rate: '0.1'}]}", "give a number"),
        ("", "give keys with their values"),
    ],
)
def test_a_value_of_another_kind_is_told_without_words_of_python(tmp_path, economy, said):
    path = tmp_path / "own.yaml"
    path.write_text(f"{WHOLE}economy: {economy}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"own\.yaml, line") as told:
        read_scenario(path, {})
    assert said in str(told.value)
    assert not re.search("tuple|dict|EconomyPart|valid", str(told.value))
