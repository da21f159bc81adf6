"""EXIOBASE 3, monetary: 44 countries and five rest-of-world regions, 163 industries or 200 products, in million euros.

Read by the loader that pymrio's own parser of EXIOBASE calls, of which only the table, its output and the factor
inputs are asked: the rest is many times their size. A world table is in US dollars, EXIOBASE in euros; the rate is the
caller's to give.
"""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.mrio_frame import frame_table, parsed
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import WorldTable
from zollverein.case.data.year_files import archive_names, choose_year, refuse_no_file
from zollverein.errors import DataError, InputError

__all__ = ["DATASETS", "FACTORS", "ISO", "read"]

CITATION = (
    "Stadler, K., Wood, R., Bulavskaya, T. et al. (2018), EXIOBASE 3: Developing a Time Series of Detailed "
    "Environmentally Extended Multi-Regional Input-Output Tables, Journal of Industrial Ecology 22(3): 502-515, "
    "doi:10.1111/jiec.12715; and the release, {release}."
)
LAYOUT = (
    "IOT_<year>_ixi.zip (163 industries) or IOT_<year>_pxp.zip (200 products), or its unpacked folder: Z.txt, Y.txt, "
    "x.txt, unit.txt with file_parameters.json, factor inputs on top of satellite/F.txt or in factor_inputs/F.txt; "
    "tabs; 49 regions by ISO alpha-2 and WA, WE, WF, WL, WM; million euros, current, basic prices. Reading a year "
    "takes minutes and several gigabytes."
)
RECORD_382 = "https://zenodo.org/records/5589597/files"
MD5_382 = {"IOT_2019_ixi.zip": "md5:8fd3eba498b194602bf75ffe99910990"}

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="exiobase-3",
        title="EXIOBASE 3.8.2, monetary input-output tables, 1995-2022",
        publisher="EXIOBASE consortium (Zenodo)",
        kind="world table",
        page="https://doi.org/10.5281/zenodo.5589597",
        licence="Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA 4.0): what is made of it is to be shared alike.",
        citation=CITATION.format(release="doi:10.5281/zenodo.5589597"),
        layout=LAYOUT,
        files=tuple(
            RemoteFile(
                name=f"IOT_{year}_{system}.zip",
                url=f"{RECORD_382}/IOT_{year}_{system}.zip",
                holds=f"{year}, {'industries' if system == 'ixi' else 'products'}",
                checksum=MD5_382.get(f"IOT_{year}_{system}.zip"),
            )
            for system in ("ixi", "pxp")
            for year in range(1995, 2023)
        ),
        by_hand="Or open the page and save the year's IOT_<year>_ixi.zip or IOT_<year>_pxp.zip.",
    ),
    Dataset(
        name="exiobase-3.9",
        title="EXIOBASE 3.9, monetary input-output tables, from 1995",
        publisher="EXIOBASE consortium (Zenodo)",
        kind="world table",
        page="https://doi.org/10.5281/zenodo.15689391",
        licence=(
            "Dual licence since version 3.9: non-commercial use by universities, non-profit institutes, NGOs and "
            "agencies, on terms derived from CC BY-NC-SA; any other use needs a licence (LICENSE.txt of the release)."
        ),
        citation=CITATION.format(release="version 3.9.6, doi:10.5281/zenodo.15689391"),
        layout=LAYOUT,
        by_hand=(
            "Its licence is yours to accept: read LICENSE.txt on the page, then save the year's IOT_<year>_ixi.zip or "
            "IOT_<year>_pxp.zip."
        ),
    ),
)

PARAMETERS = "file_parameters.json"
HOLD_FACTORS = ("satellite", "factor_inputs")
NAMES = r"IOT_(?P<year>(19|20)\d\d)_(ixi|pxp)(\.zip)?"
FACTORS = (
    "Taxes less subsidies on products purchased: Total",
    "Other net taxes on production",
    "Compensation of employees; wages, salaries, & employers' social contributions: Low-skilled",
    "Compensation of employees; wages, salaries, & employers' social contributions: Medium-skilled",
    "Compensation of employees; wages, salaries, & employers' social contributions: High-skilled",
    "Operating surplus: Consumption of fixed capital",
    "Operating surplus: Rents on land",
    "Operating surplus: Royalties on resources",
    "Operating surplus: Remaining net operating surplus",
)
"""The monetary rows among the factor inputs: what stands between a sector's inputs and its output."""

REST = ("WA", "WE", "WF", "WL", "WM")
"""Rest of Asia and the Pacific, Europe, Africa, America, the Middle East: no ISO code, kept as they are."""

