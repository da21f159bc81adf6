"""What is known of a publisher's data before a byte of it is read: where it comes from, its terms, its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Dataset", "Kind", "RemoteFile"]

Kind = Literal["world table", "trade", "gravity", "tariffs", "macro", "network"]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file at its publisher's.

    Attributes
    ----------
    name : as it is kept on the disk. url : where it is fetched. holds : what is in it, for example its years.
    checksum : ``sha256:...`` or ``md5:...`` if the publisher states one; None: what the first download had is noted
        beside the file, and later ones are held against it.
    bytes : its size, if known.
    """

    name: str
    url: str
    holds: str = ""
    checksum: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One edition of one publisher's data.

    Attributes
    ----------
    name : how a person asks for it, ``oecd-icio-2023``. title, publisher : in the publisher's words.
    kind : what comes out of its adaptor.
    page : where it is described and can be had by hand. licence : its terms, in a sentence. citation : as asked for.
    layout : what its adaptor reads: files, columns, units, sizes.
    files : what can be fetched; empty where the terms or the site forbid that a program does it.
    by_hand : where to get it and what to pick there; always given where ``files`` is empty.
    """

    name: str
    title: str
    publisher: str
    kind: Kind
    page: str
    licence: str
    citation: str
    layout: str
    files: tuple[RemoteFile, ...] = ()
    by_hand: str = ""
