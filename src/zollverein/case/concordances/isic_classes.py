"""The recipe of the concordances between ISIC rev 3 and rev 4: from a correspondence of classes to divisions."""

from __future__ import annotations

from typing import Literal

from zollverein.case.concordances.shipped import shipped_rows

__all__ = ["division_weights"]


def division_weights(start: Literal["isic31", "isic4"]) -> list[tuple[str, str, float, str]]:
    """Return (source, target, weight, confidence) between divisions, from the UN's correspondence of classes.

    A class goes to the divisions of its main links, equally where there are two; the classes of a division count alike.
    What is ``reported`` goes whole since all links do, what is ``derived`` since all main ones do; the rest is
    ``assumed``. Which links are main stands in the table ``isic31_isic4_classes.csv``: those to the division that most
    links of the class lead to, or that is judged its main one; repair and installation (33) and support to mining (09)
    of Rev 4, drawn from nearly every class of manufacturing and mining, only where there is no other.

    Source: United Nations Statistics Division, correspondence of ISIC Rev. 3.1 (298 classes) and Rev. 4 (419).
    """
    end = "isic4" if start == "isic31" else "isic31"
    every: dict[str, set[str]] = {}
    main: dict[str, set[str]] = {}
    for row in shipped_rows("isic31_isic4_classes.csv"):
        every.setdefault(row[start][:2], set()).add(row[end][:2])
        if row[f"main_of_{start}"] == "yes":
            main.setdefault(row[start], set()).add(row[end][:2])
    sums: dict[str, dict[str, float]] = {}
    for code, targets in main.items():
        parts = sums.setdefault(code[:2], {})
        for target in targets:
            parts[target] = parts.get(target, 0.0) + 1.0 / len(targets)
    rows = []
    for source, parts in sorted(sums.items()):
        whole = "reported" if len(every[source]) == 1 else "derived"
        confidence = whole if len(parts) == 1 else "assumed"
        classes = sum(parts.values())
        rows += [(source, target, share / classes, confidence) for target, share in sorted(parts.items())]
    return rows
