"""What a person sees of a sweep: the page, the files beside it, and the screen."""

import html as escaping
import io
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from zollverein.case import Case
from zollverein.errors import OutputError
from zollverein.report import sweep_html, sweep_terminal, write_sweep_report
from zollverein.report.formatting import THIN, money, share
from zollverein.report.palette import DARK
from zollverein.report.sweep_answer import SURE, sweep_answer, sweep_key_figures, told_threshold
from zollverein.report.sweep_sheets import TABLES, sweep_sheets
from zollverein.report.sweep_wording import digits, world_names
from zollverein.stress.sweeps.result import Sweep
from zollverein.stress.sweeps.sweeping import open_sweep, sweep

YEAR = {
    "name": "year-2023", "title": "The year 2023", "question": "Nothing happens of itself.",
    "corridor": {"horizon": {"start": "2023-01-01", "end": "2023-12-31", "step": "month"}, "foresight": "rolling"},
}  # fmt: skip
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
THREATS = ["moorings-technical", "moorings-storm", "moorings-ordnance"]
SHIPS = {"target": "aktau-baku", "figure": "usable_kt_per_year", "value": 8000, "reason": "more tankers"}
MANY = {
    "name": "many", "title": "A year <of> threats & remedies", "question": "What does a year cost?",
    "scenarios": [YEAR], "sample": {"scenarios": 60, "seed": 3, "threats": THREATS}, "drivers": {"samples": 16},
    "policies": [
        {"name": "more-ships", "title": "More tankers <b>", "capex_usd_million": 500,
         "change": {"corridor": {"revisions": [SHIPS]}}},
    ],
    "beyond": [0, 500, 1000],
    "invest": {
        "scenarios": 20, "check": 0, "budgets_usd_million": [0, 500],
        "options": [{"name": "ships", "capex_usd_million": 500, "link": "aktau-baku", "adds_kt_per_year": 6500,
                     "reason": "more tankers"}],
    },
}  # fmt: skip
ONE = {
    "name": "one", "title": "One world", "question": "What does an uncertain halt do?", "case": "eastafrica",
    "scenarios": [
        {"name": "year-2024", "title": "The year 2024", "question": "How much is lost?",
         "corridor": {"exporter": "SSD", "horizon": {"start": "2024-01-01", "end": "2024-12-31", "step": "month"},
                      "outages": [{"name": "shut", "target": "petrodar-line", "start": "2024-03-01",
                                   "end": "2024-04-30", "share_lost": 1.0}]},
         "vary": [{"path": "scenario.corridor.outages.shut.share_lost",
                   "distribution": {"law": "uniform", "low": 0.2, "high": 1.0}}]},
    ],
    "sample": {"scenarios": 24, "seed": 5, "threats": ["floods", "fees", "unity-war"]},
}  # fmt: skip
WRITTEN = {
    "name": "written", "title": "Two days of reckoning", "question": "Which stop is worse?",
    "scenarios": [
        {**YEAR, "name": name, "title": title,
         "corridor": {**YEAR["corridor"], "outages": [{"name": "stop", "target": "cpc-coast", "start": "2023-03-01",
                                                       "end": end, "share_lost": 1.0}]}}
        for name, title, end in (("short", "A month", "2023-03-31"), ("long", "Three months", "2023-05-30"))
    ],
}  # fmt: skip


class Page(HTMLParser):
    """Collects what a test asks for, and fails where an element is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "hr", "img", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[str(self.elements[-1][1].get("id"))] = data
        elif not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split()).replace(THIN, " ")


@pytest.fixture(scope="module")
def many(eurasia: Case, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(MANY, out=tmp_path_factory.mktemp("sweeps") / "many", case=eurasia, jobs=1)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(ONE, out=tmp_path_factory.mktemp("sweeps") / "one", jobs=1)


@pytest.fixture(scope="module")
def written(eurasia: Case, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(WRITTEN, out=tmp_path_factory.mktemp("sweeps") / "written", case=eurasia, jobs=1)


@pytest.fixture(scope="module")
def failed(many: Sweep, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The same sweep, had one draw of its first world failed."""
    place = tmp_path_factory.mktemp("sweeps") / "failed"
    shutil.copytree(many.folder, place)
    path = sorted((place / "results" / "stage=answers" / "world=000").glob("part-*.parquet"))[-1]
    table = pq.ParquetFile(path).read()
    rows = table.to_pandas()
    rows.loc[rows["draw"] == rows["draw"].max(), ["status", "reason"]] = [
        "failed",
        "no plan keeps the <refineries> running",
    ]
    pq.write_table(table.from_pandas(rows, schema=table.schema, preserve_index=False), path)
    return open_sweep(place, case=many.plan.case)


