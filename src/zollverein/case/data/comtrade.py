"""UN Comtrade's bulk files: what each country reports of its trade with each partner, product by product.

Tab-separated, one file a reporter and year, often gzipped; values in US dollars. A flow may stand there twice, as the
exporter and as the importer report it; both are read, and told apart. The same file holds totals and their parts side
by side; `comtrade_staging` says which rows are taken so that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from zollverein.case.data.comtrade_staging import checked_columns, refuse_double_counts, selection
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat import Desk, FlatData, Limits, desk, stage
from zollverein.case.data.flat_checks import refuse_absent_years
from zollverein.case.data.flat_codes import codes_from_json, load_codes, odd_codes, refuse_unknown_codes
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.flat_sums import Absent, Flows, summed
from zollverein.case.data.inspection import inspect_text
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["DATASETS", "read"]

DATASETS = (
    Dataset(
        name="comtrade-bulk",
        title="UN Comtrade, annual merchandise trade, bulk files",
        publisher="United Nations Statistics Division",
        kind="trade",
        page="https://comtradeplus.un.org",
        licence=(
            "Copyright United Nations: for internal use; not to be passed on in any form without written permission of "
            "the United Nations Statistics Division."
        ),
        citation="United Nations, UN Comtrade Database; give the date of the download.",
        layout=(
            "COMTRADE-FINAL-CA<reporter><year><classification>[<released>].gz, tab-separated: typeCode, freqCode, "
            "refPeriodId, refYear, period, reporterCode, flowCode, partnerCode, partner2Code, classificationCode, "
            "cmdCode, customsCode, mosCode, motCode, CIFValue, FOBValue, primaryValue (US$) and more; countries are "
            "numbers, explained by Reporters.json and partnerAreas.json."
        ),
        by_hand=(
            "A subscription key is needed: register at https://comtradedeveloper.un.org, fetch annual files (type C, "
            "frequency A) with UN Comtrade's own package comtradeapicall, and keep beside them Reporters.json and "
            "partnerAreas.json of https://comtradeapi.un.org/files/v1/app/reference."
        ),
    ),
)
PATTERN = r"COMTRADE.*\.(txt|csv|tsv|gz)"
CODES = {"reporter": "Reporters.json", "partner": "partnerAreas.json"}
FLOWS = Flows(("exporter", "importer", "product", "year", "reporter", "basis"), ("value_usd_million",))


def read(
    paths: Path | str | Iterable[Path | str],
    dataset: str = "comtrade-bulk",
    *,
    reporters: Path | str | None = None,
    partners: Path | str | None = None,
    flows: Sequence[str] = ("X", "M"),
    digits: int = 6,
    years: Sequence[int] = (),
    regions: pd.DataFrame | None = None,
    sectors: pd.DataFrame | None = None,
    absent: Absent = "refuse",
    limits: Limits | None = None,
) -> FlatData:
    """Read Comtrade as exporter, importer, product, year, reporter, basis, value_usd_million.

    ``reporter`` says whose figure it is, ``exporter`` or ``importer``; ``basis`` how it is valued, ``fob`` or ``cif``.

    Parameters
    ----------
    paths : files, or folders of them. reporters, partners : ``Reporters.json`` and ``partnerAreas.json``; None: those
        beside the first file. They are not needed if the files have the columns reporterISO and partnerISO.
    flows : ``X`` exports and ``M`` imports; re-exports and re-imports are parts of these, and are not added to them.
    digits : length of the product codes to take, 6 for HS6; 0: the total of all products. years : to keep; empty: all.
    regions, sectors : concordances of countries and of products. absent : what becomes of codes without a target.

    Raises
    ------
    DataError : files that are spoilt, monthly or of services; a flow that stands twice, or only in parts; partners that
        add to more than World. InputError, UnknownNameError : what was asked.
    """
    if dataset != DATASETS[0].name:
        raise UnknownNameError("dataset of UN Comtrade", dataset, [DATASETS[0].name])
    if not flows or set(flows) - {"X", "M"} or digits < 0:
        raise InputError(f"flows are {list(flows)}, digits {digits}; give 'X', 'M' or both, and a number from 0 up")
    with desk(dataset, limits or Limits()) as on:
        sources = named(paths, PATTERN, dataset)
        given = {"reporter": reporters, "partner": partners}
        given = {side: _beside(sources[0], CODES[side]) if path is None else path for side, path in given.items()}
        for side, path in given.items():
            if path is not None:
                load_codes(on, codes_from_json(path, dataset), f"{side}s")
        values = {"flows": list(flows), "digits": digits, "years": [int(year) for year in years]}
        files, notes = [], []
        for source in sources:
            (plain,) = unpacked(source, PATTERN, on.folder, dataset)[:1]
            notes += _staged(on, plain, {side for side, path in given.items() if path is not None}, values)
            files.append(source.name)
        refuse_absent_years(on, years, ", ".join(files))
        refuse_unknown_codes(on, ("exporter", "importer"), "value_usd_million", "the files of reporters and partners")
        notes += refuse_double_counts(on) + odd_codes(on, ("exporter", "importer"), "value_usd_million")
        return summed(
            on,
            dataset,
            FLOWS,
            files=files,
            concordances={"exporter": regions, "importer": regions, "product": sectors},
            absent=absent,
            notes=notes,
        )


def _beside(source: Path, name: str) -> Path | None:
    path = source.parent / name
    return path if path.is_file() else None


def _staged(on: Desk, plain: Path, coded: set[str], values: dict[str, object]) -> list[str]:
    layout = inspect_text(
        plain,
        dataset=on.called,
        delimiter="\t",
        codes=("cmdCode",),
        years=("refYear",),
        free=("reporterDesc", "partnerDesc", "partner2Desc", "cmdDesc", "flowDesc", "qtyUnitAbbr", "altQtyUnitAbbr"),
    )
    columns = checked_columns(layout, on.called)
    for side in ("reporter", "partner"):
        if side not in coded and f"{side}iso" not in columns:
            name = CODES[side]
            raise DataError(
                f"{on.called}: {plain} has {side}s as numbers only; give UN Comtrade's {name} with "
                f"--{side}s (from Python: {side}s=), or keep it beside the file"
            )
    select, joins = selection(columns, coded)
    types = dict.fromkeys((columns[name] for name in ("primaryvalue", "cifvalue", "fobvalue")), "DOUBLE")
    stage(on, layout, types=types, select=select, joins=joins, values=values)
    return list(layout.notes)
