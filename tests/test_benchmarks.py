"""Every registered benchmark still runs; how fast is for `make bench` to say."""

import subprocess
from pathlib import Path

import pytest

from tests.forked import answered

ROOT = Path(__file__).parents[1]


@pytest.mark.e2e
def test_every_benchmark_runs(
    monkeypatch: pytest.MonkeyPatch,
    ready: "subprocess.Popen[str]",
    plain_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import bench_command  # noqa: PLC0415 - found beside the package, not in it
    from benchmarks.__main__ import measured  # noqa: PLC0415

    def call(*arguments: str) -> bytes:
        """As the benchmark does, but for the time that a command takes to start."""
        done = answered(ready, list(arguments), tmp_path, plain_environment, timeout=120)
        done.check_returncode()
        return done.stdout.encode()

    monkeypatch.setattr(bench_command, "call", call)
    rows = measured(smoke=True)
    files = {path.stem.removeprefix("bench_") for path in (ROOT / "benchmarks").glob("bench_*.py")}
    assert {str(row["benchmark"]) for row in rows} >= files
    assert all(row["runs"] == 1 for row in rows)
