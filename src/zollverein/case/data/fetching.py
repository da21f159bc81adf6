"""A publisher's files onto the disk: under terms that were agreed to, whole, and the same ones each time.

pooch checks and places the files; what comes half is taken up again by :mod:`zollverein.case.data.downloading`. Where
the publisher states no checksum, that of the first download is noted in ``FILE.sha256`` (as ``sha256sum`` writes it),
and later ones are held against it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote, urlsplit

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.downloading import Patience, Say, Tell, download, silent, wordless
from zollverein.case.data.registry import dataset as known_dataset
from zollverein.errors import DataError, InputError, OutputError, UnknownNameError

__all__ = ["by_hand", "get", "licence_notice", "wanted_files", "wordless"]

CHECKSUM = re.compile(r"(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})")
NOTED = re.compile(r"([0-9a-f]{64})[ *].*", re.DOTALL)
MEBIBYTE = 1 << 20


def get(
    name: str,
    folder: str | Path,
    *,
    file: str | Sequence[str] = (),
    accepted: bool = False,
    base_url: str | None = None,
    tell: Tell = silent,
    say: Say = wordless,
    patience: Patience | None = None,
) -> list[Path]:
    """Fetch a dataset's files into a folder and return where they are; what is there already is not fetched again.

    Parameters
    ----------
    name : in the registry. folder : made if it is not there.
    file : which of several, by name or by a pattern (``IOT_2020_*``, ``*`` for all); absent: the only one there is.
    accepted : whether the person has agreed to the terms that :func:`licence_notice` shows.
    base_url : a mirror that holds the files under their names. tell : told the share of each file that has come.
    say : told of attempts that failed, and when the next follows.

    Raises
    ------
    InputError : the terms are not agreed to; there are several files and none is chosen; the site or the terms forbid
        that a program fetches, and it is said where to get the files by hand; a file that is there is not the one that
        was fetched.
    UnknownNameError : no such dataset or file. DataError : the download failed, or is not what was due.
    OutputError : it cannot be written.
    """
    dataset = known_dataset(name)
    chosen = wanted_files(dataset, file)
    if not accepted:
        raise InputError(
            f"{name} comes under terms that must be agreed to first: {dataset.licence} If you agree, give "
            "--accept-licence (from Python: accepted=True)"
        )
    with _folder(Path(folder)) as place:
        return [_one(dataset, remote, place, base_url, tell, say, patience) for remote in chosen]


@contextmanager
def _folder(place: Path) -> Iterator[Path]:
    """Make the folder if it is not there; take it away again if it was made for nothing."""
    missing = [path for path in (place, *place.parents) if not path.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{place} cannot be made: {error.strerror or error}; choose another folder") from error
    try:
        yield place
    except BaseException:
        with suppress(OSError):  # there is something in it, and it stays
            for path in missing:
                path.rmdir()
        raise


def wanted_files(dataset: Dataset, file: str | Sequence[str] = ()) -> list[RemoteFile]:
    """Return the files of a dataset that names or patterns choose; the only one where nothing is said.

    Raises
    ------
    InputError : no program may fetch it, and where to get it by hand; several files and none chosen.
    UnknownNameError : a name or pattern that no file has.
    """
    if not dataset.files:
        raise InputError(by_hand(dataset))
    patterns = (file,) if isinstance(file, str) else tuple(file)
    known = {remote.name: remote for remote in dataset.files}
    if not patterns and len(known) > 1:
        raise InputError(
            f"{dataset.name} has {len(known)} files; say which with --file, by name or pattern ('*' for all): "
            f"{_some(list(known))}"
        )
    chosen: dict[str, RemoteFile] = {}
    for pattern in patterns:
        found = {name: remote for name, remote in known.items() if fnmatchcase(name, pattern)}
        if not found:
            raise UnknownNameError("file", pattern, known, f"dataset '{dataset.name}'")
        chosen |= found
    return list(chosen.values()) if patterns else list(known.values())


def licence_notice(dataset: Dataset, files: Sequence[RemoteFile] = ()) -> str:
    """Return what a person is shown before anything is fetched: whose it is, the terms, how to cite it, how much."""
    lines = [
        f"{dataset.title} ({dataset.publisher})",
        f"Terms: {dataset.licence}",
        f"Cite: {dataset.citation}",
        f"Page: {dataset.page}",
    ]
    if files:
        known = sum(remote.bytes or 0 for remote in files)
        sizes = f" ({known / MEBIBYTE:,.0f} MiB{' or more' * any(r.bytes is None for r in files)})" if known else ""
        lines.append(f"Files: {_some([remote.name for remote in files])}{sizes}")
    return "\n".join(lines)


def _some(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def by_hand(dataset: Dataset) -> str:
    """Return where to get a dataset that no program may or can fetch, what to choose there and what to do then."""
    return (
        f"{dataset.name} is not fetched by a program. {dataset.by_hand} Page: {dataset.page} Terms: {dataset.licence} "
        f"Then try the file: zollverein data read {dataset.name} FILE"
    )


def _one(
    dataset: Dataset,
    remote: RemoteFile,
    folder: Path,
    base_url: str | None,
    tell: Tell,
    say: Say,
    patience: Patience | None,
) -> Path:
    """Fetch one file, unless it is there and right."""
    path = _inside(folder, remote.name)
    url = _address(remote, base_url)
    if remote.checksum and not CHECKSUM.fullmatch(remote.checksum):
        raise InputError(f"the registry's checksum of {remote.name} is '{remote.checksum}'; it begins sha256: or md5:")
    advice = f"get it by hand from {dataset.page} and save it as {path}"

    def resuming(address: str, output_file: str, _pooch: object) -> None:
        part = path.with_name(path.name + ".part")
        download(address, part, size=remote.bytes, advice=advice, tell=tell, say=say, patience=patience)
        os.replace(part, output_file)  # noqa: PTH105 - the one that replaces on every system
        part.with_name(part.name + ".json").unlink(missing_ok=True)

    with _alone(path):
        wanted = remote.checksum or _noted(path)
        if path.exists():
            _require_right(path, wanted, remote.bytes)
        else:
            _retrieve(url, path, wanted, remote.checksum is not None, resuming)
        _note(path)
    return path


def _inside(folder: Path, name: str) -> Path:
    """Return the place of a file in a folder; a name never leads out of it."""
    if not name or name in {".", ".."} or any(sign in name for sign in '/\\:*?"<>|') or not name.isprintable():
        raise InputError(f"'{name}' is no name of a file in a folder; the registry must give a plain one")
    return folder / name


def _address(remote: RemoteFile, base_url: str | None) -> str:
    url = f"{base_url.rstrip('/')}/{quote(remote.name)}" if base_url else remote.url
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InputError(f"'{url}' is no address that is fetched; it begins with https:// or http://")
    return url


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time fetch a file."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only a download needs it

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise OutputError(f"another process is fetching {path}; wait for it, or choose another folder") from error
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # some systems keep a file that is open
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _retrieve(
    url: str, path: Path, wanted: str | None, stated: bool, resuming: Callable[[str, str, object], None]
) -> None:
    """Let pooch place a file, once it is whole and its checksum right."""
    import pooch  # noqa: PLC0415 - only a download needs it

    pooch.get_logger().setLevel("ERROR")
    try:
        pooch.retrieve(url, known_hash=wanted, fname=path.name, path=path.parent, downloader=resuming)
    except ValueError as error:  # pooch's word for a checksum that is not the one
        found = str(error).partition("but got ")[2].split(".")[0] or "another"
        raise DataError(f"{url} has the checksum {found} where {_other_checksum(path, wanted, stated)}") from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}; choose another folder") from error


def _other_checksum(path: Path, wanted: str | None, stated: bool) -> str:
    if stated:
        return (
            f"the publisher states {wanted}; nothing is kept: it was damaged on the way, or another edition is there "
            "now: try again"
        )
    return (
        f"the first download had {wanted}; nothing is kept: the publisher has changed it since; if that is what you "
        f"want, delete {_beside(path)} and try again"
    )


def _require_right(path: Path, wanted: str | None, size: int | None) -> None:
    """Raise unless a file that is there already is the one that was due."""
    from pooch import file_hash  # noqa: PLC0415

    if not path.is_file():
        raise OutputError(f"{path} is there and is no file; move it away, or choose another folder")
    length = path.stat().st_size
    if size is not None and length != size:
        raise InputError(f"{path} is there with {length:,} bytes where {size:,} are due; delete it to have it fetched")
    if wanted:
        method, _, due = wanted.rpartition(":")
        found = file_hash(str(path), method or "sha256")
        if found != due:
            raise InputError(
                f"{path} is there and is not what is due: its {method or 'sha256'} is {found}, not {due}; if it is "
                "yours, move it away, else delete it to have it fetched anew"
            )


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _noted(path: Path) -> str | None:
    """The checksum of the first download, if there was one."""
    beside = _beside(path)
    if not beside.exists():
        return None
    found = NOTED.fullmatch(beside.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise InputError(f"{beside} holds no checksum; delete it and the next download is taken as the first")
    return f"sha256:{found[1]}"


def _note(path: Path) -> None:
    """Note a file's checksum beside it, once."""
    from pooch import file_hash  # noqa: PLC0415

    beside = _beside(path)
    if beside.exists():
        return
    try:
        beside.write_text(f"{file_hash(str(path), 'sha256')}  {path.name}\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{beside} cannot be written: {error.strerror or error}") from error
