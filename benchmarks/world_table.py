"""How long a full world table takes to read: natively, and by pymrio's parser. `python -m benchmarks.world_table`.

Tables of random figures in the OECD's layout, at the full size of each edition, each read in a process of its own; the
seconds are the wall's and the processor's, the memory is the process's highest. Both give the same table
(tests/case/data/test_world_icio.py).
"""

import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zollverein.case.data import oecd_icio
from zollverein.case.data.oecd_icio_editions import DEMANDS, EDITIONS


def write_full_icio(path: Path, regions: Sequence[str], sectors: Sequence[str], *, seed: int = 0) -> None:
    """Write a table of an edition's full size, whose rows are drawn from forty; quick, and as long to read as any."""
    rng = np.random.default_rng(seed)
    cells = [f"{region}_{sector}" for region in regions for sector in sectors]
    bought = [f"{region}_{demand}" for region in regions for demand in DEMANDS]
    n, kinds = len(cells), 40
    sold = np.round(rng.lognormal(0.0, 2.0, (kinds, n + len(bought))), 4)
    output = sold.sum(axis=1)[np.arange(n) % kinds]
    times = np.bincount(np.arange(n) % kinds, minlength=kinds)
    inputs = times @ sold[:, :n]
    bodies = [",".join(f"{v:.4f}" for v in row) + f",{row.sum():.4f}\n" for row in sold]
    below = {
        "TLS": [0.0] * (n + len(bought) + 1),
        "VA": [*(output - inputs), *[0.0] * (len(bought) + 1)],
        "OUT": [*output, *(times @ sold[:, n:]), 0.0],
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["V1", *cells, *bought, "OUT"]) + "\n")
        for k, cell in enumerate(cells):
            file.write(f"{cell},{bodies[k % kinds]}")
        for label, row in below.items():
            file.write(",".join([label, *(f"{v:.4f}" for v in row)]) + "\n")


def natively(path: Path) -> object:
    dataset = next(known for known in oecd_icio.DATASETS if known.name == path.parent.name)
    return oecd_icio.read(path, dataset).output


def by_pymrio(path: Path) -> object:
    import pymrio  # noqa: PLC0415  its import is timed with it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pymrio.parse_oecd(path).Z


READERS: dict[str, Callable[[Path], object]] = {"natively": natively, "by pymrio": by_pymrio}


def one(reader: str, path: Path) -> None:
    start = time.perf_counter()
    READERS[reader](path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{time.perf_counter() - start:.1f} {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss / 1024:.0f}")


def main() -> None:
    print(f"{'table':<16}{'cells':>12}{'file':>9}   {'read':<12}{'wall':>8}{'processor':>12}{'memory':>10}")
    with TemporaryDirectory() as folder:
        for name, edition in EDITIONS.items():
            path = Path(folder) / name / "2020_SML.csv"
            path.parent.mkdir()
            write_full_icio(path, edition.regions, edition.sectors)
            shape = f"{len(edition.regions)} x {len(edition.sectors)}"
            for reader in READERS:
                told = subprocess.run(
                    [sys.executable, "-m", "benchmarks.world_table", reader, path],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout.split()
                size = f"{path.stat().st_size / 1e6:.0f} MB"
                print(f"{name:<16}{shape:>12}{size:>9}   {reader:<12}{told[0]:>6} s{told[1]:>10} s{told[2]:>7} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
