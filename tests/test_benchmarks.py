"""Every registered benchmark still runs; how fast is for `make bench` to say."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.e2e
def test_every_benchmark_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.__main__ import measured  # noqa: PLC0415 - found beside the package, not in it

    rows = measured(smoke=True)
    files = {path.stem.removeprefix("bench_") for path in (ROOT / "benchmarks").glob("bench_*.py")}
    assert {str(row["benchmark"]) for row in rows} >= files
    assert all(row["runs"] == 1 for row in rows)
