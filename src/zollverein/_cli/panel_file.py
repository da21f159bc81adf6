"""A panel of trade from a file, and the design that the options of a command ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zollverein.errors import InputError
from zollverein.gravity import PRESETS, Design, Log, Panel, preset_design

if TYPE_CHECKING:
    from zollverein.gravity.terms import Regressor

__all__ = ["design_of", "names_of", "read_panel", "whole_numbers"]

ROLES = ("exporter", "importer", "year", "trade", "sector")
# What statistical programs write for a cell without a value. In a column of names it may be a country: NA is Namibia.
ABSENT = ["", "NA", "NaN", "nan", ".", "NULL", "null", "None", "N/A", "#N/A"]


def names_of(given: Iterable[str], preset: str) -> dict[str, str]:
    """Return what each ``ROLE=NAME`` says: which column of the file plays a role of the panel or the preset.

    Raises
    ------
    InputError : it has no equals sign, or a role that neither has.
    """
    out: dict[str, str] = {}
    known = (*ROLES, *(PRESETS[preset].columns if preset in PRESETS else ()))
    for pair in given:
        role, equals, name = pair.partition("=")
        if not equals or not name:
            raise InputError(f"--column {pair}: give ROLE=NAME, for example --column trade=exports_usd")
        if role not in known:
            raise InputError(
                f"--column {pair}: there is no role '{role}'; the preset '{preset}' has {', '.join(known)}"
            )
        out[role] = name
    return out


def read_panel(path: Path, names: dict[str, str]) -> Panel:
    """Read a CSV or Parquet file as a panel.

    Raises
    ------
    InputError : the file cannot be read. GravityError : it is no panel; every fault is named.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}; give a CSV or Parquet file with a row for every pair and year")
    roles = {role: names[role] for role in ROLES if role in names}
    labels = {roles.get(role, role) for role in ("exporter", "importer", "sector")}
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            frame = pd.read_parquet(path)
        else:
            columns = pd.read_csv(path, nrows=0).columns
            absent = {column: ABSENT for column in columns if column not in labels}
            text = dict.fromkeys((column for column in columns if column in labels), str)
            frame = pd.read_csv(path, keep_default_na=False, na_values=absent, dtype=text)
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); give a CSV file in UTF-8, or Parquet") from error
    return Panel.from_table(frame, **roles)


def whole_numbers(option: str, text: str | None) -> tuple[int, ...] | None:
    """Return the whole numbers in ``2000,2005,2010``; None where nothing is given.

    Raises
    ------
    InputError : a part is no whole number.
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"{option} {text}: give whole numbers with commas between them, such as 2000,2005") from None


def design_of(
    preset: str,
    names: dict[str, str],
    *,
    controls: Sequence[str],
    cluster: str | None,
    years: str | None,
    leads: str | None,
    lags: str | None,
    **options: object,
) -> Design:
    """Return the design of a preset under the options of a command; options that are None are left out.

    Raises
    ------
    GravityError, UnknownNameError, InputError : an option that the preset does not take, or a value it cannot have.
    """
    own = {role: name for role, name in names.items() if role not in ROLES}
    given = {
        **own, **options,
        "others": tuple(_control(control) for control in controls) or None,
        "cluster": tuple(cluster.split(",")) if cluster else None,
        "years": whole_numbers("--years", years),
        "leads": whole_numbers("--leads", leads),
        "lags": whole_numbers("--lags", lags),
    }  # fmt: skip
    return preset_design(preset, **given)


def _control(text: str) -> Regressor:
    kind, colon, column = text.partition(":")
    return Log(column) if colon and kind == "log" else text
