"""The page in a real browser, read from a file: every chart is drawn, and no name does anything."""

import html as escaping
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def opened(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A page by name, as the browser has it after its scripts have run; each is opened once."""
    return cache(lambda name: after_its_scripts(pages[name], tmp_path_factory.mktemp(name)))


def after_its_scripts(page: str, folder: Path) -> str:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=15000", "--window-size=1280,900", "--dump-dom",
        file.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8")


def drawn(document: str) -> dict[str, bool]:
    """By chart, whether there is a graphic in its canvas."""
    parts = re.split(r'data-chart="', re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL))[1:]
    return {part.split('"')[0]: "<svg" in part for part in parts}


@pytest.mark.parametrize("name", ["halt", "hostile", "walls"])
def test_every_chart_is_drawn(name: str, opened: Callable[[str], str]) -> None:
    document = opened(name)
    assert 'data-drawn="true"' in document
    assert "data-failed" not in document
    charts = drawn(document)
    assert charts
    assert all(charts.values()), charts
    if name != "walls":
        # The map holds countries, and more than a few.
        assert len(re.findall(r"<path[^>]*aria-roledescription=\"geoshape\"|mark-shape", document)) >= 3


def test_names_do_nothing(opened: Callable[[str], str]) -> None:
    document = opened("hostile")
    assert "<img" not in re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL)
    assert "onerror=alert(1)" in escaping.unescape(document)


def test_a_comparison_is_drawn(opened: Callable[[str], str]) -> None:
    document = opened("compared")
    assert drawn(document) == {"income": True, "routes": True}
