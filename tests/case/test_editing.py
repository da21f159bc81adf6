"""Rows added to a case: checked before a byte is written, never lost to another writer, never half there."""

import multiprocessing
import os
from datetime import date

import pytest
from filelock import FileLock

from zollverein.case import append_rows, check_case, copy_case, open_case
from zollverein.errors import CaseError, OutputError, UnionError, UnknownNameError
from zollverein.union import added_barrier, added_event


@pytest.fixture
def folder(tmp_path):
    return copy_case("small", tmp_path / "mine")


def event(name="b1-2", **changes):
    return {"event": name, "barrier": "b1", "happened": "2022-01-01", "recorded": "2022-02-01", "status": "removed",
            "source": "example", "confidence": "assumed", "method": "made up"} | changes  # fmt: skip


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name[0] != "."}


def test_a_row_is_added_and_nothing_else_changes(folder):
    before = contents(folder)
    append_rows(folder, {"barrier_events": [event(note='said "so", twice')]})
    after = contents(folder)
    changed = {path for path in after if after[path] != before.get(path)}
    assert {str(path) for path in changed} == {"union/barrier_events.csv"}
    (path,) = changed
    assert after[path].startswith(before[path])
    told = open_case(folder).table("barrier_events").set_index("event")
    assert told.loc["b1-2", "note"] == 'said "so", twice'
    assert check_case(folder) == []


