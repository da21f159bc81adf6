"""The page in a real browser, read from a file: every chart is drawn, and no name does anything."""

import html as escaping
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from zollverein.report import compare_html, html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


def opened(page: str, folder: Path) -> str:
    """The document as the browser has it after its scripts have run."""
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
def test_every_chart_is_drawn(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    document = opened(html(request.getfixturevalue(name)), tmp_path)
    assert 'data-drawn="true"' in document
    assert "data-failed" not in document
    charts = drawn(document)
    assert charts
    assert all(charts.values()), charts
    if name != "walls":
        # The map holds countries, and more than a few.
        assert len(re.findall(r"<path[^>]*aria-roledescription=\"geoshape\"|mark-shape", document)) >= 3


def test_names_do_nothing(hostile: Any, tmp_path: Path) -> None:
    document = opened(html(hostile), tmp_path)
    assert "<img" not in re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL)
    assert "onerror=alert(1)" in escaping.unescape(document)


def test_a_comparison_is_drawn(several: Any, tmp_path: Path) -> None:
    document = opened(compare_html(several), tmp_path)
    assert drawn(document) == {"income": True, "routes": True}
