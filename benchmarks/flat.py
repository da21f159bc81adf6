"""How ITPD-E passes: `python -m benchmarks.flat [--rows N] [--memory MIB] [--json]`.

A file in the layout of ITPD-E's Release 2 is made (its 72.5 million rows are 7.7 GB; 2 million unless asked for), then
read by region and sector in a process of its own: seconds, the process's largest memory, and the most disk that it
took. Memory may not grow with the file; only ratios outlive the machine.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.economy import table

COUNTRIES, INDUSTRIES, YEARS = 260, 170, 34
CODES = [f"{chr(65 + n % 26)}{chr(65 + n // 26)}X" for n in range(COUNTRIES)]
WHOLE, USUAL = 72_534_869, 2_000_000


def made(path: Path, rows: int) -> None:
    """Write a file in ITPD-E's layout: all pairs, years and industries in turn, with random trade."""
    import duckdb  # noqa: PLC0415 - slow to import

    pair, pairs = f"i // {COUNTRIES}", COUNTRIES**2
    with duckdb.connect(config={"memory_limit": "1GiB", "threads": 2}) as con:
        con.register("codes", pd.DataFrame({"n": range(COUNTRIES), "code": CODES}))
        con.execute("SELECT setseed(0.5)")
        con.execute(
            f"""COPY (SELECT own.code AS exporter_iso3, own.code || '.1' AS exporter_dynamic_code,
                    'Exporter, ' || own.n AS exporter_name, other.code AS importer_iso3,
                    other.code || '.1' AS importer_dynamic_code, 'Importer ' || other.n AS importer_name,
                    1986 + (i // {pairs}) % {YEARS} AS year,
                    1 + (i // {pairs * YEARS}) % {INDUSTRIES} AS industry_id,
                    'Industry, not elsewhere ' || (i // {pairs * YEARS}) % {INDUSTRIES} AS industry_descr,
                    'Manufacturing' AS broad_sector, round(random() * random() * 1000, 6) AS trade,
                    i % 2 AS flag_mirror, 'p' AS flag_zero
                FROM range({rows}) AS numbers(i) JOIN codes AS own ON own.n = i % {COUNTRIES}
                JOIN codes AS other ON other.n = ({pair}) % {COUNTRIES}) TO '{path}' (HEADER, DELIMITER ',')"""
        )


def concordances() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 26 regions and 20 sectors, every industry in two of them by halves."""
    regions = pd.DataFrame({"source": CODES, "target": [code[0] for code in CODES], "weight": 1.0})
    numbers = [str(n + 1) for n in range(INDUSTRIES)]
    halves = [(number, f"s{(int(number) + step) % 20:02d}", 0.5) for number in numbers for step in (0, 1)]
    return regions, pd.DataFrame(halves, columns=["source", "target", "weight"])


def passed(path: Path, memory_mib: int, folder: Path) -> dict[str, Any]:
    """Read the file in this process and say what it took."""
    from zollverein.case.data.flat import Limits  # noqa: PLC0415 - measured with the reading
    from zollverein.case.data.itpde import read  # noqa: PLC0415

    most, done = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.25):
            sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
            most = max(most, sum(sizes))

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    regions, sectors = concordances()
    try:
        found = read(path, regions=regions, sectors=sectors, limits=Limits(memory_mib=memory_mib, folder=folder))
    finally:
        done.set()
        watcher.join()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ledger = found.ledger
    return {
        "rows": ledger.rows_read, "file_gb": path.stat().st_size / 1e9, "memory_mib": memory_mib, "seconds": seconds,
        "rows_per_s": ledger.rows_read / seconds, "peak_mib": peak, "disk_mb": most / 1e6, "out": len(found.frame),
        "lost": ledger.total_read - ledger.total_frame,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Make a file, read it in a process of its own, and print the row; `one` and its numbers: the reading alone."""
    if arguments and arguments[0] == "one":
        print(json.dumps(passed(Path(arguments[1]), int(arguments[2]), Path(arguments[3]))))
        return 0
    rows = int(arguments[arguments.index("--rows") + 1]) if "--rows" in arguments else USUAL
    memory = int(arguments[arguments.index("--memory") + 1]) if "--memory" in arguments else 1024
    found = []
    with tempfile.TemporaryDirectory() as made_in:
        path, work = Path(made_in) / "ITPD_E_R02.csv", Path(made_in) / "work"
        work.mkdir()
        for count in sorted({max(rows // 10, 1), rows}):
            made(path, count)
            command = [sys.executable, "-m", "benchmarks.flat", "one", str(path), str(memory), str(work)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
            found.append(json.loads(done.stdout))
    if "--json" in arguments:
        print(json.dumps(found, indent=2))
        return 0
    print(f"ITPD-E's layout to 26 regions and 20 sectors, DuckDB within {memory} MiB (the release has {WHOLE:,} rows)")
    names = {
        "rows": "rows", "file_gb": "GB", "seconds": "seconds", "rows_per_s": "rows/s", "peak_mib": "peak MiB",
        "disk_mb": "disk MB", "out": "rows out", "lost": "lost",
    }  # fmt: skip
    table(found, names)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