@pytest.fixture(scope="module")
def pages(many: Sweep, one: Sweep, written: Sweep, failed: Sweep) -> dict[str, str]:
    return {
        "many": sweep_html(many), "one": sweep_html(one), "written": sweep_html(written), "failed": sweep_html(failed),
    }  # fmt: skip


NAMES = ("many", "one", "written", "failed")


def printed(renderable: Any, width: int) -> str:
    screen = io.StringIO()
    Console(file=screen, width=width, force_terminal=False, legacy_windows=False).print(renderable)
    return screen.getvalue().replace(THIN, " ")


def flat(text: str) -> str:
    return " ".join(text.replace(THIN, " ").split())


def test_every_table_of_a_sweep_is_known(many: Sweep) -> None:
    assert set(many.frames()) <= set(TABLES)
    assert {"distribution", "exceedance", "regions", "threats", "worst", "drivers", "policies", "approximation",
            "investment", "options"} <= set(many.frames())  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_table_that_is_not_empty_is_shown(
    name: str, pages: dict[str, str], request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(name)
    page = Page(pages[name])
    sheets = sweep_sheets(made)
    assert set(sheets) == set(made.frames())
    for sheet in sheets.values():
        assert flat(sheet.caption) in page.text
        for row in sheet.rows():
            for column in sheet.columns:
                if column.kind != "sources":
                    assert flat(sheet.text(row, column)).removesuffix(" %") in page.text, (sheet.name, column.key)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_the_network(name: str, pages: dict[str, str]) -> None:
    page = Page(pages[name])
    for tag, attrs in page.elements:
        assert not {"src", "srcset", "data", "action", "poster"} & set(attrs), tag
        if tag == "link":
            assert attrs["href"] == "data:,"
        if tag == "a":
            assert str(attrs["href"]).startswith(("#", "https://", "http://"))
    assert "default-src 'none'" in pages[name]
    style = "".join(re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL))
    assert "url(" not in style


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_its_place_its_words_and_colours_for_a_dark_screen(name: str, pages: dict[str, str]) -> None:
    page = Page(pages[name])
    charts = json.loads(page.scripts["data"])["charts"]
    assert {attrs["data-chart"] for _, attrs in page.elements if "data-chart" in attrs} == set(charts)
    assert charts
    assert set(re.findall(r'"(#[0-9a-f]{6})"', json.dumps(charts))) <= set(DARK)
    for _, attrs in page.elements:
        if attrs.get("role") == "img":
            assert attrs["aria-label"]
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for t, a in page.elements if t == "a" and str(a["href"]).startswith("#")} <= set(ids)


def test_charts_are_those_that_a_sweep_has_something_for(pages: dict[str, str]) -> None:
    charts = {name: set(json.loads(Page(pages[name]).scripts["data"])["charts"]) for name in NAMES}
    assert {"exceedance", "drivers", "regions", "policies", "frontier"} <= charts["many"]
    assert {"exceedance", "tornado", "regions"} == charts["one"]
    assert charts["written"] == {"worlds"}


def test_names_are_text_and_nothing_else(pages: dict[str, str]) -> None:
    page = Page(pages["many"])
    assert "A year <of> threats & remedies" in page.text
    assert "More tankers <b>" in page.text
    assert not [tag for tag, _ in page.elements if tag in ("of", "b")]
    assert not set("<>&") & set(page.scripts["data"])


