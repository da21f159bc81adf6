"""The labels of OECD's inter-country input-output tables, by edition: how a file of another edition is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError, near_matches

__all__ = ["DEMANDS", "EDITIONS", "PARTS", "PRIMARIES", "Edition", "refuse_other_edition", "refuse_other_year"]

DEMANDS = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
"""Household consumption; of non-profit institutions; of government; fixed capital; inventories; purchases abroad."""

PRIMARIES = ("TLS", "VA")
"""Taxes less subsidies on products; value added at basic prices."""

PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
"""In the extended tables: China's and Mexico's producers apart, those for export processing (or global manufacturing)
second; all final demand stands under CHN and MEX."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_REGIONS_2023 = _words(
    """ARG AUS AUT BEL BGD BGR BLR BRA BRN CAN CHE CHL CHN CIV CMR COL CRI CYP CZE DEU DNK EGY ESP EST FIN FRA GBR GRC
    HKG HRV HUN IDN IND IRL ISL ISR ITA JOR JPN KAZ KHM KOR LAO LTU LUX LVA MAR MEX MLT MMR MYS NGA NLD NOR NZL PAK PER
    PHL POL PRT ROU RUS SAU SEN SGP SVK SVN SWE THA TUN TUR TWN UKR USA VNM ZAF ROW"""
)
_REGIONS_2025 = (*sorted({*_REGIONS_2023, "AGO", "ARE", "COD", "STP"} - {"ROW"}), "ROW")
_FROM_D = _words("D E F G H49 H50 H51 H52 H53 I J58T60 J61 J62_63 K L M N O P Q R S T")
_SECTORS_2023 = (
    *_words("A01_02 A03 B05_06 B07_08 B09 C10T12 C13T15 C16 C17_18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30"),
    *("C31T33", *_FROM_D),
)
_SECTORS_2025 = (
    *_words("A01 A02 A03 B05 B06 B07 B08 B09 C10T12 C13T15 C16 C17_18 C19 C20 C21 C22 C23 C24A C24B C25 C26 C27 C28"),
    *("C29", "C301", "C302T309", "C31T33", *_FROM_D),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition covers.

    Attributes
    ----------
    dataset : name in the registry. regions : ISO alpha-3, and ROW. sectors : industries. years : first and last.
    """

    dataset: str
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    years: tuple[int, int]


EDITIONS = {
    edition.dataset: edition
    for edition in (
        Edition("oecd-icio-2023", _REGIONS_2023, _SECTORS_2023, (1995, 2020)),
        Edition("oecd-icio-2025", _REGIONS_2025, _SECTORS_2025, (1995, 2022)),
    )
}


def refuse_other_edition(edition: Edition, regions: Iterable[str], sectors: Iterable[str], where: str) -> None:
    """Refuse labels of another edition, or of none.

    Raises
    ------
    DataError : which labels are not this edition's, and which edition has them.
    """
    for kind, found, known in (("industry", sectors, edition.sectors), ("economy", regions, edition.regions)):
        strange = [label for label in found if label not in known]
        if not strange:
            continue
        shown = ", ".join(label[:LONGEST_SHOWN] for label in strange[:4]) + (" ..." if len(strange) > 4 else "")
        for other in EDITIONS.values():
            theirs = other.sectors if kind == "industry" else other.regions
            if all(label in theirs for label in strange):
                raise DataError(
                    f"{edition.dataset}: {where} is of another edition: {kind} {shown} belongs to {other.dataset}; "
                    f"read it as {other.dataset}, or download the edition that is wanted"
                )
        near = near_matches(strange[0], known, 1)
        hint = f" (is '{strange[0][:LONGEST_SHOWN]}' meant to be '{near[0]}'?)" if near else ""
        raise DataError(
            f"{edition.dataset}: {where} names {kind} {shown}, which this edition does not have{hint}; "
            "download the file again"
        )


def refuse_other_year(edition: Edition, year: int, where: str) -> None:
    """Refuse a year that the edition does not cover.

    Raises
    ------
    DataError : which years it covers, and which edition has this one.
    """
    if edition.years[0] <= year <= edition.years[1]:
        return
    others = [other.dataset for other in EDITIONS.values() if other.years[0] <= year <= other.years[1]]
    hint = f"; {' and '.join(others)} has it" if others else "; see what the file is of"
    raise DataError(
        f"{edition.dataset}: {where} is called a table of {year}, and this edition has the years {edition.years[0]} to "
        f"{edition.years[1]}{hint}"
    )
