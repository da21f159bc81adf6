"""What the command promises: speed to start, exit codes, near matches, pure JSON, no traceback."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import zollverein

pytestmark = pytest.mark.e2e
Run = Callable[..., "subprocess.CompletedProcess[str]"]
SCENARIOS = (
    "novorossiysk-90-days", "novorossiysk-2022", "middle-corridor", "no-internal-barriers",
    "kazakhstan-russia-barriers", "union-splits", "kazakhstan-leaves", "deeper-with-china", "deeper-with-turkey",
    "deeper-with-eu",
)  # fmt: skip
# That all of them hold is tried without starting the command anew for each.
OF_EACH_KIND = ("novorossiysk-90-days", "no-internal-barriers")


def assert_refused(done: "subprocess.CompletedProcess[str]", *words: str, code: int = 2) -> None:
    """Bad input ends in one sentence on standard error: no traceback, nothing on standard output."""
    said = " ".join(done.stderr.split())
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in said


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_starts_at_once(start: Run, argument: str) -> None:
    start(argument)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = start(argument)
        seconds.append(time.perf_counter() - began)
        assert done.returncode == 0
    assert min(seconds) < 1.0


def test_version_is_the_package_s(start: Run) -> None:
    assert start("--version").stdout == f"zollverein {zollverein.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], ["run", "compare", "hindcast", "scenario", "case", "doctor"]),
        (["run", "--help"], ["SCENARIO", "--case", "--out", "--json"]),
        (["compare", "--help"], ["SCENARIOS", "--json"]),
        (["hindcast", "--help"], ["--case", "--episode", "--mode", "--out", "--json"]),
        (["scenario", "--help"], ["list", "show", "check", "schema"]),
        (["case", "--help"], ["check", "show", "new"]),
    ],
)
def test_help_names_what_there_is(run: Run, arguments: list[str], said: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    assert [word for word in said if word.lower() not in done.stdout.lower()] == []


def test_doctor_finds_this_installation_sound(start: Run) -> None:
    done = start("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fails" not in done.stdout


def test_every_bundled_scenario_is_listed(run: Run) -> None:
    listed = run("scenario", "list").stdout
    assert [scenario for scenario in SCENARIOS if scenario not in listed] == []


@pytest.mark.parametrize("scenario", OF_EACH_KIND)
def test_a_bundled_scenario_is_valid_and_shown(run: Run, scenario: str) -> None:
    assert run("scenario", "check", scenario).returncode == 0
    assert run("scenario", "show", scenario).stdout.startswith(f"name: {scenario}\n")


@pytest.mark.parametrize("scenario", OF_EACH_KIND)
def test_json_is_pure_and_alone_writes_no_report(run: Run, tmp_path: Path, scenario: str) -> None:
    done = run("run", scenario, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    assert done.stderr == ""
    assert data["scenario"]["name"] == scenario
    assert {row["region"] for row in data["welfare"]} >= {"KAZ", "RUS", "BLR", "ARM", "KGZ"}
    assert 0.0 <= data["max_residual"] <= 1e-6
    assert 0.0 < data["assumed_share"] < 1.0
    assert list(tmp_path.iterdir()) == []


def test_the_same_input_gives_the_same_bytes(start: Run, report_folder: Path, tmp_path: Path) -> None:
    """Two processes, started apart, whose sets and dictionaries lie in orders of their own."""
    done = start("run", "novorossiysk-90-days", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    folders = (report_folder, tmp_path / "again")
    written = [{p.name: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()} for folder in folders]
    differing = [name for name in written[0] if written[0][name] != written[1].get(name)]
    assert sorted(written[0]) == sorted(written[1])
    assert differing == []


def test_compare_sets_scenarios_side_by_side(run: Run) -> None:
    done = run("compare", "novorossiysk-90-days", "middle-corridor", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert [scenario["name"] for scenario in data["scenarios"]] == ["novorossiysk-90-days", "middle-corridor"]
    assert {"novorossiysk-90-days", "middle-corridor"} <= set(data["routes"][0])


def test_hindcast_sets_forecasts_beside_what_came(run: Run, tmp_path: Path) -> None:
    done = run("hindcast", "--episode", "ceyhan-chlorides-2025", "--out", tmp_path / "past.csv")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for word in (
        "frozen at 2025-08-05",
        "Persistence",
        "Proportional",
        "Experts",
        "Observed",
        "few events",
        "Certified",
    ):
        assert word in said
    header, *rows = (tmp_path / "past.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("episode,variant,measure,")
    assert len(rows) == 3
    data = json.loads(run("hindcast", "--episode", "ceyhan-chlorides-2025", "--json").stdout)
    assert [row["measure"] for row in data["results"]] == ["aktau-baku", "cpc-gain", "lost"]
    assert {"episodes", "figures", "max_residual", "mode"} <= set(data)


def test_hindcast_refuses_what_was_not_known(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("case", "new", folder).returncode == 0
    inputs = folder / "corridor" / "hindcast_inputs.csv"
    lines = inputs.read_text(encoding="utf-8").splitlines()
    row = next(k for k, line in enumerate(lines) if line.startswith("august-2025,"))
    lines[row] = lines[row].replace("2025-08-05", "2025-09-05")
    inputs.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("hindcast", "--case", folder, "--episode", "ceyhan-chlorides-2025", "--out", tmp_path / "past.csv")
    assert_refused(done, f"hindcast_inputs.csv, row {row + 1}", "2025-09-05", "after the freeze of 2025-08-05")
    assert not (tmp_path / "past.csv").exists()


def test_schema_is_a_json_schema_that_takes_the_bundled_scenarios(run: Run) -> None:
    import jsonschema  # noqa: PLC0415
    import yaml  # noqa: PLC0415

    schema = json.loads(run("scenario", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for scenario in OF_EACH_KIND:
        jsonschema.validate(yaml.safe_load(run("scenario", "show", scenario).stdout), schema)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "novorosiysk-90-days"], ["novorosiysk-90-days", "novorossiysk-90-days"]),
        (["run", "no-such-file.yaml"], ["no-such-file.yaml"]),
        (["run", "novorossiysk-90-days", "--case", "eurasie"], ["eurasie", "eurasia"]),
        (["compare", "novorossiysk-90-days", "midle-corridor"], ["midle-corridor", "middle-corridor"]),
        (["scenario", "show", "union-split"], ["union-split", "union-splits"]),
        (["case", "check", "no-such-folder"], ["no-such-folder"]),
        (["hindcast", "--episode", "court-oder-2022"], ["court-oder-2022", "court-order-2022"]),
        (["hindcast", "--case", "small"], ["small", "hindcast_episodes"]),
        (["hindcast", "--out", "no-such-folder/x.csv"], ["no-such-folder", "make that folder"]),
        (["rum", "novorossiysk-90-days"], ["rum"]),
        (["run"], ["scenario"]),
        (["run", "novorossiysk-90-days", "--ouf", "x"], ["--ouf"]),
    ],
)
def test_a_wrong_name_is_refused_with_near_matches(run: Run, arguments: list[str], words: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert [word for word in words if word.lower() not in " ".join(done.stderr.split()).lower()] == []


SCENARIO = """\
name: mine
title: Mine
question: What if?
case: eurasia
corridor:
  horizon: {start: 2022-01-01, end: 2022-06-30}
  outages:
    - {name: halt, target: TARGET, start: 2022-02-01, end: 2022-03-01, share_lost: LOST}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["mine.yaml", "holds nothing"]),
        ("name: [", ["line"]),
        ("- a\n- b\n", ["mapping"]),
        (SCENARIO.replace("TARGET", "no-such-link").replace("LOST", "1.0"), ["no-such-link", "halt"]),
        (SCENARIO.replace("TARGET", "novorossiysk").replace("LOST", "1.5"), ["share_lost", "mine.yaml"]),
        (SCENARIO.replace("name: mine", "nome: mine"), ["nome", "name"]),
        (SCENARIO.replace("end: 2022-06-30", "end: 2021-06-30").replace("LOST", "1.0"), ["horizon"]),
        (SCENARIO.replace("end: 2022-06-30", "end: 2022-06-31").replace("LOST", "1.0"), ["end"]),
        ("name: mine\ntitle: !!python/object/apply:os.system ['true']\n", ["mine.yaml"]),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", ["mine.yaml"]),
    ],
)
def test_a_broken_scenario_file_is_refused(run: Run, tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert_refused(run("run", path, "--out", tmp_path / "out"), *words)
    assert sorted(tmp_path.iterdir()) == before


def test_a_scenario_file_that_is_no_text_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"name: \xff\xfe\x00")
    assert_refused(run("run", path), "mine.yaml")
    assert_refused(run("run", tmp_path), tmp_path.name)