def test_line_endings_and_a_missing_last_one_are_kept(folder):
    path = folder / "union/barrier_events.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n"))
    append_rows(folder, {"barrier_events": [event()]})
    assert path.read_bytes().count(b"\r\n") == 3
    assert len(open_case(folder).table("barrier_events")) == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"barrier_events": [event(status="gone")]}, "'gone'"),
        ({"barrier_events": [event(source="nobody")]}, "'nobody'"),
        ({"barrier_events": [event(barrier="b9")]}, "'b9'"),
        ({"barrier_events": [event(happened="2022-13-01")]}, "2022-13-01"),
        ({"barrier_events": [event("b1-1")]}, "stands already"),
        ({"barrier_events": [event(happened="2023-01-01")]}, "2022-02-01"),
        ({"barrier_events": [event(confidence=None)]}, "confidence"),
        ({"barrier_events": [event(colour="red")]}, "no column 'colour'"),
        ({"barriers_of_mine": [event()]}, "no table 'barriers_of_mine'"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_nothing_is_written(folder, rows, said):
    before = contents(folder)
    with pytest.raises(CaseError) as refused:
        append_rows(folder, rows)
    assert said in str(refused.value)
    assert contents(folder) == before


def test_what_cannot_be_edited_says_how(folder, tmp_path):
    with pytest.raises(CaseError, match="zollverein case new"):
        append_rows("small", {"barrier_events": [event()]})
    with pytest.raises(UnknownNameError):
        append_rows(tmp_path / "nowhere", {"barrier_events": [event()]})


def test_a_case_that_is_not_valid_before_is_not_added_to(folder):
    (folder / "sources.csv").write_text("key\n", encoding="utf-8")
    with pytest.raises(CaseError):
        append_rows(folder, {"barrier_events": [event()]})


def writes(folder, start, count, together):
    """A writer that records one event after the other, and begins when the other one does."""
    together.wait(120)
    for k in range(count):
        append_rows(folder, lambda case, k=k: {"barrier_events": [
            added_event(case.union().register, "b1", "contested", None, recorded=date(2022, 1, 1), source="example",
                        confidence="assumed", method="made up", note=f"{start + k}")
        ]})  # fmt: skip


def test_two_writers_at_once_lose_no_row(folder):
    """This process is one of them."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(2)
    other = context.Process(target=writes, args=(folder, 100, 3, together))
    other.start()
    writes(folder, 200, 3, together)
    other.join(120)
    assert other.exitcode == 0
    told = open_case(folder).table("barrier_events")
    assert sorted(told["note"].dropna().astype(int)) == [*range(100, 103), *range(200, 203)]
    assert told["event"].is_unique


def test_a_writer_who_holds_on_is_named_after_a_while(folder):
    with FileLock(folder / ".zollverein.lock"), pytest.raises(OutputError, match="another writer"):
        append_rows(folder, {"barrier_events": [event()]}, patience_s=0.1)


def test_a_new_barrier_and_what_becomes_of_it(folder):
    register = open_case(folder).union().register
    evidence = {"recorded": "2023-05-02", "source": "example", "confidence": "assumed", "method": "made up"}
    told = {"imposing": "INL", "affected": "BAY", "product": "fish", "hs_chapters": "03", "mast_chapter": "A",
            "kind": "barrier", "freedom": "goods"}  # fmt: skip
    row, first = added_barrier(register, told, "2023-05-01", **evidence)
    assert (row["barrier"], first["event"], first["status"]) == ("b02", "b02-1", "reported")
    append_rows(folder, {"barriers": [row], "barrier_events": [first]})
    union = open_case(folder).union()
    assert "b02" in set(union.barriers_in_force("2023-06-01")["barrier"])
    gone = added_event(union.register, "b02", "removed", "2023-06-30", **(evidence | {"recorded": "2023-07-01"}))
    append_rows(folder, {"barrier_events": [gone]})
    union = open_case(folder).union()
    assert "b02" not in set(union.barriers_in_force("2023-08-01")["barrier"])
    assert "b02" in set(open_case(folder).union("2023-06-15").barriers_in_force("2023-08-01")["barrier"])
    with pytest.raises(UnionError, match="cannot be removed"):
        added_event(union.register, "b02", "removed", "2023-09-01", **evidence)
    with pytest.raises(UnionError, match="recurred"):
        added_event(union.register, "b02", "confirmed", "2023-09-01", **evidence)
    assert added_event(union.register, "b02", "recurred", "2023-09-01", **evidence)["event"] == "b02-3"
    with pytest.raises(UnionError, match="is on the register"):
        added_barrier(union.register, told | {"barrier": "b02"}, "2023-05-01", **evidence)


def test_a_bundled_case_is_not_edited_by_another_of_its_paths(monkeypatch, tmp_path):
    bundled = copy_case("small", tmp_path / "small")
    monkeypatch.setattr("zollverein.case.editing.bundled_cases", lambda: {"small": bundled})
    (tmp_path / "link").symlink_to(bundled)
    for path in (bundled / ".." / "small", tmp_path / "link"):
        with pytest.raises(CaseError, match="zollverein case new"):
            append_rows(path, {"barrier_events": [event()]})


def test_where_the_second_file_cannot_be_written_the_first_is_put_back(folder, monkeypatch):
    before = contents(folder)
    row, first = added_barrier(
        open_case(folder).union().register,
        {"imposing": "INL", "affected": "BAY", "product": "fish", "hs_chapters": "03", "mast_chapter": "A",
         "kind": "barrier", "freedom": "goods"},
        "2023-05-01", recorded="2023-05-02", source="example", confidence="assumed", method="made up",
    )  # fmt: skip
    replace = os.replace

    def full(source, target):
        if str(target).endswith("barrier_events.csv"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match="nothing was changed"):
        append_rows(folder, {"barriers": [row], "barrier_events": [first]})
    assert contents(folder) == before


def test_a_file_that_is_a_link_keeps_its_target(folder, tmp_path):
    path, elsewhere = folder / "union/barrier_events.csv", tmp_path / "elsewhere.csv"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    append_rows(folder, {"barrier_events": [event()]})
    assert path.is_symlink()
    assert "b1-2" in elsewhere.read_text(encoding="utf-8")


@pytest.mark.parametrize("rows", [None, [1], {"barrier_events": "x"}, {"barrier_events": [None]},
                                  {"barrier_events": [event(note="\udcff")]}])  # fmt: skip
def test_odd_rows_are_refused_in_words(folder, rows):
    with pytest.raises(CaseError):
        append_rows(folder, rows)