def test_numbers_of_the_answer_are_those_of_the_tables(many: Sweep) -> None:
    answer = sweep_answer(many)
    text = " ".join(answer.paragraphs)
    lost = many.distribution
    lost = lost[(lost["world"] == "year-2023") & (lost["loss"] == "lost_income_usd_million")].set_index("measure")
    for measure, column in (("mean", "value"), ("mean", "standard_error"), ("mean", "low"), ("mean", "high"),
                            ("var95", "value"), ("cvar95", "value"), ("cvar95", "standard_error")):  # fmt: skip
        assert money(float(lost[column][measure])) in text
    row = told_threshold(many)
    assert row is not None
    table = many.exceedance
    same = table[(table["world"] == "year-2023") & (table["loss_usd_million"] == row["loss_usd_million"])].iloc[0]
    assert share(float(same["probability"])) in text
    assert money(float(same["loss_usd_million"])) in text
    top = many.drivers.iloc[0]
    assert top["factor"] in text
    assert share(float(top["total"])) in text
    (policy,) = many.policies.to_dict("records")
    assert money(policy["loss_avoided"]) in text
    assert money(policy["loss_avoided"] - SURE * policy["standard_error"]) in text
    assert money(policy["cvar95_avoided"]) in text
    assert "More tankers <b>" in text
    assert answer.headline.startswith("Kazakhstan loses US$")
    assert "a year on average" in answer.headline
    figures = sweep_key_figures(many)
    assert len(figures) == 4
    assert figures[0].value == money(float(lost["value"]["mean"]))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_stands_first_on_page_and_screen(
    name: str, pages: dict[str, str], request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(name)
    answer = sweep_answer(made)
    screen = flat(printed(sweep_terminal(made), 100))
    for paragraph in answer.paragraphs:
        assert flat(paragraph) in Page(pages[name]).text
        assert flat(paragraph) in screen


def test_one_world_needs_no_name_and_several_have_what_parts_them(many: Sweep, one: Sweep, written: Sweep) -> None:
    assert world_names(one) == {"year-2024": "The year 2024"}
    assert list(world_names(many).values()) == ["nothing done", "More tankers <b>"]
    assert list(world_names(written).values()) == ["A month", "Three months"]
    assert "name" not in [column.key for column in sweep_sheets(one)["distribution"].columns]


def test_without_a_sample_there_is_no_talk_of_one(written: Sweep, pages: dict[str, str]) -> None:
    (told,) = sweep_answer(written).paragraphs
    losses = written.scenarios["lost_income_usd_million"]
    assert told.startswith("Each of 2 scenarios was answered once")
    assert money(float(losses.min())) in told
    assert money(float(losses.max())) in told
    text = Page(pages["written"]).text
    for word in ("Errors and intervals", "VaR", "What is drawn", "Sobol"):
        assert word not in text
    assert not sweep_key_figures(written)


def test_a_failed_draw_is_told_and_counts_in_nothing(failed: Sweep, pages: dict[str, str]) -> None:
    text = Page(pages["failed"]).text
    assert "1 of 120 scenarios (0.8 %) have no answer" in text
    assert "no plan keeps the <refineries> running" in text
    assert "have no answer" in flat(printed(sweep_terminal(failed), 80))
    assert int(failed.scenarios["failed"].iloc[0]) == 1


def test_what_was_asked_and_how_it_was_answered_is_told(many: Sweep, one: Sweep, pages: dict[str, str]) -> None:
    text = Page(pages["many"]).text
    for words in ("What is exact", "What is first order", "What drives it", "sampling alone", "seed: 3", "more-ships"):
        assert words in text
    assert many.plan.digest in text
    assert "cover the figures that the scenario varies (1," in Page(pages["one"]).text
    assert "Of the worst twentieth of years" in " ".join(sweep_answer(one).paragraphs)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_screen(name: str, width: int, request: pytest.FixtureRequest) -> None:
    text = printed(sweep_terminal(request.getfixturevalue(name)), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert not re.search(r"\bnan\b", text)


@pytest.mark.parametrize("width", [80, 100])
def test_a_screen_holds_what_a_reader_asks_for_first(many: Sweep, width: int) -> None:
    text = flat(printed(sweep_terminal(many), width))
    for words in ("Real income lost, US$ m", "Export revenue lost", "Exports lost, kt", "Probability of losing more",
                  "share of the variance", "What each policy changes", "What each option is worth",
                  "Real income of the union’s members", "Kyrgyzstan", "No scenario failed",
                  "First-order losses against exact ones"):  # fmt: skip
        assert words in text


def test_a_report_stands_beside_its_rows_and_is_written_again(many: Sweep, tmp_path: Path) -> None:
    place = tmp_path / "sweep"
    shutil.copytree(many.folder, place)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    again = open_sweep(place, case=many.plan.case)
    assert write_sweep_report(again, place) == place
    (place / "tables" / "failures.csv").write_text("stale\n")
    write_sweep_report(again, place)
    assert {path: path.read_bytes() for path in before} == before
    new = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file() and path not in before}
    assert new == {"report.html", *(f"tables/{name}.csv" for name in again.frames())}
    read = pd.read_csv(place / "tables" / "policies.csv")
    pd.testing.assert_frame_equal(read, again.policies, check_dtype=False)
    assert (place / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert open_sweep(place, case=many.plan.case).done == many.done


def test_what_is_not_ours_stays(many: Sweep, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "tables").mkdir(parents=True)
    (mine / "tables" / "my.csv").write_text("a\n")
    with pytest.raises(OutputError, match="no table of ours"):
        write_sweep_report(many, mine)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "report.html").write_text("<p>mine</p>")
    with pytest.raises(OutputError, match=r"another report\.html"):
        write_sweep_report(many, theirs)
    (theirs / "report.html").unlink()
    (theirs / "manifest.json").write_text('{"written_by": "zollverein"}')
    with pytest.raises(OutputError, match=r"another report\.html"):
        write_sweep_report(many, theirs)
    with pytest.raises(OutputError, match="make it"):
        write_sweep_report(many, tmp_path / "no" / "where")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="a file is there"):
        write_sweep_report(many, tmp_path / "file")
    assert sorted(path.name for path in mine.rglob("*")) == ["my.csv", "tables"]
    assert [path.name for path in theirs.iterdir()] == ["manifest.json"]


