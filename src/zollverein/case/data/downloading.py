"""One file over HTTP, taken up again where it broke off, and never patched together from two versions.

What has come stands in ``FILE.part``; ``FILE.part.json`` beside it says of which version it is. The rest is asked for
with ``Range`` and ``If-Range`` (RFC 9110, sections 13.1.5 and 14.2): a server whose file has changed, or that knows no
ranges, sends the whole file instead, and it is begun anew.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zollverein._version import __version__
from zollverein.case.data.http_answers import (
    BrokenOff,
    announced,
    chunks,
    goes_on_from,
    is_page,
    meaning,
    page_instead,
    refuse,
    validator,
)
from zollverein.errors import DataError, OutputError

if TYPE_CHECKING:
    import requests

__all__ = ["Patience", "Say", "Tell", "download", "silent", "wordless"]

Tell = Callable[[str, float], None]
"""Told what is being done and the share of it that is done."""

Say = Callable[[str], None]
"""Told in a sentence what went wrong and will be tried again."""

TOLD_EVERY_BYTES = 1 << 20
MOST_ATTEMPTS = 100
PAUSE_AT_MOST_S = 60.0
PARTIAL, NOTHING_LEFT = 206, 416


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a silent server is waited for, and how often it is asked again.

    Attributes
    ----------
    connect_s, read_s : for a connection, and for the next bytes of it. tries : attempts in a row that bring nothing.
    first_tries : the same, as long as no byte of the file has come: there may be no network, or no such site.
    pause_s : before the second of them; it doubles with each.
    """

    connect_s: float = 15.0
    read_s: float = 60.0
    tries: int = 5
    first_tries: int = 3
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class _Origin:
    """Of which version a part is: where it came from, what names the version (may be nothing), its whole size."""

    url: str
    validator: str
    total: int | None


def silent(_what: str, _share: float) -> None:
    """Tell nobody."""


def wordless(_sentence: str) -> None:
    """Say nothing."""


def download(
    url: str,
    part: Path,
    *,
    size: int | None = None,
    advice: str = "get it by hand",
    tell: Tell = silent,
    say: Say = wordless,
    patience: Patience | None = None,
) -> None:
    """Bring all of a file into ``part``; what is there of the same version is kept and only the rest is fetched.

    Parameters
    ----------
    url : http or https. part : where it grows. size : in bytes, if the publisher states it.
    advice : what to do where it cannot be had, for messages. tell : told the share that has come.
    say : told of each attempt that failed and when the next follows.

    Raises
    ------
    DataError : no network, no such file, no access, a web page instead of data, another size; each with the address.
    OutputError : the disk is full or the folder cannot be written to. What has come stays in ``part``.
    """
    patience = patience or Patience()
    fruitless = 0
    for _ in range(MOST_ATTEMPTS):
        before = _length(part)
        try:
            return _attempt(url, part, size, advice, tell, patience)
        except BrokenOff as broken:
            fruitless = 0 if _length(part) > before else fruitless + 1
            tries = patience.tries if _length(part) else min(patience.first_tries, patience.tries)
            if fruitless >= tries:
                raise DataError(_given_up(url, broken, part, fruitless)) from broken
            pause_s = min(max(broken.wait_s, patience.pause_s * 2 ** max(fruitless - 1, 0)), PAUSE_AT_MOST_S)
            which = f", try {fruitless + 1} of {tries}" if fruitless else ""
            say(f"{url}: {broken}; trying again in {pause_s:.3g} s{which}")
            time.sleep(pause_s)
    raise DataError(f"{url} broke off {MOST_ATTEMPTS} times; what has come is kept in {part}: try again later")


def _given_up(url: str, broken: BrokenOff, part: Path, tries: int) -> str:
    kept = f"; {_length(part):,} bytes are kept in {part}" if _length(part) else ""
    return (
        f"{url} cannot be fetched: {broken}, {tries} times in a row{kept}; see whether this machine is online and what "
        "its proxy allows, and run the same command again"
    )


