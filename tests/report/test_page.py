"""The page: valid, self-contained, safe against the names in it, and the same for the same test."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from zollverein.report import html, notebook, notebook_comparison
from zollverein.report.bridge import bridge_sheet
from zollverein.report.sheets import (
    certificate_sheet,
    corridor_sheet,
    crude_sheet,
    events_sheet,
    founding_sheet,
    income_sheet,
    knowledge_sheet,
    routes_sheet,
    transit_sheet,
)

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class Page(HTMLParser):
    """Collects what a test asks for, and fails where an element is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.inside: dict[str, list[str]] = {}
        self.text_parts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {[tag for tag, _ in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, given))
        self.inside.setdefault(tag, []).append("/".join(t for t, _ in self.open))
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "script":
            self.scripts.append((self.open[-1][1], data))
        elif not self.open or self.open[-1][0] != "style":
            self.text_parts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.text_parts).split())

    @property
    def data(self) -> Any:
        parts = [text for attrs, text in self.scripts if attrs.get("id") == "data"]
        return json.loads("".join(parts))


NAMES = ("halt", "quiet", "walls", "hostile", "compared")


@pytest.mark.parametrize("name", NAMES)
def test_every_element_is_closed_in_its_turn(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    assert pages[name].startswith("<!doctype html>")
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.all("html")[0]["lang"] == "en"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_the_network(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    for tag, attrs in page.elements:
        for attribute in ("src", "srcset", "data", "action", "poster", "background", "ping"):
            assert attribute not in attrs, (tag, attribute)
        href = attrs.get("href") or ""
        if tag == "a":
            assert href.startswith(("#", "https://", "http://")), href
        elif tag == "link":
            assert href == "data:,"
    style = "".join(re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL))
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_allows_our_scripts_and_no_other(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    allowed = set(re.findall(r"'(sha256-[^']+)'", policy))
    run = {
        "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for attrs, text in page.scripts if attrs.get("type") != "application/json"
    }  # fmt: skip
    assert allowed == run
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for tag, attrs in page.elements:
        assert not [a for a in attrs if a.startswith("on")], tag


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    targets = {f"#{i}" for i in ids}
    assert {a["href"] for a in page.all("a") if (a["href"] or "").startswith("#")} <= targets
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    assert page.inside.get("caption", []).__len__() == len(page.all("table"))
    for _, attrs in page.elements:
        if attrs.get("role") in ("img", "region"):
            assert attrs.get("aria-label")
        if "aria-labelledby" in attrs:
            assert f"#{attrs['aria-labelledby']}" in targets
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_every_canvas_has_its_chart_and_every_chart_its_canvas(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    canvases = {attrs["data-chart"] for _, attrs in page.elements if "data-chart" in attrs}
    assert canvases == set(page.data["charts"])
    assert len(pages[name].encode()) < 4_000_000
    assert pages[name].count("Natural Earth") >= 1


def test_vega_and_the_outlines_stand_in_a_page_once_and_only_where_needed(pages: dict[str, str]) -> None:
    for name in ("halt", "walls"):
        scripts = [t for a, t in Page(pages[name]).scripts if a.get("type") != "application/json" and "vegaEmbed=" in t]
        assert len(scripts) == 1
    assert pages["halt"].count('"Topology"') == 1
    assert Page(pages["walls"]).data["outlines"] is None


def test_names_cannot_break_out(pages: dict[str, str]) -> None:
    page, plain = Page(pages["hostile"]), Page(pages["halt"])
    assert not page.all("img")
    # As many elements as the same page with tame names, but for sources that are no longer links.
    assert len(page.scripts) == len(plain.scripts)
    assert "onerror=alert(1)" in page.text  # shown, as text
    assert not [a for a in page.all("a") if (a["href"] or "").startswith("javascript")]
    data = next(text for attrs, text in page.scripts if attrs.get("id") == "data")
    assert not set("<>&") & set(data)


def test_the_same_test_gives_the_same_page(halt: Any, pages: dict[str, str]) -> None:
    assert html(halt) == pages["halt"]


def test_another_process_gives_the_same_page(pages: dict[str, str]) -> None:
    """Whatever the order of its sets, its clock and its language."""
    program = (
        "import hashlib, importlib.util as u, sys\n"
        f"spec = u.spec_from_file_location('double', {str(Path(__file__).parent / 'conftest.py')!r})\n"
        "m = u.module_from_spec(spec); sys.modules['double'] = m; spec.loader.exec_module(m)\n"
        "from zollverein.report import html\n"
        "sys.stderr.write(hashlib.sha256(html(m.halted()).encode()).hexdigest())"
    )
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    zone = "UTC" if time.timezone else "Asia/Almaty"
    there = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    assert there == hashlib.sha256(pages["halt"].encode()).hexdigest()


def test_every_figure_of_the_result_stands_in_the_page(halt: Any, pages: dict[str, str]) -> None:
    page = Page(pages["halt"])
    text = page.text.replace("\u202f", " ")
    sheets = (routes_sheet(halt), corridor_sheet(halt), transit_sheet(halt), income_sheet(halt), crude_sheet(halt),
              bridge_sheet(halt), founding_sheet(halt), events_sheet(halt),
              knowledge_sheet(halt), certificate_sheet(halt))  # fmt: skip
    cells = [sheet.text(row, c).removesuffix("\u202f%") for sheet in sheets for row in sheet.rows()
             for c in sheet.columns if c.kind != "sources"]  # fmt: skip
    assert len(cells) > 200
    for wanted in (*(cell.replace("\u202f", " ") for cell in cells), "−13 315", "163.4", "0.710", "≤ 1e−10"):
        assert wanted in text, wanted
    assert halt.scenario.question in text
    for _, row in halt.source_list.iterrows():
        assert row["title"] in text
    links = {a["href"] for a in page.all("a")}
    assert {
        "https://example.org/atlas",
        "https://example.org/t?a=1&b=2",
        "https://doi.org/10.1093/restud/rdu035",
    } <= links
    assert {"#source-1", "#source-3"} <= links


def test_the_way_from_oil_to_income_is_told_with_the_prices_that_part_its_sums(pages: dict[str, str]) -> None:
    text = Page(pages["halt"]).text.replace("\u202f", " ")
    assert "economy, US$ of the base year 2021" in text
    assert "US$ 719 for a tonne" in text
    assert "a tonne earned US$ 473" in text
    assert "From oil to income" not in Page(pages["quiet"]).text
    assert "From oil to income" not in Page(pages["walls"]).text


def test_the_range_says_what_it_covers(pages: dict[str, str]) -> None:
    text = Page(pages["halt"]).text
    assert (
        "The range covers published trade elasticities only, and no capacity, quota or price of the corridor." in text
    )
    assert "nothing was varied that matters" not in text


def test_a_mark_names_the_figure_that_makes_it(pages: dict[str, str]) -> None:
    page = Page(pages["halt"])
    said = {
        attrs.get("title") for tag, attrs in page.elements if tag == "span" and "mark" in (attrs.get("class") or "")
    }
    assert {"derived: usable capacity of a line", "assumed: tariff"} <= said
    assert "CPC to Novorossiysk, derived (usable capacity of a line)" in page.text


def test_events_say_what_happened_and_not_only_their_code(halt: Any) -> None:
    told = halt.events.assign(name="E03", cause="storm damage", effect="a third is left", note=None, source="atlas")
    page = Page(html(replace(halt, events=told)))
    assert "storm damage; a third is left" in page.text
    assert "E03: storm damage" in json.dumps(page.data["charts"]["routes-after"])


def test_a_corridor_without_coordinates_has_its_tables(halt: Any) -> None:
    network = halt.routing.network
    nowhere = network.nodes.assign(latitude_deg=float("nan"), longitude_deg=float("nan"))
    blind = replace(halt, routing=replace(halt.routing, network=replace(network, nodes=nowhere)))
    page = Page(html(blind))
    assert "no map is drawn" in page.text
    for caption in ("What held it back", "Tonnes by route over the horizon", "What happens to the corridor"):
        assert caption in page.text
    assert not [name for name in page.data["charts"] if name.startswith("map")]


def test_a_rent_is_explained_where_there_is_one(walls: Any, pages: dict[str, str]) -> None:
    earned = replace(walls, welfare=walls.welfare.assign(rent_usd_million=[950.0] + [0.0] * (len(walls.welfare) - 1)))
    text = Page(html(earned)).text
    assert "Scarcity rent US$ m" in text
    assert "No export quota was imposed." in text
    for name in ("walls", "halt"):
        assert "No export quota" not in Page(pages[name]).text


def test_every_number_of_a_table_can_be_sorted(pages: dict[str, str]) -> None:
    page = Page(pages["halt"])
    orders = [attrs["data-order"] for tag, attrs in page.elements if tag == "td" and attrs.get("class") == "figure"]
    assert len(orders) > 100
    for order in orders:
        assert order is not None
        assert order == "–" or float(order) == float(order)


def test_without_a_corridor_a_page_speaks_of_none(pages: dict[str, str]) -> None:
    page = Page(pages["walls"])
    assert not {"#map", "#time", "#corridor", "#coupling", "#facts"} & {a["href"] for a in page.all("a")}
    assert "long run: labour and capital move between sectors" in page.text
    assert "HiGHS" not in page.text


def test_where_nothing_changes_the_page_says_so(pages: dict[str, str]) -> None:
    text = Page(pages["quiet"]).text
    assert "Every tonne goes where it went before" in text
    assert "No region’s real income changes by as much as a hundredth of a percent" in text
    assert "No trade flow changes" in text


def test_paper_and_dark_screens_are_provided_for(pages: dict[str, str]) -> None:
    assert "@media print" in pages["halt"]
    assert "prefers-color-scheme: dark" in pages["halt"]
    data = Page(pages["halt"]).data
    used = set(re.findall(r'"(#[0-9a-f]{6})"', json.dumps(data["charts"])))
    assert used <= set(data["dark"]), "a colour without its dark twin"


def test_a_notebook_gets_a_fragment_without_scripts(halt: Any, walls: Any, hostile: Any, several: Any) -> None:
    for fragment in (notebook(halt), notebook(walls), notebook(hostile), notebook_comparison(several)):
        page = Page(fragment)
        assert page.elements[0][0] == "div"
        assert not page.scripts
        assert not page.all("img")
        assert page.all("table")
    assert "13 463" in Page(notebook(halt)).text.replace("\u202f", " ")