def test_a_failure_on_the_way_leaves_the_older_report(
    many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "out"
    write_sweep_report(many, place)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}

    def full(self: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left on device; nothing was changed"):
        write_sweep_report(many, place)
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


def test_an_unfinished_sweep_says_so(many: Sweep, one: Sweep, tmp_path: Path) -> None:
    place, empty = tmp_path / "half", tmp_path / "empty"
    shutil.copytree(many.folder, place)
    for world in (place / "results" / "stage=answers").iterdir():
        sorted(world.glob("part-*.parquet"))[-1].unlink()
    for later in ("exact", "drivers", "frontier", "options"):
        shutil.rmtree(place / "results" / f"stage={later}")
    half = open_sweep(place, case=many.plan.case)
    done, planned = half.done
    assert done < planned
    assert f"Unfinished: {done} of {planned} scenarios" in Page(sweep_html(half)).text
    shutil.copytree(one.folder, empty)
    shutil.rmtree(empty / "results")
    nothing = open_sweep(empty)
    assert "No scenario is answered yet." in escaping.unescape(sweep_html(nothing))
    assert "No scenario is answered yet." in printed(sweep_terminal(nothing), 80)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.mark.e2e
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)")
@pytest.mark.parametrize("name", NAMES)
def test_in_a_browser_every_chart_is_drawn_and_nothing_is_asked_for(
    name: str, pages: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(pages[name], encoding="utf-8")
    for width, scheme in ((1400, "light"), (420, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme,  # type: ignore[arg-type]
        )  # fmt: skip
        page, heard, asked = context.new_page(), [], []
        page.on("console", lambda said, heard=heard: heard.append(said.text) if said.type != "log" else None)
        page.on("pageerror", lambda error, heard=heard: heard.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn]", timeout=60_000)
        assert heard == []
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
        assert page.locator("[data-failed]").count() == 0
        assert page.locator("[data-chart] svg").count() == page.locator("[data-chart]").count() > 0
        assert not [text for text in page.locator("[data-chart] svg text").all_text_contents() if "…" in text]
        assert page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth") <= 1
        context.close()


def test_figures_have_four_digits_and_no_more() -> None:
    told = [digits(value).replace(THIN, " ") for value in (46512.7391, 0.0123456, 54000.0, 0.0, -3.14159)]
    assert told == ["46 513", "0.01235", "54 000", "0", "−3.142"]