def _attempt(url: str, part: Path, size: int | None, advice: str, tell: Tell, patience: Patience) -> None:
    """Ask once, from where the part ends, and write what comes."""
    import requests  # noqa: PLC0415 - only a download needs it
    import urllib3  # noqa: PLC0415

    kept, have = _kept(part, url)
    if kept and kept.total == have:
        return
    headers = {"Accept-Encoding": "identity", "User-Agent": f"zollverein/{__version__}"}
    if kept:
        headers |= {"Range": f"bytes={have}-", "If-Range": kept.validator}
    timeout = (patience.connect_s, patience.read_s)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as answer:
            refuse(answer, url, advice)
            origin, have = _taken_up(answer, url, part, kept, have)
            _require_size(url, size, origin.total)
            _write(answer, part, origin, have, advice, tell)
    except requests.exceptions.SSLError as error:
        raise DataError(f"{url}: the site's certificate cannot be verified ({error}); {advice}") from error
    except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL) as error:
        raise DataError(f"{url} leads to an address that is not fetched ({error}); {advice}") from error
    except requests.exceptions.TooManyRedirects as error:
        raise DataError(f"{url} only leads from one address to the next; {advice}") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise BrokenOff(meaning(error)) from error
    _require_whole(url, part, origin.total if origin.total is not None else size)
    tell(_name(part), 1.0)


def _taken_up(answer: requests.Response, url: str, part: Path, kept: _Origin | None, have: int) -> tuple[_Origin, int]:
    """Return which version an answer is of and from which byte; a piece that does not fit throws the part away."""
    if answer.status_code not in {PARTIAL, NOTHING_LEFT}:
        return _Origin(url, validator(answer), announced(answer)), 0
    if answer.status_code == PARTIAL and kept and goes_on_from(answer, have, kept.total, kept.validator):
        return kept, have
    _forget(part)
    raise BrokenOff("the server sent another piece than the one that was asked for")


def _require_size(url: str, stated: int | None, offered: int | None) -> None:
    if stated is not None and offered is not None and stated != offered:
        raise DataError(
            f"{url} is offered with {offered:,} bytes where {stated:,} are stated for it: the publisher has another "
            "edition there now; if that is the one you want, get it by hand"
        )


def _require_whole(url: str, part: Path, wanted: int | None) -> None:
    length = _length(part)
    if wanted is None or length == wanted:
        return
    if length < wanted:
        raise BrokenOff(f"the connection broke off after {length:,} of {wanted:,} bytes")
    _forget(part)
    raise DataError(f"{url} sent {length:,} bytes where {wanted:,} were due; nothing of it is kept: try again")


def _write(answer: requests.Response, part: Path, origin: _Origin, have: int, advice: str, tell: Tell) -> None:
    """Append what comes to the part; where ``have`` is 0, begin it anew, once it is seen to be data."""
    length, told, name = have, have, _name(part)
    pieces = chunks(answer, name)
    first = next(pieces, b"")
    if have == 0:
        if not first:
            raise BrokenOff("the server sent nothing")
        if is_page(answer, first, name):
            raise page_instead(answer, origin.url, advice)
        _require_room(part, origin.total)
        _begin(part, origin)
    else:
        _require_room(part, (origin.total or have) - have)
    with _opened(part) as file:
        piece: bytes | None = first
        while piece is not None:
            _put(file, piece, part)
            length += len(piece)
            if length - told >= TOLD_EVERY_BYTES:
                told = length
                tell(name, length / origin.total if origin.total else 0.0)
            piece = next(pieces, None)
        os.fsync(file.fileno())


def _require_room(part: Path, needed: int | None) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed is not None and needed > free:
        raise OutputError(f"{part.parent} has {free:,} bytes free and {needed:,} are still to come; free space first")


def _opened(part: Path) -> BinaryIO:
    try:
        return part.open("ab", buffering=0)
    except OSError as error:
        raise _unwritable(part, error) from error


def _put(file: BinaryIO, piece: bytes, part: Path) -> None:
    try:
        left = memoryview(piece)
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        raise _unwritable(part, error) from error


def _unwritable(part: Path, error: OSError) -> OutputError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutputError(
            f"the disk is full; what has come stays in {part}: free space and run the same command again"
        )
    return OutputError(f"{part} cannot be written: {error.strerror or error}; choose another folder")


def _begin(part: Path, origin: _Origin) -> None:
    """Empty the part, then say of which version it will be: never the other way round."""
    record = _record(part)
    try:
        record.unlink(missing_ok=True)
        part.write_bytes(b"")
        record.write_text(json.dumps(asdict(origin)), encoding="utf-8")
    except OSError as error:
        raise _unwritable(part, error) from error


def _kept(part: Path, url: str) -> tuple[_Origin | None, int]:
    """Of which version the part is and how long; None and 0 where it cannot be gone on from."""
    length = _length(part)
    try:
        origin = _Origin(**json.loads(_record(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None, 0
    return (origin, length) if length and origin.validator and origin.url == url else (None, 0)


def _forget(part: Path) -> None:
    _record(part).unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def _record(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _name(part: Path) -> str:
    return part.name.removesuffix(".part")


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
