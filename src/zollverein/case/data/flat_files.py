"""Plain files out of the archives that publishers pack them in: streamed to the disk, chunk by chunk, and whole."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, cast

from zollverein.errors import DataError, InputError, OutputError

__all__ = ["named", "unpacked"]

CHUNK_BYTES = 1 << 20
SPARE_BYTES = 64 << 20
DAMAGED = (zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile, NotImplementedError)


def named(paths: Path | str | Iterable[Path | str], pattern: str, called: str) -> list[Path]:
    """Return the files that were named, or that folders hold under names like a pattern; each once, sorted by name.

    Raises
    ------
    InputError : nothing was named, or a file twice. DataError : a folder without such a file, or no file there.
    """
    given = [Path(paths)] if isinstance(paths, Path | str) else [Path(path) for path in paths]
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = [file for file in sorted(path.iterdir()) if re.fullmatch(pattern, file.name, re.IGNORECASE)]
            if not inside:
                raise DataError(f"{called}: {path} holds no file named like {_spoken(pattern)}; name the file itself")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise DataError(f"{called}: there is no file {path}; look where it was saved")
    real = [path.resolve() for path in found]
    twice = next((path for path in found if real.count(path.resolve()) > 1), None)
    if twice or not found:
        raise InputError(f"{called}: {twice} is named twice" if twice else f"{called}: no file was named; name one")
    return sorted(found, key=lambda path: path.name)


def unpacked(path: Path, pattern: str, folder: Path, called: str) -> list[Path]:
    """Return the plain files behind a path: itself, or what a zip or gzip archive holds under names like a pattern.

    Archives are unpacked into ``folder`` in chunks of a megabyte; reading them to the end also checks their sums.

    Raises
    ------
    DataError : an archive that is damaged, cut off, or holds no such file. OutputError : no room for it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise DataError(
            f"{called}: {path} cannot be opened ({error.strerror or error}); see who may read it"
        ) from error
    if head.startswith(b"PK"):
        return _from_zip(path, pattern, folder, called)
    if head.startswith(b"\x1f\x8b"):
        return [_from_gzip(path, folder, called)]
    return [path]


def _from_zip(path: Path, pattern: str, folder: Path, called: str) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            wanted = [info for info in files if re.fullmatch(pattern, Path(info.filename).name, re.IGNORECASE)]
            if not wanted:
                raise DataError(
                    f"{called}: {path} holds no file named like {_spoken(pattern)}; it holds {_some(files)}"
                )
            _refuse_without_room(path, folder, sum(info.file_size for info in wanted), called)
            out = []
            for info in sorted(wanted, key=lambda info: info.filename):
                out.append(folder / Path(info.filename).name)
                with archive.open(info) as source:
                    _copied(source, out[-1])
            return out
    except DAMAGED as error:
        raise DataError(f"{called}: {path} is a zip archive that is damaged or cut off; download it again") from error
    except RuntimeError as error:  # zipfile's own for what is encrypted
        raise DataError(f"{called}: {path} is protected by a password; unpack it and give what is in it") from error


def _spoken(pattern: str) -> str:
    """A pattern of file names as a shell would write it, for who does not read regular expressions."""
    starred = re.sub(r"\(\?:[^()]*\)|\\d[+]?|\.\*|\w\?", "*", pattern)
    return re.sub(r"\*+", "*", re.sub(r"\\(.)", r"\1", starred)).replace("|", " or ")


def _from_gzip(path: Path, folder: Path, called: str) -> Path:
    out = folder / (path.name.removesuffix(".gz") if path.name.endswith(".gz") else f"{path.name}.txt")
    try:
        with gzip.open(path) as source:
            _copied(cast(IO[bytes], source), out)
    except DAMAGED as error:
        raise DataError(f"{called}: {path} is a gzip archive that is damaged or cut off; download it again") from error
    return out


def _copied(source: IO[bytes], out: Path) -> None:
    with out.open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK_BYTES)


def _refuse_without_room(path: Path, folder: Path, need: int, called: str) -> None:
    free = shutil.disk_usage(folder).free
    if need + SPARE_BYTES > free:
        raise OutputError(
            f"{called}: {path.name} unpacks to {need / 1e9:.1f} GB, and {folder.parent} has {free / 1e9:.1f} GB left; "
            "give limits with another folder"
        )


def _some(files: Sequence[zipfile.ZipInfo]) -> str:
    names = [info.filename for info in files]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") if names else "nothing"
