"""The report as a reader opens it: from the file system, without a network, on a desk and on a phone."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]
DESK, PHONE = (1280, 900), (390, 844)
QUIET = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")


@dataclass
class Opened:
    """A page, what its console complained of and what it asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium refuses to run as root inside its own sandbox.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *sandbox])
        except Error as error:
            pytest.skip(f"{CHROMIUM} does not start: {error}")
        yield browser
        browser.close()


def opened(browser: Browser, path: Path, size: tuple[int, int], **options: object) -> Opened:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **options)  # type: ignore[arg-type]
    found = Opened(context.new_page())
    found.page.on("console", lambda said: found.complaints.append(said.text) if said.type != "log" else None)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda asked: found.requests.append(asked.url))
    found.page.goto(path.as_uri())
    return found


@pytest.fixture(scope="module")
def report(report_folder: Path) -> Path:
    return report_folder / "report.html"


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def view(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Opened]:
    found = opened(browser, report, request.param)
    found.page.wait_for_selector("#map svg, #map canvas")
    yield found
    found.page.context.close()


def test_it_asks_for_nothing_and_complains_of_nothing(view: Opened, report: Path) -> None:
    view.page.wait_for_timeout(500)
    asked = [url for url in view.requests if not url.startswith(("data:", "blob:"))]
    assert asked == [report.as_uri()]
    assert view.complaints == []


def test_the_map_is_drawn(view: Opened) -> None:
    drawn = view.page.locator("#map svg, #map canvas").first
    box = drawn.bounding_box()
    assert box is not None
    assert box["width"] > 250
    assert box["height"] > 100
    assert drawn.locator("path").count() > 50 or drawn.evaluate("node => node.tagName") == "CANVAS"


def test_every_chart_is_drawn(view: Opened) -> None:
    charts = view.page.locator("[data-chart]")
    assert charts.count() >= 5
    undrawn = [k for k in range(charts.count()) if charts.nth(k).locator("svg, canvas").count() == 0]
    assert undrawn == []


def test_it_fits_its_width(view: Opened) -> None:
    wide = view.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    assert wide <= 1


def test_a_table_that_is_wider_than_the_screen_says_so(view: Opened) -> None:
    boxes = view.page.locator(".scroll").filter(visible=True)
    for k in range(boxes.count()):
        beyond, wide, more = boxes.nth(k).evaluate(
            "box => [box.scrollWidth - box.clientWidth, ...['wide', 'more'].map(c => box.classList.contains(c))]"
        )
        assert wide == more == (beyond > 4), k
    income = view.page.locator("#income .scroll").last
    if "wide" in (income.get_attribute("class") or ""):
        assert "more to the right" in income.locator("caption span").evaluate(
            "s => getComputedStyle(s, '::after').content"
        )
        income.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
        view.page.wait_for_timeout(200)
        assert "more" not in (income.get_attribute("class") or "").split()
        income.evaluate("box => { box.scrollLeft = 0; }")


def test_no_label_of_a_chart_is_cut(view: Opened) -> None:
    assert not [text for text in view.page.locator("[data-chart] svg text").all_text_contents() if "…" in text]


def test_a_table_sorts(view: Opened) -> None:
    table = view.page.locator("#income table").filter(visible=True).first
    head = table.locator("th.figure").first
    column = head.evaluate("node => node.cellIndex")

    def values() -> list[float]:
        cells = table.locator(f"tbody tr > :nth-child({column + 1})")
        return [float(v) for v in cells.evaluate_all("nodes => nodes.map(n => n.dataset.order ?? n.textContent)")]

    head.locator("button").click()
    first, direction = values(), head.get_attribute("aria-sort")
    head.locator("button").click()
    second = values()
    assert {direction, head.get_attribute("aria-sort")} == {"ascending", "descending"}
    rising, falling = (first, second) if direction == "ascending" else (second, first)
    assert rising == sorted(first)
    assert falling == sorted(first, reverse=True)
    assert len(set(first)) > 1


def test_it_reads_without_scripts(browser: Browser, report: Path) -> None:
    found = opened(browser, report, DESK, java_script_enabled=False)
    text = found.page.inner_text("main")
    for word in ("stranded", "Novorossiysk", "Kazakhstan", "Russia", "assumed"):
        assert word in text
    found.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_reader_s_scheme(browser: Browser, report: Path, scheme: str) -> None:
    found = opened(browser, report, DESK, color_scheme=scheme)
    light = found.page.evaluate(
        """() => {
            const brightness = colour => colour.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0);
            const body = getComputedStyle(document.body);
            return brightness(body.backgroundColor) > brightness(body.color);
        }"""
    )
    assert light == (scheme == "light")
    assert found.complaints == []
    found.page.context.close()


def test_a_test_without_a_corridor_reads_well(browser: Browser, run: object, tmp_path: Path) -> None:
    done = run("run", "no-internal-barriers", "--out", tmp_path / "out")  # type: ignore[operator]
    assert done.returncode == 0, done.stderr
    found = opened(browser, tmp_path / "out" / "report.html", DESK)
    found.page.wait_for_timeout(1000)
    assert found.complaints == []
    assert found.page.locator("#map").count() == 0
    assert "Kazakhstan" in found.page.inner_text("main")
    found.page.context.close()
