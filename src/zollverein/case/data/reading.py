"""A file that one has, read by the adaptor of its dataset: what came out, in figures, and as one tidy table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from inspect import Parameter, signature
from pathlib import Path

import numpy as np
import pandas as pd

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat import FlatData
from zollverein.case.data.inspection_bytes import opened, refuse_what_is_no_text
from zollverein.case.data.network_tables import NetworkTables
from zollverein.case.data.registry import adaptor
from zollverein.case.data.registry import dataset as known_dataset
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.errors import DataError, InputError

__all__ = ["Reading", "facts", "notes_of", "read_file", "tidy_parts"]

Reading = WorldTable | FlatData | NetworkTables
"""What an adaptor's ``read`` returns: by what a dataset's ``kind`` is."""

TIDY = ("part", "row_region", "row", "column_region", "column", "value_usd_million")


def read_file(
    name: str,
    path: str | Path,
    *,
    year: int | None = None,
    countries: Sequence[str] = (),
    statuses: Sequence[str] = (),
    usd_per_eur: float | None = None,
    unit: str | None = None,
    country_codes: str | Path | None = None,
    reporters: str | Path | None = None,
    partners: str | Path | None = None,
) -> Reading:
    """Read a file as the dataset that it is of.

    Parameters
    ----------
    name : in the registry. path : the file, or a folder of files where the dataset is one.
    year : the only one that is wanted. countries, statuses : the only ones; where the adaptor knows them.
    usd_per_eur : for tables in euros, the year's average rate. unit : of figures whose file does not say it.
    country_codes : the publisher's file of country codes, or a CSV of source and target, where it lies elsewhere.
    reporters, partners : UN Comtrade's ``Reporters.json`` and ``partnerAreas.json``.

    Raises
    ------
    UnknownNameError : no such dataset. InputError : a choice that its adaptor does not know.
    DataError : the file is not what the adaptor reads, or cannot be read, and why.
    """
    read = adaptor(name).read
    parameters = signature(read).parameters
    chosen: dict[str, object] = {}
    lists = {"countries": tuple(countries), "statuses": tuple(statuses)}
    single = {"year": year, "usd_per_eur": usd_per_eur, "unit": unit, "reporters": reporters, "partners": partners}
    for what, wanted in (single | lists).items():
        if wanted is None or wanted == ():
            continue
        if what in parameters and (what not in lists or _is_list(parameters[what])):
            chosen[what] = wanted
        elif what == "year" and "years" in parameters:
            chosen["years"] = (wanted,)
        else:
            raise InputError(f"{name} has no {what} to choose by; leave that away")
    if country_codes is not None:
        chosen["countries"] = _codes(name, Path(country_codes), parameters)
    with opened(Path(path), name):
        result: Reading = read(Path(path), _named(name, parameters["dataset"]), **chosen)
    return result


def _codes(name: str, path: Path, parameters: Mapping[str, Parameter]) -> Path | pd.DataFrame:
    """A file of country codes as its adaptor wants it: the publisher's own, or one of source and target."""
    if "countries" not in parameters or _is_list(parameters["countries"]):
        raise InputError(f"{name} takes no file of country codes; leave that away")
    if "DataFrame" not in str(parameters["countries"].annotation):
        return path
    with opened(path, name):
        refuse_what_is_no_text(path, name)
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except ValueError as error:
            raise DataError(f"{name}: {path} is no CSV of source and target in UTF-8 ({error}); mend it") from error


def _named(name: str, parameter: Parameter) -> str | Dataset:
    """A dataset as its adaptor wants it: by name, or with all that is known of it."""
    return known_dataset(name) if parameter.annotation in {Dataset, "Dataset"} else name


def _is_list(parameter: Parameter) -> bool:
    """Whether an adaptor's choice is a list of names; some give the same word to a file of them."""
    return str(parameter.annotation).removeprefix("collections.abc.").startswith("Sequence[str]")


