"""A sweep's results on disk: a manifest, and Parquet files that each appear whole or not at all.

    OUT/manifest.json                                      what was asked, of which case, by which version
    OUT/results/stage=answers/world=003/part-00000042.parquet

A part holds a fixed range of a world's scenarios, so that its bytes depend on nothing but the manifest: which worker
made it, when, and after how many interruptions leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from zollverein.errors import OutputError

__all__ = ["Store", "digest_of", "manifest_in", "open_store", "require_place"]

MANIFEST, RESULTS, LOCK = "manifest.json", "results", ".lock"
KINDS = {"sweep": dict, "case": dict, "version": str, "worlds": list}
MARK = b"zollverein.part"
PART = re.compile(r"part-(\d{8})\.parquet")


class Store:
    """A folder of results. State is what it is for: the parts that are there."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest
        self._digest = digest_of(manifest)
        self._sound: set[Path] = set()

    def _home(self, stage: str, world: int) -> Path:
        return self.folder / RESULTS / f"stage={stage}" / f"world={world:03d}"

    def done(self, stage: str, world: int) -> set[int]:
        """Return the parts of a world that are there."""
        return {int(path.stem.removeprefix("part-")) for path in self._parts(stage, world)}

    def has(self, stage: str, world: int, part: int) -> bool:
        """Return whether one part of a world is there."""
        return self._is_sound(self._place(stage, world, part))

    def _place(self, stage: str, world: int, part: int) -> Path:
        return self._home(stage, world) / f"part-{part:08d}.parquet"

    def _parts(self, stage: str, world: int) -> list[Path]:
        """Parts that are whole and this sweep's own, in order."""
        home = self._home(stage, world)
        named = [path for path in sorted(home.iterdir()) if PART.fullmatch(path.name)] if home.is_dir() else []
        return [path for path in named if self._is_sound(path)]

    def _is_sound(self, path: Path) -> bool:
        if path not in self._sound:
            try:
                told = pq.read_schema(path).metadata or {}
            except (OSError, pa.ArrowException):
                return False
            if told.get(MARK) != self._mark(path):
                return False
            self._sound.add(path)
        return True

    def _mark(self, path: Path) -> bytes:
        """What a part bears: of which sweep, and which of its parts it is."""
        return f"{self._digest}/{path.relative_to(self.folder / RESULTS).as_posix()}".encode()

    def write(self, stage: str, world: int, part: int, rows: pa.Table) -> None:
        """Write a part: beside its place, to the disk, then into its place in one step.

        Raises
        ------
        OutputError : the place cannot be written to.
        """
        path = self._place(stage, world, part)
        beside = path.with_suffix(".writing")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            marked = rows.replace_schema_metadata({**(rows.schema.metadata or {}), MARK: self._mark(path)})
            pq.write_table(marked, beside, compression="zstd", store_schema=True)
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(path)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}; free space and resume") from error

    def drop(self, stage: str, world: int, parts: Sequence[int]) -> None:
        """Remove parts that a stop rule made superfluous."""
        for part in parts:
            path = self._place(stage, world, part)
            path.unlink(missing_ok=True)
            self._sound.discard(path)

    def read(self, stage: str, columns: Sequence[str] | None = None, world: int | None = None) -> pd.DataFrame:
        """Return rows of a stage, in the order of world and scenario; no rows where there is no such stage."""
        worlds = [world] if world is not None else range(len(self.manifest["worlds"]))
        files = [str(path) for number in worlds for path in self._parts(stage, number)]
        if not files:
            return pd.DataFrame()
        rows: pd.DataFrame = ds.dataset(files, format="parquet").to_table(columns=columns).to_pandas()
        return rows

    def losses(self, world: int, part: int, measure: str) -> npt.NDArray[np.float64]:
        """Return one measure of one part of the answers; NaN where a scenario failed."""
        path = self._place("answers", world, part)
        column = pq.read_table(path, columns=[measure]).column(0)
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)

    def cleared(self) -> None:
        """Remove what an interrupted writer left beside its place, and parts that are broken or not this sweep's."""
        for left in (self.folder / RESULTS).rglob("*.writing"):
            left.unlink(missing_ok=True)
        for path in (self.folder / RESULTS).rglob("part-*.parquet"):
            if path.is_file() and not self._is_sound(path):
                path.unlink(missing_ok=True)


@contextmanager
def open_store(folder: Path, manifest: dict[str, Any]) -> Iterator[Store]:
    """Open a sweep's folder for writing, a new one or one to be resumed, and hold it against a second writer.

    Raises
    ------
    OutputError : the folder holds something else, another sweep, results of another version or case, or is in use.
    """
    require_place(folder, manifest)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        with lock:
            if not (folder / MANIFEST).is_file():
                beside = folder / f"{MANIFEST}.writing"
                beside.write_text(_as_text(manifest), encoding="utf-8")
                beside.replace(folder / MANIFEST)
            store = Store(folder, manifest)
            store.cleared()
            yield store
    except Timeout:
        raise OutputError(f"{folder} is in use by another sweep that is still running; wait for it, or name another "
                          f"folder") from None  # fmt: skip
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}; choose another folder") from error


def manifest_in(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder, None where there is none.

    Raises
    ------
    OutputError : it cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} cannot be read ({error}); choose another folder, or remove this one") from error
    manifest: dict[str, Any] = data if isinstance(data, dict) else {}
    whole = all(isinstance(manifest.get(key), kind) for key, kind in KINDS.items())
    if not whole or not isinstance(manifest["case"].get("digest"), str):
        raise OutputError(f"{path} is no manifest of a sweep, or a damaged one; choose another folder")
    return manifest


def require_place(folder: Path, manifest: dict[str, Any]) -> bool:
    """Return whether a folder is new to a sweep; refuse one that holds something else.

    Raises
    ------
    OutputError : as `open_store`.
    """
    if not folder.exists():
        return True
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder for the results")
    there = manifest_in(folder)
    if there is None:
        strangers = [path.name for path in folder.iterdir() if path.name not in (LOCK, f"{MANIFEST}.writing")]
        if strangers:
            raise OutputError(
                f"{folder} is not empty ({', '.join(sorted(strangers)[:3])}) and holds no sweep; name a new folder"
            )
        return True
    if there == manifest:
        return False
    differ = [key for key in sorted({*there, *manifest}) if there.get(key) != manifest.get(key)]
    what = {
        "sweep": f"the sweep '{there.get('sweep', {}).get('name', '?')}', which asks something else",
        "version": f"results of version {there.get('version')} (this is {manifest.get('version')})",
        "case": "results of the case with other figures",
        "worlds": "answers to scenarios that have been changed since",
    }
    told = "; ".join(what.get(key, f"another {key}") for key in differ)
    raise OutputError(f"{folder} holds {told}; name a new folder, or remove this one if it is no longer needed")


def digest_of(manifest: dict[str, Any]) -> str:
    """Return a short name for all that a manifest says."""
    return hashlib.blake2b(_as_text(manifest).encode(), digest_size=12).hexdigest()


def _as_text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
