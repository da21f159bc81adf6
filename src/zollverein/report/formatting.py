"""Numbers as a person reads them: thin spaces, a true minus sign, units, and no digit that is not known.

Every figure that a report shows passes through here, on the screen and on the page alike.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Literal

import pandas as pd

__all__ = [
    "ABSENT",
    "CONFIDENCES",
    "MARKS",
    "THIN",
    "Kind",
    "apart",
    "days",
    "money",
    "number",
    "percent",
    "plain",
    "residual",
    "share",
    "shown",
    "tonnes",
    "with_sign",
]

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EN DASH}"
CONFIDENCES = ("reported", "derived", "assumed")
MARKS = {"reported": "●", "derived": "◐", "assumed": "○"}

Kind = Literal[
    "text", "mark", "date", "sources", "link",
    "kt", "kt_change", "share", "percent", "percent_change", "usd_million", "usd_million_change", "usd_per_t",
    "usd_per_t_change", "number", "count", "factor", "residual",
]  # fmt: skip
"""What a value is, which decides how it is shown."""


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thin spaces between thousands and a true minus sign.

    >>> number(-12900.4).replace(THIN, " ")
    '−12 900'
    """
    if not _known(value):
        return ABSENT
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN)
    return f"{MINUS}{text}" if value < 0 and any(c in "123456789" for c in text) else text


def with_sign(text: str, value: float) -> str:
    """Return a number's text with a plus sign where it is a gain; zero has no sign."""
    return f"+{text}" if _known(value) and value > 0 and any(c in "123456789" for c in text) else text


def tonnes(kt: float) -> str:
    """Return tonnes in Mt or kt with three digits at most.

    >>> tonnes(10123.0).replace(THIN, " "), tonnes(163.4).replace(THIN, " "), tonnes(0.2).replace(THIN, " ")
    ('10.1 Mt', '163 kt', '0.2 kt')
    """
    if not _known(kt):
        return ABSENT
    # 999.6 kt is a million tonnes once rounded, and 9.96 has its place after ten.
    if abs(kt) >= 999.5:
        return f"{number(kt / 1e3, 1 if abs(kt) < 99_950 else 0)}{THIN}Mt"
    return f"{number(kt, 0 if abs(kt) >= 9.95 else 1)}{THIN}kt"


def money(usd_million: float) -> str:
    """Return US dollars in millions or billions.

    >>> money(-7263.3).replace(THIN, " ")
    '−US$ 7.3 bn'
    """
    if not _known(usd_million):
        return ABSENT
    size = abs(usd_million)
    if size >= 999.5:
        text, unit = number(size / 1e3, 1 if size < 99_950 else 0), "bn"
    else:
        text, unit = number(size, 0 if size >= 9.95 else 1), "m"
    minus = MINUS if usd_million < 0 and any(c in "123456789" for c in text) else ""
    return f"{minus}US${THIN}{text}{THIN}{unit}"


def percent(value: float, more: int = 0) -> str:
    """Return a percentage: one decimal from one percent on, two below, none from a hundred on, and ``more`` of them.

    >>> percent(-3.123).replace(THIN, " "), percent(0.0421).replace(THIN, " "), percent(-0.001).replace(THIN, " ")
    ('−3.1 %', '0.04 %', '0.00 %')
    """
    if not _known(value):
        return ABSENT
    size = abs(value)
    decimals = 0 if size >= 99.95 else 1 if size >= 0.995 else 2
    return f"{number(value, decimals + more)}{THIN}%"


def apart(low: float, high: float) -> tuple[str, str]:
    """Return the ends of a range of percentages, with a digit more where they would else read alike.

    >>> [end.replace(THIN, " ") for end in apart(-2.017, -2.004)]
    ['−2.02 %', '−2.00 %']
    """
    alike = percent(low) == percent(high) and low != high
    first, last = (with_sign(percent(end, int(alike)), end) for end in (low, high))
    return first, last


def share(value: float) -> str:
    """Return a share of one as a percentage: whole, with one decimal below ten percent.

    >>> share(0.9912).replace(THIN, " "), share(0.0128).replace(THIN, " "), share(0.9996).replace(THIN, " ")
    ('99.1 %', '1.3 %', '100 %')
    """
    if not _known(value):
        return ABSENT
    points = 100.0 * value
    # Near either end a whole percent hides what matters: 99.1 is not all.
    decimals = 1 if 0.05 <= points < 9.95 or 90.0 < points < 99.95 else 0
    return f"{number(points, decimals)}{THIN}%"


def residual(value: float) -> str:
    """Return the power of ten that a residual does not exceed: its digits are rounding, other on every machine.

    >>> residual(3.2e-11).replace(THIN, " ")
    '≤ 1e−10'
    """
    if not _known(value):
        return ABSENT
    if value == 0:
        return "0"
    # A residual printed as 1e-8 does not exceed it, whatever its last bit.
    exponent = math.ceil(math.log10(value) - 1e-9)
    return f"≤{THIN}1e{number(exponent)}"


def days(first: date, last: date) -> str:
    """Return a span of days, both included: ``1 March – 30 May 2022``."""
    start = f"{first.day} {first:%B}" + ("" if first.year == last.year else f" {first.year}")
    return f"{start} – {last.day} {last:%B} {last.year}"


def shown(kind: Kind, value: object) -> str:
    """Return any value of a table as its kind is shown; what is not known is a dash."""
    if pd.isna(value):  # type: ignore[call-overload]  # any scalar is allowed
        return ABSENT
    if kind == "date" or isinstance(value, datetime | date):
        return _day(value)
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        text = str(value)
        return MARKS.get(text, text) if kind == "mark" else text or ABSENT
    return _figure(kind, float(value))


def plain(text: str) -> str:
    """Return text for a screen that shows ASCII only.

    >>> plain("● −12" + THIN + "900 kt – Türkiye")
    'R -12 900 kt - Turkiye'
    """
    import unicodedata  # noqa: PLC0415 - rarely needed

    swaps = {"●": "R", "◐": "D", "○": "A", MINUS: "-", THIN: " ", "–": "-", "—": "-", "·": "|", "─": "-", "━": "-",
             "█": "#", "░": ".", "“": '"', "”": '"', "’": "'", "‘": "'", "→": "->", "…": "..", "×": "x",
             "≈": "~"}  # fmt: skip
    swapped = "".join(swaps.get(c, c) for c in text)
    return unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode("ascii")


def _figure(kind: Kind, value: float) -> str:
    match kind:
        case "share":
            return share(value)
        case "percent":
            return percent(value)
        case "percent_change":
            return with_sign(percent(value), value)
        case "residual":
            return residual(value)
        case "factor":
            return number(value, 3)
        case "usd_per_t":
            return number(value, 0 if abs(value) >= 99.5 else 1)
        case "usd_per_t_change":
            return with_sign(number(value, 1), value)
        case "kt_change" | "usd_million_change":
            return with_sign(_whole(value), value)
        case "kt" | "usd_million":
            return _whole(value)
    return number(value, 0 if value == round(value) else 1)


def _whole(value: float) -> str:
    """A quantity in a column: whole, with a decimal only where it would else be lost."""
    return number(value, 1 if 0.05 <= abs(value) < 9.95 else 0)


def _day(value: object) -> str:
    text = str(value)
    return text[:10] if text and text != "NaT" else ABSENT


def _known(value: float) -> bool:
    return not math.isnan(value) and not math.isinf(value)
