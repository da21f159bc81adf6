"""What a server's answer to a download means: data, a page to log in, a piece of another version, or not now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from zollverein.errors import DataError

if TYPE_CHECKING:
    import requests

__all__ = [
    "BrokenOff",
    "announced",
    "chunks",
    "goes_on_from",
    "is_page",
    "meaning",
    "page_instead",
    "refuse",
    "validator",
]

CHUNK_BYTES = 1 << 16
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
NO_ACCESS = frozenset({401, 403, 407, 451})
GONE = frozenset({404, 410})
FILE_COMES = frozenset({200, 206, 416})
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
PAGES = (b"<!doctype html", b"<html", b"<head", b"<!--")
ARCHIVES = (".gz", ".tgz", ".zip")
# Signs in the text of network errors, and what each means to a person.
MEANINGS = {
    "NameResolution": "the name of the site is not found",
    "getaddrinfo": "the name of the site is not found",
    "refused": "the connection is refused",
    "ConnectTimeout": "there is no answer in time",
    "timed out": "the server fell silent",
    "unreachable": "there is no network",
    "IncompleteRead": "the connection broke off",
    "Connection broken": "the connection broke off",
    "Connection aborted": "the connection broke off",
    "reset by peer": "the connection broke off",
}


class BrokenOff(Exception):
    """A failure that another attempt may mend; ``wait_s`` is how long the server wants to be left alone."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__(what)


def meaning(error: Exception) -> str:
    """Return what a network error means, in a few words."""
    text = f"{error!r} {error}"
    return next((what for sign, what in MEANINGS.items() if sign in text), str(error))


def refuse(answer: requests.Response, url: str, advice: str) -> None:
    """Raise where the server sends no file.

    Raises
    ------
    DataError : no access, no such file, a way that is not encrypted any more. BrokenOff : not now.
    """
    status, said = answer.status_code, f"{answer.status_code} {answer.reason or ''}".strip()
    if url.startswith("https:") and not answer.url.startswith("https:"):
        raise DataError(f"{url} leads to {answer.url}, which is not encrypted; {advice}")
    if status in TRY_AGAIN:
        wait = answer.headers.get("Retry-After", "")
        raise BrokenOff(f"the server answers {said}", float(wait) if wait.isdigit() else 0.0)
    if status in NO_ACCESS:
        raise DataError(f"{_way(answer, url)}: the site refuses access ({said}); {advice}")
    if status in GONE:
        raise DataError(f"{_way(answer, url)}: there is no such file there ({said}); {advice}")
    if status not in FILE_COMES:
        raise DataError(f"{_way(answer, url)}: the server answers {said}; {advice}")


def is_page(answer: requests.Response, beginning: bytes, name: str) -> bool:
    """Whether a web page came in place of a file of this name."""
    if name.lower().endswith((".htm", ".html")):
        return False
    start = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()[:32].lower()
    said_so = "html" in answer.headers.get("Content-Type", "").lower()
    return start.startswith(PAGES) or (said_so and start.startswith(b"<"))


def page_instead(answer: requests.Response, url: str, advice: str) -> DataError:
    """Return the error for a web page in place of a file."""
    return DataError(
        f"{_way(answer, url)}: a web page came in place of the file, often one to log in or to agree to terms; {advice}"
    )


def goes_on_from(answer: requests.Response, have: int, total: int | None, known: str) -> bool:
    """Whether a partial answer begins at byte ``have`` of the version that ``known`` names, ``total`` bytes long."""
    found = CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != have:
        return False
    tag = answer.headers.get("ETag", known)
    same_size = found[2] == "*" or total is None or int(found[2]) == total
    return same_size and (tag == known or not known.startswith('"'))


def announced(answer: requests.Response) -> int | None:
    """Return the size that a whole answer announces; None where it does not, or is packed for the way."""
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() and not _packed(answer) else None


def validator(answer: requests.Response) -> str:
    """Return what names the version strongly enough to go on from (RFC 9110, section 8.8); empty if nothing does.

    An ``ETag`` unless it is weak, or a ``Last-Modified`` at least a second before the answer's own date.
    """
    tag = answer.headers.get("ETag", "")
    if _packed(answer):
        return ""
    if tag.startswith('"'):
        return tag
    modified, date = answer.headers.get("Last-Modified", ""), answer.headers.get("Date", "")
    try:
        age = parsedate_to_datetime(date) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return ""
    return modified if age.total_seconds() >= 1 else ""


def chunks(answer: requests.Response, name: str) -> Iterator[bytes]:
    """Yield the file's bytes. What was packed for the way only is unpacked; an archive stays one."""
    unpack = _packed(answer) and not name.lower().endswith(ARCHIVES)
    yield from answer.raw.stream(CHUNK_BYTES, decode_content=unpack)


def _packed(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Encoding", "identity").lower() != "identity"


def _way(answer: requests.Response, url: str) -> str:
    return url if answer.url == url else f"{url} (which led to {answer.url})"
