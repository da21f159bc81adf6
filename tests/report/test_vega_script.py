"""The script of the charts is bundled once, and what is kept of it is trusted only while it is what was put there."""

from pathlib import Path
from typing import Any

import platformdirs
import pytest
import vl_convert

from zollverein.report.vega_script import vega_script

fresh = vega_script.__wrapped__


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """How often it was bundled, a cheap bundle and a cache of its own in place of the real ones."""
    calls: list[str] = []

    def bundle(snippet: str) -> str:
        calls.append(snippet)
        return "a</script>b<!--c"

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _name: tmp_path / "cache")
    return calls


def test_it_is_bundled_once_and_cannot_end_its_element(bundled: list[str], tmp_path: Path) -> None:
    assert fresh() == fresh() == "a<\\/script>b<\\!--c"
    assert len(bundled) == 1
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".js"]


@pytest.mark.parametrize("damage", [b"", b"0\nsomething else", b"\xff\n\xff"])
def test_what_was_changed_is_bundled_anew(bundled: list[str], tmp_path: Path, damage: bytes) -> None:
    told = fresh()
    next((tmp_path / "cache").iterdir()).write_bytes(damage)
    assert fresh() == told
    assert fresh() == told
    assert len(bundled) == 2


def test_without_a_cache_it_is_bundled_each_time(bundled: list[str], tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _name: tmp_path / "file")
    assert fresh() == fresh()
    assert len(bundled) == 2