def test_a_case_started_from_the_template_is_valid_and_runs(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("case", "new", folder).returncode == 0
    checked = run("case", "check", folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = {path.stem for path in (folder / "scenarios").glob("*.yaml")}
    assert names == set(SCENARIOS)
    done = run("run", OF_EACH_KIND[1], "--case", folder, "--json")
    assert done.returncode == 0, done.stderr
    again = run("case", "new", folder)
    assert again.returncode == 2
    assert "Traceback" not in again.stderr


def test_a_closed_pipe_is_no_error(command: Path, plain_environment: dict[str, str], tmp_path: Path) -> None:
    for arguments in ("scenario list --case small", "run no-internal-barriers --json"):
        done = subprocess.run(
            f"set -o pipefail; '{command}' {arguments} | head -n 1",
            shell=True, executable="/bin/bash", cwd=tmp_path, env=plain_environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        assert done.returncode == 0
        assert done.stdout.count("\n") == 1


def test_standard_output_that_is_full_is_said(command: Path, plain_environment: dict[str, str], tmp_path: Path) -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full on this system")
    with device.open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(command), "scenario", "list", "--case", "small"], stdout=full, stderr=subprocess.PIPE, text=True,
            cwd=tmp_path, env=plain_environment, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "No space left" in done.stderr
