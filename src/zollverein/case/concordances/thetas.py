"""Trade elasticities for sectors of one's own: means over ISIC divisions, weighted by value."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from zollverein.case.concordances.concordance import Concordance
from zollverein.case.concordances.judging import CONFIDENCES, require_known
from zollverein.case.concordances.shipped import shipped_rows
from zollverein.errors import InputError
from zollverein.given import framed

__all__ = ["theta_by_division", "thetas"]

COLUMNS = ("sector", "code", "value")


@cache
def _by_division() -> pd.DataFrame:
    table = pd.DataFrame(shipped_rows("theta_isic4.csv"), dtype="str")
    return table.assign(**{column: table[column].astype(float) for column in ("theta", "theta_alternative")})


def theta_by_division() -> pd.DataFrame:
    """Return elasticities by ISIC rev 4 division: division, theta, theta_alternative, source, confidence, method.

    Goods: from product-level tariff elasticities of Fontagne, Guimbard and Orefice (2022, Journal of International
    Economics, doi:10.1016/j.jinteco.2022.103593), by groups of divisions. Services: 4, assumed. The alternative set is
    that of Caliendo and Parro (2015, Review of Economic Studies), by groups of divisions as well.
    """
    return _by_division().copy()


def thetas(sector_weights: pd.DataFrame, through: Concordance | None = None) -> pd.DataFrame:
    """Return a trade elasticity for each sector: ``theta[s] = sum_d v[s,d] theta[d] / sum_d v[s,d]``.

    Parameters
    ----------
    sector_weights : sector, code, value: what of which code is in a sector, trade in money for example. Rows of a pair
        are added up.
    through : from these codes to ISIC rev 4 divisions; None: the codes are divisions (``01`` to ``99``).

    Returns
    -------
    sector, theta, theta_alternative, source, confidence, method; sectors in the order of their first appearance.
    The confidence is that of the weakest division or weight in it.

    Raises
    ------
    InputError : columns missing, values below zero, or a sector whose values add up to zero.
    UnknownNameError, InputError : codes without a division.
    """
    rows = _judged(sector_weights).assign(part="reported")
    table = _by_division()
    if through is not None:
        rows = _through(rows, through, dict(zip(table["division"], table["theta"], strict=True)))
    require_known("ISIC rev 4 division", rows["code"].unique(), tuple(table["division"]), "the table of elasticities")
    joined = rows.merge(table, left_on="code", right_on="division", sort=False)
    return pd.DataFrame([_mean(str(sector), group) for sector, group in joined.groupby("sector", sort=False)])


def _through(rows: pd.DataFrame, by: Concordance, theta: dict[str, float]) -> pd.DataFrame:
    """Rows by division; how sure a part is matters only where the divisions of a code differ in theta."""
    require_known("code", rows["code"].unique(), by.sources, f"concordance '{by.name}'")
    parts = by.frame.assign(theta=by.frame["target"].map(theta))
    alike = parts.groupby("source")["theta"].transform(lambda t: t.nunique(dropna=False)) == 1
    parts["part"] = parts["confidence"].mask(alike, "reported")
    joined = rows.drop(columns="part").merge(parts, left_on="code", right_on="source", sort=False)
    joined = joined.assign(code=joined["target"], value=joined["value"] * joined["weight"])
    return joined[["sector", "code", "value", "part"]]


def _mean(sector: str, rows: pd.DataFrame) -> dict[str, object]:
    total = float(rows["value"].sum())
    if not total > 0:
        raise InputError(f"no elasticity for sector '{sector}': its values add up to zero; give one of them a value")
    counted = rows[rows["value"] > 0]
    groups = counted.groupby("theta", sort=False)["value"].sum() / total
    ranks = [CONFIDENCES.index(c) for c in (*counted["confidence"], *counted["part"])]
    if len(groups) == 1:
        theta = float(groups.index[0])
        method = f"that of its ISIC rev 4 divisions {_runs(counted['division'])}: {counted['method'].iloc[0]}"
    else:
        theta = float(np.dot(rows["value"], rows["theta"]) / total)
        told = [f"{share:.3g} x {value:g}" for value, share in groups.items()]
        method = f"mean weighted by value over ISIC rev 4 divisions {_runs(counted['division'])}: {' + '.join(told)}"
    return {
        "sector": sector,
        "theta": theta,
        "theta_alternative": float(np.dot(rows["value"], rows["theta_alternative"]) / total),
        "source": ";".join(dict.fromkeys(counted["source"])),
        "confidence": CONFIDENCES[max(ranks)],
        "method": method,
    }


def _runs(divisions: pd.Series[str]) -> str:
    """``01-03, 10``: divisions in order, neighbours joined."""
    numbers = sorted({int(d) for d in divisions})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]:02d}" if len(run) == 1 else f"{run[0]:02d}-{run[-1]:02d}" for run in runs)


def _judged(given: pd.DataFrame) -> pd.DataFrame:
    given = framed("sector_weights", given)
    if missing := [column for column in COLUMNS if column not in given.columns]:
        raise InputError(f"sector_weights lacks {', '.join(missing)}; it has sector, code, value")
    rows = given[list(COLUMNS)].reset_index(drop=True)
    value = pd.to_numeric(rows["value"], errors="coerce").to_numpy(float)
    bad = ~(np.isfinite(value) & (value >= 0))
    if bad.any():
        k = int(np.argmax(bad))
        raise InputError(
            f"sector_weights has value '{rows['value'].iloc[k]}' for sector '{rows['sector'].iloc[k]}', code "
            f"'{rows['code'].iloc[k]}' ({int(bad.sum())} such rows); values are numbers of zero or more"
        )
    return rows.assign(value=value)
