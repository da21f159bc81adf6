"""What a file is before it is read as a table: is it text at all, and in which encoding, from first byte to last."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zollverein.errors import DataError

__all__ = ["Encoded", "encoded", "line_of", "opened", "refuse_what_is_no_text"]

CHUNK_BYTES = 8 << 20
UTF8_MARK = codecs.BOM_UTF8
UNDERSCORED = re.compile(rb"[0-9]_[0-9]")

# How other kinds of file begin, and what to do with them. UTF-32's mark begins like UTF-16's: the longer stands first.
BEGINNINGS = (
    (codecs.BOM_UTF32_LE, "text in UTF-32 (little endian)", "save it again as UTF-8"),
    (codecs.BOM_UTF32_BE, "text in UTF-32 (big endian)", "save it again as UTF-8"),
    (codecs.BOM_UTF16_LE, "text in UTF-16 (little endian; Excel's 'Unicode text')", "save it again as UTF-8"),
    (codecs.BOM_UTF16_BE, "text in UTF-16 (big endian)", "save it again as UTF-8"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and name the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and name the file inside"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it and name the file inside"),
    (b"BZh", "a bzip2 archive", "unpack it and name the file inside"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it and name the file inside"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (xls)", "save its sheet as CSV in UTF-8"),
    (b"PAR1", "a Parquet file", "write it as CSV in UTF-8"),
    (b"%PDF", "a PDF document", "download the table itself"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file", "fetch the file itself with 'git lfs pull'"),
)
PAGES = (b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--")


@dataclass(frozen=True, slots=True)
class Encoded:
    """How a whole file is encoded.

    Attributes
    ----------
    encoding : what to open it with. marks : how many double quotation marks it holds. notes : a sentence each.
    underscored : whether an underscore stands between digits somewhere, in a code or as in 1_000.
    """

    encoding: str
    marks: int
    notes: tuple[str, ...]
    underscored: bool = False


@contextmanager
def opened(path: Path, called: str) -> Iterator[None]:
    """Name the file that the system cannot read, and why.

    Raises
    ------
    DataError : instead of any ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{called}: {path} cannot be read ({error.strerror or error}); see who may read it and whether its disk is "
            "whole"
        ) from error


def refuse_what_is_no_text(path: Path, dataset: str) -> None:
    """Refuse what is not there, empty, a folder, an archive, a workbook, a web page or UTF-16.

    Raises
    ------
    DataError : what it is instead of a text file, and what to do.
    """
    if path.is_dir():
        raise DataError(f"{dataset}: {path} is a folder, not a file; name the file in it")
    if not path.is_file():
        raise DataError(f"{dataset}: there is no file {path}; look where it was saved")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise DataError(f"{dataset}: {path} is empty; download it again")
    if head.startswith(b"PK"):
        raise DataError(f"{dataset}: {path} is {_archive(path)}")
    for beginning, what, remedy in BEGINNINGS:
        if head.startswith(beginning):
            raise DataError(f"{dataset}: {path} is {what}; {remedy}")
    if b"\r" in head[:-1] and b"\n" not in head:
        raise DataError(f"{dataset}: {path} ends its lines as old Macintoshes did (CR alone); save it again with LF")
    if head.removeprefix(UTF8_MARK).lstrip().lower().startswith(PAGES):
        raise DataError(
            f"{dataset}: {path} is a web page, not a table: often the login or error page of a site that was asked for "
            "the file; open it in a browser and download the file by hand"
        )


def encoded(path: Path, dataset: str, encoding: str = "utf-8") -> Encoded:
    """Read every byte of a file once and say how it is encoded.

    A gigabyte takes about a second: bytes are looked at in chunks, never as lines.

    Raises
    ------
    DataError : NUL bytes; bytes that are not UTF-8 where it was expected; lines in two encodings.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    marks, plain, valid, seen, underscored, tail = 0, True, True, 0, False, b""
    with path.open("rb") as file:
        marked = file.read(len(UTF8_MARK)) == UTF8_MARK
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            if b"\0" in chunk:
                line = line_of(path, seen + chunk.index(b"\0"))
                raise DataError(
                    f"{dataset}: {path}, line {line} holds NUL bytes: text in UTF-16 without its mark, or a damaged "
                    "download; save it again as UTF-8 or download it again"
                )
            marks += chunk.count(b'"')
            if not underscored and (b"_" in chunk or tail.endswith(b"_")):
                underscored = any(UNDERSCORED.search(piece) for piece in (tail + chunk[:2], chunk))
            tail = chunk[-2:]
            seen += len(chunk)
            if not valid or (chunk.isascii() and not decoder.getstate()[0]):
                continue
            plain = False
            valid = _is_valid(decoder, chunk)
    valid = valid and _is_valid(decoder, b"", final=True)
    if not valid:
        return Encoded(_other_encoding(path, dataset, encoding), marks, (), underscored)
    notes: tuple[str, ...] = ()
    if marked:
        notes = (f"{path.name} begins with a UTF-8 byte order mark, which was passed over",)
    elif not plain and codecs.lookup(encoding).name != "utf-8":
        notes = (f"{path.name} is in UTF-8 where {encoding} was expected",)
    return Encoded("utf-8-sig" if marked else "utf-8", marks, notes, underscored)


def line_of(path: Path, offset: int) -> int:
    """Return the number of the line, from 1, in which a byte stands."""
    lines, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            lines += chunk.count(b"\n")
            left -= len(chunk)
    return lines


def _is_valid(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _other_encoding(path: Path, dataset: str, expected: str) -> str:
    """Return the expected encoding of a file that is not UTF-8, or say which of its lines are at odds."""
    good = bad = (0, "")
    wants_utf8 = codecs.lookup(expected).name == "utf-8"
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                text = line.decode("utf-8").removeprefix("\ufeff")
                good = good if good[0] else (number, _word(text))
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data" and wants_utf8 and not bad[0]:
                    raise DataError(
                        f"{dataset}: {path}, line {number} ends in the middle of a character: the file is cut off; "
                        "download it again"
                    ) from None
                bad = bad if bad[0] else (number, _word(line.decode("cp1252", "replace")))
            if good[0] and bad[0]:
                raise DataError(
                    f"{dataset}: {path} mixes encodings: line {good[0]} is UTF-8 ('{good[1]}'), line {bad[0]} is not "
                    f"and reads '{bad[1]}' in Windows-1252 or Latin-1; bring the whole file to UTF-8"
                )
    if wants_utf8:
        raise DataError(
            f"{dataset}: {path}, line {bad[0]} is not UTF-8; in Windows-1252 or Latin-1 it reads '{bad[1]}'; save the "
            "file again as UTF-8"
        )
    return expected


def _word(line: str) -> str:
    """The first word of a line that has a letter beyond ASCII."""
    words = line.replace('"', " ").replace(",", " ").replace(";", " ").split()
    return next((word for word in words if not word.isascii()), "")[:40]


def _archive(path: Path) -> str:
    """What a file is that begins as zip archives do, and what to do with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return "a zip archive that is damaged or cut off; download it again"
    if any(name.startswith("xl/") for name in names):
        return "an Excel workbook under the name of a text file; save its sheet as CSV in UTF-8"
    inside = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    return f"a zip archive under the name of a text file (it holds {inside}); unpack it and name the file inside"
