"""The four forms in which the IMF's trade by partner is found, each brought to one: a row a country, partner and year.

=============  ===================================================  ==========================  =================
form           countries                                            figures                     unit
=============  ===================================================  ==========================  =================
Data Explorer  ISO alpha-3 in SERIES_CODE                           a column a year             what SCALE names
SDMX-CSV       ISO alpha-3 in COUNTRY, COUNTERPART_COUNTRY          OBS_VALUE at TIME_PERIOD    US dollars
time series    the IMF's numbers                                    a column a year, Attribute  not said
long           the IMF's numbers                                    Value at Time Period        not said
=============  ===================================================  ==========================  =================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from zollverein.case.data.flat import quoted
from zollverein.case.data.inspection import TextLayout
from zollverein.errors import DataError

__all__ = ["Form", "form_of"]

YEAR = re.compile(r"(18|19|20)\d\d")
LEGACY = ("Country Code", "Indicator Code", "Counterpart Country Code")


@dataclass(frozen=True, slots=True)
class Form:
    """How one file is laid out.

    Attributes
    ----------
    shape : SQL around ``{cells}`` that yields country, counterpart, indicator, frequency, attribute, scale, period and
        figure. figures : columns that hold numbers. legacy : countries are the IMF's numbers.
    unit : what is known of the unit: it is dollars, a column names it, or nothing.
    """

    shape: str
    figures: tuple[str, ...]
    legacy: bool
    unit: Literal["usd", "scale", "unknown"]


def form_of(layout: TextLayout, called: str) -> Form:
    """Tell which form a file has by its columns.

    Raises
    ------
    DataError : none of the four.
    """
    header = set(layout.header)
    years = tuple(name for name in layout.header if YEAR.fullmatch(name))
    if {"SERIES_CODE", "SCALE"} <= header and years:
        part = "split_part(\"SERIES_CODE\", '.', {})"
        return _wide(years, part.format(1), part.format(3), part.format(2), part.format(4), "'Value'", '"SCALE"', False)
    if {"COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "TIME_PERIOD", "OBS_VALUE"} <= header:
        frequency = '"FREQUENCY"' if "FREQUENCY" in header else "'A'"
        shape = _long('"COUNTRY"', '"COUNTERPART_COUNTRY"', '"INDICATOR"', frequency, '"TIME_PERIOD"', '"OBS_VALUE"')
        return Form(shape, ("OBS_VALUE",), False, "usd")
    if {*LEGACY, "Attribute"} <= header and years:
        country, indicator, counterpart = map(quoted, LEGACY)
        return _wide(years, country, counterpart, indicator, "'A'", '"Attribute"', "''", True)
    if {*LEGACY, "Time Period", "Value"} <= header:
        country, indicator, counterpart = map(quoted, LEGACY)
        shape = _long(country, counterpart, indicator, "'A'", '"Time Period"', '"Value"')
        return Form(shape, ("Value",), True, "unknown")
    raise DataError(
        f"{called}: {layout.path} has none of the forms of the IMF's trade by partner (Data Explorer with SERIES_CODE, "
        "SCALE and years; SDMX-CSV with OBS_VALUE; time series with Attribute and years; long with Time Period and "
        f"Value); its columns are {', '.join(layout.header[:12])}"
    )


def _wide(
    years: tuple[str, ...],
    country: str,
    counterpart: str,
    indicator: str,
    frequency: str,
    attribute: str,
    scale: str,
    legacy: bool,
) -> Form:
    columns = ", ".join(map(quoted, years))
    shape = (
        f"(UNPIVOT (SELECT {country} AS country, {counterpart} AS counterpart, {indicator} AS indicator, "
        f"{frequency} AS frequency, {attribute} AS attribute, {scale} AS scale, {columns} FROM {{cells}}) ON {columns} "
        "INTO NAME period VALUE figure)"
    )
    # An attribute other than Value has words in the columns of years: they are read as text, and cast for values only.
    return Form(shape, () if legacy else years, legacy, "unknown" if legacy else "scale")


def _long(country: str, counterpart: str, indicator: str, frequency: str, period: str, figure: str) -> str:
    return (
        f"(SELECT {country} AS country, {counterpart} AS counterpart, {indicator} AS indicator, "
        f"{frequency} AS frequency, 'Value' AS attribute, '' AS scale, {period} AS period, {figure} AS figure "
        "FROM {cells})"
    )
