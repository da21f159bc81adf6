"""One thing that is wrong with a case: where it is, what was found, what is allowed and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zollverein.errors import CaseError

__all__ = ["LONGEST_SHOWN", "SHOWN", "Fault", "refuse"]

SHOWN = 40
# Letters of a cell or a name that a message quotes.
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault of a case.

    Attributes
    ----------
    file : path inside the case.
    row : line of the file as a spreadsheet or editor numbers it, the header being 1; None for the whole file.
    column : column name; None for a whole row or file.
    found, allowed, mend : what stands there, what may stand there, what to do.
    """

    file: str
    row: int | None
    column: str | None
    found: str
    allowed: str
    mend: str

    def __str__(self) -> str:
        place = self.file
        place += f", row {self.row}" if self.row is not None else ""
        place += f", column {self.column}" if self.column is not None else ""
        return f"{place}: {self.found}; allowed: {self.allowed}; {self.mend}"


def refuse(name: str, faults: Sequence[Fault]) -> CaseError:
    """Return the error that refuses a case, all faults in its ``faults``, the first of them in its message."""
    count = f"{len(faults)} fault{'s' * (len(faults) != 1)}"
    lines = [f"case '{name}' is refused, {count}:", *(f"  {fault}" for fault in faults[:SHOWN])]
    if len(faults) > SHOWN:
        lines.append(f"  and {len(faults) - SHOWN} more; 'zollverein case check {name}' lists them all")
    error = CaseError("\n".join(lines))
    error.faults = tuple(faults)
    return error
