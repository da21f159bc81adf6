"""The commands about cases: to Excel and back, compare, freeze and begin, with their messages and exit codes."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from zollverein.case import bundled_cases
from zollverein.case.contents import files_in

pytestmark = pytest.mark.e2e
Done = "subprocess.CompletedProcess[str]"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
SMALL = bundled_cases()["small"]


def said(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_help_names_every_command(run: Run) -> None:
    helped = said(run("case", "--help"))
    for command in ("check", "show", "new", "to-excel", "from-excel", "diff", "freeze", "add-up"):
        assert command in helped


def test_a_case_goes_to_excel_and_back_and_does_not_differ(run: Run, tmp_path: Path) -> None:
    book, folder = tmp_path / "my book.xlsx", tmp_path / "back"
    assert "25 tables, 127 rows" in said(run("case", "to-excel", "small", book))
    assert said(run("case", "from-excel", book, folder)) == f"{folder}: valid, 25 tables, 127 rows\n"
    assert files_in(folder) == files_in(SMALL)
    assert said(run("case", "diff", "small", folder, "--exit-code")) == f"small and {folder} hold the same\n"
    assert "is there already" in refused(run("case", "to-excel", "small", book))


def test_faults_of_a_workbook_are_told_by_sheet_and_cell(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    said(run("case", "to-excel", "small", book))
    opened = openpyxl.load_workbook(book)
    opened["trade"]["D3"] = "1,5"
    opened["nodes"]["A2"] = "#REF!"
    opened.save(book)
    told = refused(run("case", "from-excel", book, tmp_path / "back"))
    assert "nothing was written" in told
    assert "trade, row 3, column D value_usd_million: '1,5'" in told
    assert "nodes, row 2, column A node: the error #REF!" in told
    done = run("case", "from-excel", book, tmp_path / "back", "--json")
    assert done.returncode == 2
    assert {(fault["file"], fault["row"]) for fault in json.loads(done.stdout)} >= {("trade", 3), ("nodes", 2)}
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_scenarios_and_sweeps_that_the_case_cannot_carry_are_faults(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    said(run("case", "new", folder, "--like", "small"))
    halt = folder / "scenarios/halt.yaml"
    text = halt.read_text(encoding="utf-8")
    (folder / "scenarios/broken.yaml").write_text("name: broken\ntitle: Broken\nquestoin: Why?\n", encoding="utf-8")
    (folder / "scenarios/elsewhere.yaml").write_text(
        text.replace("name: halt", "name: elsewhere").replace("target: ", "target: no-such-"), encoding="utf-8"
    )
    (folder / "sweeps").mkdir(exist_ok=True)
    (folder / "sweeps/many.yaml").write_text("name: many\n", encoding="utf-8")
    done = run("case", "check", folder)
    assert (done.returncode, done.stderr) == (2, "")
    told = " ".join(done.stdout.split())
    for words in ("scenarios/broken.yaml", "questoin", "line 3", "no-such-", "sweeps/many.yaml", "refused"):
        assert words in told
    faults = json.loads(run("case", "check", folder, "--json").stdout)
    assert {fault["file"] for fault in faults} == {
        "scenarios/broken.yaml", "scenarios/elsewhere.yaml", "sweeps/many.yaml"
    }  # fmt: skip
    listed = run("scenario", "list", "--case", folder)
    assert listed.returncode == 2
    assert "halt  The port" in listed.stdout
    assert "open-league" in listed.stdout
    assert "questoin" in " ".join(listed.stderr.split())


def test_production_follows_a_flow_that_was_edited(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    said(run("case", "new", folder, "--like", "small"))
    trade = folder / "economy/trade.csv"
    trade.write_text(trade.read_text(encoding="utf-8").replace("BAY,ENX,1000,", "BAY,ENX,1500,"), encoding="utf-8")
    assert "zollverein case add-up" in " ".join(run("case", "check", folder).stdout.split())
    told = said(run("case", "add-up", folder))
    assert "domestic_sales_usd_million 6,000 5,500" in " ".join(told.split())
    assert "5 figures in 2 rows" in told
    assert "valid" in said(run("case", "check", folder))
    assert json.loads(said(run("case", "add-up", folder, "--json")))["changes"] == []
    assert "comes with the program" in refused(run("case", "add-up", "small"))
    assert "give a bundled name" in refused(run("case", "add-up", ""))
    trade.write_text(trade.read_text(encoding="utf-8").replace("BAY,ENX,1500,", "BAY,ENX,-5,"), encoding="utf-8")
    done = run("case", "add-up", folder, "--json")
    assert (done.returncode, [fault["row"] for fault in json.loads(done.stdout)]) == (2, [2])


def test_what_two_cases_differ_in_is_told_the_largest_first(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    said(run("case", "new", folder, "--like", "small", "--name", "other", "--title", "Another league"))
    path = folder / "economy/tariffs.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = lines[2].split(",")
    row[3] = "3"
    path.write_text("\n".join([*lines[:2], ",".join(row), *lines[3:-1]]) + "\n", encoding="utf-8")
    told = said(run("case", "diff", "small", folder))
    for word in ("tariffs", "from 0", ", ".join(row[:3]), "Another league"):
        assert word in told
    one = said(run("case", "diff", "small", folder, "--table", "tariffs"))
    assert "removed: 1" in one
    assert "holds the same" in said(run("case", "diff", "small", folder, "--table", "trade", "--exit-code"))
    done = run("case", "diff", "small", folder, "--json", "--exit-code")
    assert (done.returncode, done.stderr) == (4, "")
    data = json.loads(done.stdout)
    assert (data["equal"], list(data["tables"])) == (False, ["tariffs"])
    assert data["tables"]["tariffs"]["changed"] == [
        {
            "row": ", ".join(row[:3]), "column": "applied_percent", "was": "0", "now": "3", "relative_change": None,
            "share_of_total": 0.125,
        }
    ]  # fmt: skip
    assert "did you mean 'tariffs'" in refused(run("case", "diff", "small", folder, "--table", "tarifs"))


def test_a_case_is_frozen_with_a_report_or_refused_with_what_breaks(run: Run, tmp_path: Path) -> None:
    told = said(run("case", "freeze", "small", date.today().isoformat(), tmp_path / "late"))
    assert "0 rows left out, 127 kept" in told
    assert "valid" in said(run("case", "check", tmp_path / "late"))
    (tmp_path / "late/economy/crude.csv").write_text("changed", encoding="utf-8")
    done = run("case", "check", tmp_path / "late")
    assert done.returncode == 2
    assert "changed since it was frozen" in " ".join(done.stdout.split())
    # Nothing at all was known before its first source.
    assert "nothing of the case was known" in refused(run("case", "freeze", "small", "2020-01-01", tmp_path / "early"))
    assert "give a day such as" in refused(run("case", "freeze", "small", "soon", tmp_path / "early"))
    kept = run("case", "freeze", "small", "2020-01-01", tmp_path / "kept", "--keep", "economy,union", "--json")
    data = json.loads(said(kept))
    assert data["frozen_at"] == "2020-01-01"
    assert {row["table"] for row in data["tables"] if row["kept"] == 0} >= {"nodes", "links"}
    assert [row["file"] for row in data["scenarios"]] == ["scenarios/halt.yaml"]
    assert sorted(path.name for path in (tmp_path / "kept/scenarios").iterdir()) == ["open-league.yaml"]
    assert not (tmp_path / "early").exists()


def test_a_case_begins_with_some_rooms_of_another(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "roads"
    told = said(run("case", "new", folder, "--like", "small", "--tables", "economy,union"))
    assert told == f"{folder}: economy, union of 'small'. Put your rows in, then: zollverein case check {folder}\n"
    assert said(run("case", "check", folder)).startswith("roads: valid, 15 tables")
    assert sorted(path.name for path in (folder / "scenarios").iterdir()) == ["open-league.yaml"]
    misspelt = run("case", "new", tmp_path / "b", "--like", "small", "--tables", "economi")
    assert "did you mean 'economy'" in refused(misspelt)
    assert "names nothing" in refused(run("case", "new", tmp_path / "b", "--tables", " , "))
