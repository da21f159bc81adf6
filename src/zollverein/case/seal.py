"""The seal of a frozen case: length and hash of every table, so that a vintage can be cited and a change is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from zollverein.case.fault import Fault

__all__ = ["FROZEN", "judge_seal", "sealed", "unsealed"]

FROZEN = "frozen_at"
ALGORITHMS = ("md5", "sha1", "sha256", "sha512")


def sealed(resource: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
    """Return a resource with ``hash`` (SHA-256) and ``bytes`` of its file, as the Data Package standard has them."""
    return {**resource, "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}", "bytes": len(raw)}


def unsealed(descriptor: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return a descriptor without the seals that its files no longer bear; one of them broken, it is no vintage."""
    resources, broken = [], False
    for resource in descriptor["resources"]:
        kept = dict(resource)
        if [*judge_seal(kept, files.get(str(kept["path"])))]:
            broken = True
            kept.pop("hash", None)
            kept.pop("bytes", None)
        resources.append(kept)
    return {k: v for k, v in descriptor.items() if not (broken and k == FROZEN)} | {"resources": resources}


def judge_seal(resource: Mapping[str, Any], raw: bytes | None) -> Iterator[Fault]:
    """Yield what a table's file has that its seal has not; without a seal, or a file, there is nothing to judge."""
    if raw is None:
        return
    file, mend = str(resource.get("path")), "put the file back; or, if you mean the change, take hash and bytes out"
    given = resource.get("hash")
    if given is not None:
        algorithm, _, digest = f"{given}".rpartition(":")
        algorithm = algorithm or "md5"  # what the standard takes a bare hash for
        if algorithm not in ALGORITHMS:
            yield Fault(file, None, None, f"a hash by '{algorithm}'", f"one by {', '.join(ALGORITHMS)}", "take sha256")
        elif hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest() != digest.lower():
            yield Fault(file, None, None, "changed since it was frozen: another hash", f"{given}", mend)
            return
    length = resource.get("bytes")
    if length is not None and length != len(raw):
        yield Fault(file, None, None, f"changed since it was frozen: {len(raw):,} bytes", f"{length!r} bytes", mend)