def facts(reading: Reading) -> dict[str, str | int | float]:
    """Return what there is in a reading: sizes, totals in the unit of their names, and how far it is from closing."""
    if isinstance(reading, WorldTable):
        return _facts_of_table(reading)
    if isinstance(reading, FlatData):
        return _facts_of_rows(reading)
    lengths = pd.to_numeric(reading.links["length_km"])
    return {
        "dataset": reading.dataset,
        "nodes": len(reading.nodes),
        "links": len(reading.links),
        "links_with_capacity_in_kt": int(reading.link_figures["link"].nunique()),
        "length_km": round(float(lengths.sum()), 1),
        "links_without_length": int(lengths.isna().sum()),
    }


def notes_of(reading: Reading) -> tuple[str, ...]:
    """Return what was noticed while reading, and which rows were left out, a sentence each."""
    if not isinstance(reading, FlatData):
        return reading.notes
    by_reason = reading.ledger.left_out.groupby("why")["rows"].sum()
    return (*reading.ledger.notes, *(f"{rows:,} rows are left out: {why}" for why, rows in by_reason.items()))


def _facts_of_table(table: WorldTable) -> dict[str, str | int | float]:
    rows, columns = table.imbalance()
    return {
        "dataset": table.dataset,
        "year": table.year,
        "regions": len(table.regions),
        "sectors": len(table.sectors),
        "categories_of_final_demand": len(table.demands),
        "primary_rows": len(table.primaries),
        "output_usd_million": float(table.output.sum()),
        "intermediate_usd_million": float(table.intermediate.sum()),
        "final_usd_million": float(table.final.sum()),
        "value_added_usd_million": float(table.value_added.sum()),
        "rows_miss_output_at_worst": rows,
        "columns_miss_output_at_worst": columns,
    }


def _facts_of_rows(flat: FlatData) -> dict[str, str | int | float]:
    ledger = flat.ledger
    out: dict[str, str | int | float] = {
        "dataset": flat.dataset,
        "rows_in_file": ledger.rows_read,
        "rows_kept": ledger.rows_kept,
        "rows_of_table": len(flat.frame),
        "columns": ", ".join(map(str, flat.frame.columns)),
    }
    for column in flat.frame.columns:
        if not pd.api.types.is_float_dtype(flat.frame[column]):
            out[f"different_{column}"] = int(flat.frame[column].nunique())
    if ledger.measure:
        out |= {
            f"{ledger.measure}_in_file": ledger.total_read,
            f"{ledger.measure}_kept": ledger.total_kept,
            f"{ledger.measure}_of_table": ledger.total_frame,
        }
    return out


def tidy_parts(reading: WorldTable | FlatData) -> Iterator[pd.DataFrame]:
    """Yield a reading as one long table, in parts that fit into memory one at a time.

    Of a world table: part (intermediate, final, primary, output, demand_taxes), row_region, row, column_region, column,
    value_usd_million; a cell that is zero has no row.
    """
    if isinstance(reading, FlatData):
        yield reading.frame
        return
    everywhere = reading.regions
    for n, region in enumerate(everywhere):
        yield _long("intermediate", {region: reading.sectors}, everywhere, reading.sectors, reading.intermediate[n])
        yield _long("final", {region: reading.sectors}, everywhere, reading.demands, reading.final[n])
    for part, values, columns in (
        ("primary", reading.primary, reading.sectors),
        ("demand_taxes", reading.demand_taxes, reading.demands),
    ):
        yield _long(part, {"": reading.primaries}, everywhere, columns, values)
    yield _long("output", {"": ("output",)}, everywhere, reading.sectors, reading.output[None])


def _long(
    part: str, rows: Mapping[str, Sequence[str]], regions: Sequence[str], columns: Sequence[str], values: Array
) -> pd.DataFrame:
    """The cells of an array (row, region, column) that are not zero; all rows are of one region."""
    ((region, labels),) = rows.items()
    row, column_region, column = np.nonzero(values)
    held = (
        np.full(len(row), part),
        np.full(len(row), region),
        np.array(labels)[row],
        np.array(regions)[column_region],
        np.array(columns)[column],
        values[row, column_region, column],
    )
    return pd.DataFrame(dict(zip(TIDY, held, strict=True)))
