"""`zollverein data`: listed, shown, fetched from a site on this machine, stopped, and tried on files."""

import io
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.case.data.serving import Published, Site, serving

from zollverein.case.data.registry import datasets
from zollverein.cli import main

pytestmark = pytest.mark.e2e

ARCHIVE = bytes(range(256)) * 20_000
NAME, FILE = "wdi", "WDI_CSV.zip"
LINE = {
    "type": "Feature",
    "properties": {"name": "Trunk", "countries": "Kazakhstan; Atlantis"},
    "geometry": {"type": "LineString", "coordinates": [[50, 47], [45, 46]]},
}
Said = Callable[..., tuple[int, str, str]]


class Keyboard(io.StringIO):
    """A person at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as made:
        made.files[f"/{FILE}"] = Published(ARCHIVE)
        yield made


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run a command in this process: its exit code, what it printed, and what it said beside."""
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["data", *map(str, arguments)])
        return (code, *capsys.readouterr())

    return run


def test_the_list_names_every_dataset_and_show_says_all_of_one(say: Said) -> None:
    _, listed, _ = say("list", "--json")
    assert [row["name"] for row in json.loads(listed)] == list(datasets())
    code, plain, _ = say("list")
    assert code == 0
    assert all(name in plain for name in datasets())
    code, shown, _ = say("show", "gem-oil-pipelines")
    assert code == 0
    for words in ("Creative Commons", "ProjectID", "Cite", "fill the form in", "Global Energy Monitor"):
        assert words in shown
    _, shown, _ = say("show", NAME, "--json")
    assert json.loads(shown)["files"][0]["name"] == FILE
    _, shown, _ = say("show", "exiobase-3")
    assert shown.index("data get exiobase-3 --file NAME") < shown.index("By hand") < shown.index("IOT_1995_ixi.zip")
    assert "... and 52 more, the last IOT_2022_pxp.zip; all of them: zollverein data show exiobase-3 --json" in shown
    code, _, missed = say("show", "gem-oil")
    assert code == 2
    assert "did you mean 'gem-oil-pipelines'" in missed


def test_terms_come_before_the_file(say: Said, site: Site, tmp_path: Path) -> None:
    asked = ("get", NAME, tmp_path / "wdi", "--mirror", site.url)
    code, out, told = say(*asked)
    assert (code, out, site.asked) == (2, "", [])
    assert "Creative Commons" in told
    assert "--accept-licence" in told
    code, out, told = say(*asked, "--accept-licence")
    assert (code, out) == (0, f"{tmp_path / 'wdi' / FILE}\n")
    assert "Terms: Creative Commons" in told
    assert (tmp_path / "wdi" / FILE).read_bytes() == ARCHIVE
    _, out, _ = say(*asked, "--accept-licence")
    assert out == f"{tmp_path / 'wdi' / FILE} (was there already)\n"
    assert len(site.asked) == 1


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_a_person_is_asked(
    say: Said, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(f"{answer}\n"))
    ended, _, told = say("get", NAME, tmp_path, "--mirror", site.url)
    assert ended == code
    assert "Do you agree to these terms?" in told
    assert (tmp_path / FILE).exists() == (code == 0)


def test_what_cannot_be_fetched_is_said(say: Said, site: Site, tmp_path: Path) -> None:
    code, _, told = say("get", "gem-oil-pipelines", "--accept-licence")
    assert code == 2
    assert "fill the form in" in told
    assert "https://globalenergymonitor.org" in told
    site.files.clear()
    code, _, told = say("get", NAME, tmp_path, "--mirror", site.url, "--accept-licence")
    assert code == 2
    assert f"{site.url}/{FILE}: there is no such file there" in told


def test_attempts_are_told_aside_and_no_folder_is_left(
    say: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    asked = ("get", NAME, tmp_path / "wdi", "--mirror", "http://127.0.0.1:9", "--accept-licence")
    code, out, told = say(*asked)
    assert (code, out) == (2, "")
    assert "the connection is refused; trying again in 1 s, try 2 of 3" in told
    assert list(tmp_path.iterdir()) == []
    assert "trying again" not in say(*asked, "--quiet")[2]


def test_ctrl_c_keeps_what_has_come_and_the_next_command_goes_on(
    command: Path, say: Said, site: Site, plain_environment: dict[str, str], tmp_path: Path
) -> None:
    site.files[f"/{FILE}"] = Published(ARCHIVE, stall_after=2_000_000, hang_s=60)
    asked = ("get", NAME, str(tmp_path), "--mirror", site.url, "--accept-licence")
    environment = plain_environment | {"NO_PROXY": "*"}
    going = subprocess.Popen([str(command), "data", *asked], env=environment, stderr=subprocess.PIPE, text=True)
    part = tmp_path / f"{FILE}.part"
    until = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size > 1_000_000) and time.monotonic() < until:
        time.sleep(0.02)
    going.send_signal(signal.SIGINT)
    _, told = going.communicate(timeout=60)
    assert going.returncode == 130
    assert "the same command goes on from there" in told
    kept = part.stat().st_size
    assert {path.name for path in tmp_path.iterdir()} == {f"{FILE}.part", f"{FILE}.part.json"}
    site.files[f"/{FILE}"] = Published(ARCHIVE)
    assert say(*asked)[0] == 0
    assert (tmp_path / FILE).read_bytes() == ARCHIVE
    assert site.asked[-1][1]["Range"] == f"bytes={kept}-"


def test_an_adaptor_is_tried_on_a_file(say: Said, tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    code, out, _ = say("read", "geojson-network", path, "--out", tmp_path / "tables")
    assert code == 0
    assert "links" in out
    assert "Atlantis" in out
    header, row = (tmp_path / "tables" / "data" / "links.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("link,name,from_node,to_node,mode")
    assert "Trunk" in row
    _, told, _ = say("read", "geojson-network", path, "--json")
    assert (json.loads(told)["links"], json.loads(told)["nodes"]) == (1, 2)
    code, _, told = say("read", "wdi", path, "--out", tmp_path / "nowhere" / "table.csv")
    assert code == 2
    assert "there is no folder" in told
    code, _, told = say("read", "geojson-network", path, "--country-codes", path)
    assert code == 2
    assert "takes no file of country codes" in told
    path.write_text('{"type": "Feat', encoding="utf-8")
    code, _, told = say("read", "geojson-network", path)
    assert code == 2
    assert "cut off" in told