_PAIRS = (
    "AT:AUT AU:AUS BE:BEL BG:BGR BR:BRA CA:CAN CH:CHE CN:CHN CY:CYP CZ:CZE DE:DEU DK:DNK EE:EST ES:ESP FI:FIN FR:FRA "
    "GB:GBR GR:GRC HR:HRV HU:HUN ID:IDN IE:IRL IN:IND IT:ITA JP:JPN KR:KOR LT:LTU LU:LUX LV:LVA MT:MLT MX:MEX NL:NLD "
    "NO:NOR PL:POL PT:PRT RO:ROU RU:RUS SE:SWE SI:SVN SK:SVK TR:TUR TW:TWN US:USA ZA:ZAF ROM:ROU WWA:WA WWE:WE WWF:WF "
    "WWL:WL WWM:WM"
)
ISO = dict(pair.split(":") for pair in re.split(r"\s+", _PAIRS))
"""ISO alpha-3 of EXIOBASE's alpha-2 codes; the last six stand in files of version 3.4."""

CLOSES_WITHIN = 1e-4


def read(path: Path, dataset: Dataset, year: int | None = None, usd_per_eur: float | None = None) -> WorldTable:
    """Read one year's table and turn euros into US dollars at the rate that is given.

    What rows and columns miss of output is noted with the worst cell: releases after 2015 are nowcasts, and close only
    roughly. Sectors and categories are called by EXIOBASE's own names.

    Parameters
    ----------
    path : the year's archive or unpacked folder. dataset : which version. year : which, if the name does not say.
    usd_per_eur : US dollars for one euro, the year's average; a central bank or the IMF states it.

    Raises
    ------
    DataError : pymrio is not installed; no such table, cut off or spoilt, or not in million euros.
    InputError : no rate, or one that is none.
    """
    name = dataset.name
    if usd_per_eur is None or not math.isfinite(usd_per_eur) or usd_per_eur <= 0.0:
        raise InputError(
            f"{name}: EXIOBASE is in euros and a world table in US dollars; give usd_per_eur, the year's average rate "
            f"(US dollars for one euro, above 0), not {usd_per_eur}"
        )
    source, when = _found(path, name, year)
    wanted = ["Z", "Y", "x", "unit", "F", "F_Y", "FY", "F_hh"]
    system = parsed("load_all", source, name, subfolders=_extensions(source), subset=wanted)
    for part in ("Z", "Y", "unit"):
        if getattr(system, part, None) is None:
            raise DataError(f"{name}: {source} lacks {part}.txt, or its file_parameters.json does; download it again")
    units = sorted({str(unit) for unit in np.unique(system.unit.to_numpy().astype(str))})
    if units != ["M.EUR"]:
        raise DataError(f"{name}: {source} is in {', '.join(units)}; only the monetary tables, in M.EUR, are read")
    F, F_Y = _factors(system, source, name)
    output = None if system.x is None else np.asarray(system.x.to_numpy(dtype=float)).ravel()
    table = frame_table(
        system.Z,
        system.Y,
        F,
        F_Y,
        dataset=name,
        year=when,
        iso=ISO,
        scale=usd_per_eur,
        output=output,
        notes=(f"million euros were taken at {usd_per_eur:g} US dollars for one euro",),
    )
    return checked(table, within=CLOSES_WITHIN, refuse=False)


def _found(path: Path, dataset: str, year: int | None) -> tuple[Path, int]:
    """The archive or folder of one year: what was named, or what a folder holds."""
    refuse_no_file(path, dataset)
    is_system = path.is_file() or (path / PARAMETERS).is_file()
    if is_system and year is not None and not re.fullmatch(NAMES, path.name):
        source, when = path, year
    elif is_system or re.fullmatch(NAMES, path.name):
        source, when = path, choose_year([path.name], path, dataset, NAMES, year)[1]
    else:
        chosen, when = choose_year(sorted(file.name for file in path.iterdir()), path, dataset, NAMES, year)
        source = path / chosen
    if source.is_file():
        archive_names(source, dataset)  # refuses a damaged one
    return source, when


def _extensions(source: Path) -> list[str]:
    """The folders that may hold factor inputs, as pymrio wants them named: in an archive, from its root."""
    if source.is_dir():
        return list(HOLD_FACTORS)
    with zipfile.ZipFile(source) as archive:
        folders = [PurePosixPath(name).parent for name in archive.namelist() if name.endswith(f"/{PARAMETERS}")]
    return [folder.as_posix() for folder in folders if folder.name in HOLD_FACTORS]


def _factors(system: Any, source: Path, dataset: str) -> tuple[Any, Any]:
    """The monetary factor inputs of sectors, and those of final demand, if there are any."""
    for extension in system.get_extensions(data=True):
        if extension.F is None:
            continue
        missing = [factor for factor in FACTORS if factor not in extension.F.index]
        if not missing:
            below = extension.F_Y if extension.F_Y is not None else getattr(extension, "F_hh", None)
            return extension.F.loc[list(FACTORS)], None if below is None else below.loc[list(FACTORS)]
    raise DataError(
        f"{dataset}: {source} lacks the factor inputs ('{FACTORS[0]}' ...) in satellite/F.txt or factor_inputs/F.txt; "
        "download it again"
    )
