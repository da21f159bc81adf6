"""A market that cannot have its minimum: the run says which bounds hold it there, on screen and on the page."""

from io import StringIO

import pytest
from rich.console import Console

import zollverein as zv
from zollverein.case import copy_case
from zollverein.report import terminal
from zollverein.report.wording import stuck_line

DRY = {
    "name": "dry",
    "title": "A refinery without its pipe",
    "question": "What if the pipe to the refinery of Atyrau is out for two months?",
    "case": "eurasia",
    "corridor": {
        "exporter": "KAZ",
        "horizon": {"start": "2022-01-01", "end": "2022-06-30", "step": "month"},
        "outages": [
            {"name": "pipe", "target": "atyrau-refinery", "start": "2022-02-01", "end": "2022-04-01", "share_lost": 1.0}
        ],
    },
}


@pytest.fixture(scope="module")
def dry():
    return zv.run(DRY)


def test_the_reason_is_a_table_of_the_result(dry):
    assert set(dry.shortages["state"]) == {"disturbed"}
    assert set(dry.shortages["node"]) == {"refinery-atyrau"}
    assert set(dry.shortages["bound"]) == {"capacity of 'atyrau-refinery'"}
    assert dry.shortages["unmet_kt"].iloc[0] == pytest.approx(5300.0 * 59 / 365)
    assert "shortages" in dry.frames()


def test_the_reason_is_said_on_screen_and_page(dry, tmp_path):
    console = Console(width=2000, record=True, file=StringIO())
    console.print(terminal(dry))
    page = dry.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    for text in (console.export_text(), page.replace("&#39;", "'")):
        assert "capacity of 'atyrau-refinery' (0 kt in 2 periods)" in " ".join(text.split())


def test_output_that_cannot_leave_even_undisturbed_is_told(tmp_path):
    folder = copy_case("small", tmp_path / "mine")
    figures = folder / "corridor" / "link_figures.csv"
    text = figures.read_text(encoding="utf-8")
    assert "bay-line,nominal_kt_per_year,,50000" in text or "bay-line,nominal_kt_per_year,50000" in text
    figures.write_text(text.replace("50000", "1000"), encoding="utf-8")
    told = stuck_line(zv.run("halt", case=folder))
    assert told.startswith("Even undisturbed")
    assert "another unit" in told
    assert stuck_line(zv.run("halt", case="small")) == ""


def test_nothing_is_said_where_nothing_is_short():
    test = zv.run({**DRY, "corridor": {**DRY["corridor"], "outages": []}})
    assert test.shortages.empty
