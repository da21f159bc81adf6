"""What happens: tariffs, iceberg costs, levies, quotas, productivity, supply; as frames, then as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.labels import (
    HIGHEST_RATE,
    codes,
    framed,
    numbers,
    refuse_gross,
    require,
    require_columns,
    scatter,
    tariff_rates,
)
from zollverein.errors import EconomyError

__all__ = ["Levies", "Shock", "ShockArrays", "refuse_nobody"]


@dataclass(frozen=True, slots=True)
class Shock:
    """A change of the world, as long frames with columns by name; ``sector`` left out means every sector.

    Parameters
    ----------
    tariff : exporter, importer, sector, rate. The new ad valorem rate (0.05 is five percent); or rate_percent.
    iceberg : exporter, importer, sector, factor. Change of the iceberg cost; 1.1 is ten percent dearer.
    export_tax : exporter, importer, sector, rate [, recipient]. Ad valorem tax on exports, on the producer price.
    quota : exporter, importer, sector, factor [, recipient] [, melts]. Upper bound on the real flow that arrives over
        its base; the rent goes to the recipient, the exporter if none is named. Where ``melts`` is true nobody gets it:
        the bound is met by the iceberg cost that makes the flow just fit.
    productivity : country, sector, factor. Change of productivity.
    supply : country, sector, factor. Change of the specific factor; needs ``Closure(labour="specific")``.
    transfer : country, value. Added to the country's deficit; the values must sum to zero.
    ban : exporter, importer, sector. Flows that stop altogether.
    """

    tariff: pd.DataFrame | None = None
    iceberg: pd.DataFrame | None = None
    export_tax: pd.DataFrame | None = None
    quota: pd.DataFrame | None = None
    productivity: pd.DataFrame | None = None
    supply: pd.DataFrame | None = None
    transfer: pd.DataFrame | None = None
    ban: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Levies:
    """Taxed or bounded flows, one entry each (Q of them).

    Attributes
    ----------
    cells : indices (sector, importer, exporter).
    log_gross : log(1 + rate) of an export tax; zero for a quota, whose levy is an unknown.
    quota : which entries are quotas. bound : their bound on the real flow over base.
    owner : the country that earns the revenue. melts : which are iceberg costs, whose revenue is nobody's.
    """

    cells: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]
    log_gross: Array
    quota: npt.NDArray[np.bool_]
    bound: Array
    owner: npt.NDArray[np.intp]
    melts: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ShockArrays:
    """A shock in the layout of the baseline.

    Attributes
    ----------
    tau : (S, N, N) new tariff rates.
    log_kappa_hat : (S, N, N) log change of the trade cost, tariff and iceberg; levies excluded.
    log_productivity, supply : (S, N).
    transfer : (N,).
    """

    tau: Array
    log_kappa_hat: Array
    log_productivity: Array
    supply: Array
    transfer: Array
    levies: Levies = field(repr=False)


def shock_arrays(shock: Shock, base: Baseline, closure: Closure) -> ShockArrays:
    """Check a shock against a baseline and lay it out as arrays.

    Raises
    ------
    EconomyError : an unknown name, a rate that looks gross, a shock that names nobody, a supply shock without
        specific factors.
    """
    require("the shock", shock, Shock, "a Shock, such as Shock(tariff=...)")
    require("the closure", closure, Closure, 'a Closure, such as Closure(deficits="zero")')
    given = {name: getattr(shock, name) for name in Shock.__dataclass_fields__}
    frames = {name: framed(f"Shock.{name}", table) for name, table in given.items() if table is not None}
    for name, frame in frames.items():
        if frame.empty:
            raise EconomyError(f"Shock({name}=...) has no rows, so it names nobody; leave it out for no shock")
    shock = Shock(**frames)
    pair: Mapping[str, tuple[str, ...]] = {
        "sector": base.sectors, "importer": base.countries, "exporter": base.countries,
    }  # fmt: skip
    own: Mapping[str, tuple[str, ...]] = {"sector": base.sectors, "country": base.countries}
    for name, frame in frames.items():
        if name in ("productivity", "supply"):
            _require_touched(f"Shock.{name}", frame, own, base.output > 0, "made")
        elif name != "transfer":
            _require_touched(f"Shock.{name}", frame, pair, base.pi > 0, "traded")
    tau = base.tau
    if shock.tariff is not None:
        rate = tariff_rates("Shock.tariff", shock.tariff)
        new = scatter("Shock.tariff", shock.tariff, pair, rate, fill=np.nan)
        tau = np.where(np.isnan(new), base.tau, new)
    iceberg = _factors("iceberg", shock.iceberg, ("exporter", "importer"), pair)
    if not closure.is_short_run and shock.supply is not None:
        raise EconomyError(
            'Shock(supply=...) changes a specific factor, but Closure(labour="mobile") has none; '
            'use Closure(labour="specific"), or Shock(productivity=...)'
        )
    return ShockArrays(
        tau=tau,
        log_kappa_hat=np.log1p(tau) - np.log1p(base.tau) + np.log(iceberg) + _bans(shock.ban, base, pair),
        log_productivity=np.log(_factors("productivity", shock.productivity, ("country",), own)),
        supply=_factors("supply", shock.supply, ("country",), own),
        transfer=_transfer(shock.transfer, base),
        levies=_levies(shock, base),
    )


def _require_touched(
    table: str, frame: pd.DataFrame, axes: Mapping[str, tuple[str, ...]], there: npt.NDArray[np.bool_], verb: str
) -> None:
    """Refuse a shock to cells that are all nothing at base: nothing stays nothing, and an answer of zero misleads."""
    keys = frame[[column for column in axes if column in frame]]
    if not set(axes) - {"sector"} <= set(keys):
        return  # the table's own check tells what is missing
    named = scatter(table, keys, axes, np.ones(len(keys)), fill=0.0) > 0
    if not there[named].any():
        first = ", ".join(f"{column} {keys[column].iloc[0]}" for column in keys)
        raise EconomyError(
            f"table {table}: nothing that it names is {verb} in the base year (row 1: {first}), and here what is "
            f"nothing stays nothing; give it a small value in table trade, or leave the shock out"
        )


def _factors(
    name: str, frame: pd.DataFrame | None, keys: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> Array:
    if frame is None:
        return np.ones(tuple(len(labels) for labels in axes.values()))
    require_columns(f"Shock.{name}", frame, (*keys, "factor"), ("sector",))
    factor = numbers(f"Shock.{name}", frame, "factor", above=0, advice="A factor of 1 is no change")
    return scatter(f"Shock.{name}", frame, axes, factor, fill=1.0)


def _bans(frame: pd.DataFrame | None, base: Baseline, pair: Mapping[str, tuple[str, ...]]) -> Array | float:
    """Infinite log cost where a flow is banned."""
    if frame is None:
        return 0.0
    require_columns("Shock.ban", frame, ("exporter", "importer"), ("sector",))
    home = frame["exporter"].astype(str) == frame["importer"].astype(str)
    if home.any():
        row = int(np.argmax(home))
        raise EconomyError(
            f"table Shock.ban, row {row + 1}: {frame['exporter'].iloc[row]} cannot be barred from its own market; "
            f"lower its productivity or supply instead"
        )
    banned = scatter("Shock.ban", frame, pair, np.ones(len(frame)), fill=0.0) > 0
    refuse_nobody(base, banned)
    return np.where(banned, np.inf, 0.0)


def refuse_nobody(base: Baseline, banned: npt.NDArray[np.bool_]) -> None:
    """Raise `EconomyError` where bans (S, N, N) leave a country nobody to buy from."""
    nobody = (np.where(banned, 0.0, base.pi).sum(axis=2) <= 0) & (base.expenditure > 0)
    if nobody.any():
        s, n = np.argwhere(nobody)[0]
        raise EconomyError(
            f"Shock.ban leaves {base.countries[n]} nobody to buy {base.sectors[s]} from, not even itself; "
            f"leave it one seller"
        )


def _transfer(frame: pd.DataFrame | None, base: Baseline) -> Array:
    if frame is None:
        return np.zeros(len(base.countries))
    require_columns("Shock.transfer", frame, ("country", "value"))
    values = numbers("Shock.transfer", frame, "value")
    transfer = scatter("Shock.transfer", frame, {"country": base.countries}, values, fill=0.0)
    if abs(transfer.sum()) > 1e-9 * np.abs(transfer).max():
        raise EconomyError(f"Shock.transfer sums to {transfer.sum():.6g}; what one gets another gives: it must be zero")
    return transfer


def _levies(shock: Shock, base: Baseline) -> Levies:
    parts: list[tuple[npt.NDArray[np.intp], ...]] = []
    values: list[Array] = []
    melting: list[npt.NDArray[np.bool_]] = []
    for name, column, is_quota, also in (("export_tax", "rate", False, ()), ("quota", "factor", True, ("melts",))):
        frame = getattr(shock, name)
        if frame is None:
            continue
        table = f"Shock.{name}"
        require_columns(table, frame, ("exporter", "importer", column), ("sector", "recipient", *also))
        value = numbers(
            table,
            frame,
            column,
            above=0.0 if is_quota else -1.0,
            maximum=np.inf if is_quota else HIGHEST_RATE,
        )
        full = frame if "sector" in frame.columns else frame.merge(pd.DataFrame({"sector": base.sectors}), how="cross")
        if not is_quota:
            refuse_gross(table, value, advice="")
        value = np.repeat(value, len(full) // len(frame))
        owner = (
            full["recipient"].where(full["recipient"].notna(), full["exporter"])
            if "recipient" in full
            else full["exporter"]
        )
        s = codes(table, full, "sector", base.sectors)
        n = codes(table, full, "importer", base.countries)
        i = codes(table, full, "exporter", base.countries)
        scatter(
            table,
            full,
            {"sector": base.sectors, "importer": base.countries, "exporter": base.countries},
            value,
            fill=0.0,
        )
        o = codes(table, full.assign(recipient=owner), "recipient", base.countries)
        traded = base.pi[s, n, i] > 0
        parts.append((s[traded], n[traded], i[traded], o[traded], np.full(int(traded.sum()), is_quota, dtype=np.intp)))
        values.append(value[traded])
        melting.append(_melts(full)[traded])
    if not parts:
        empty = np.empty(0, dtype=np.intp)
        none = np.empty(0, dtype=bool)
        return Levies((empty, empty, empty), np.empty(0), none, np.empty(0), empty, none)
    s, n, i, owner_code, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    _refuse_overlap(base, s, n, i)
    value, quota = np.concatenate(values), kind.astype(bool)
    return Levies(
        (s, n, i),
        np.where(quota, 0.0, np.log1p(np.where(quota, 0.0, value))),
        quota,
        np.where(quota, value, np.inf),
        owner_code,
        np.concatenate(melting),
    )


def _melts(quota: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows of a table say that their rent is nobody's."""
    if "melts" not in quota:
        return np.zeros(len(quota), dtype=bool)
    for row, said in enumerate(quota["melts"]):
        if not isinstance(said, bool | np.bool_):
            raise EconomyError(
                f"table Shock.quota, row {row + 1}: melts is {said!r}; allowed are True, where nobody gets the "
                f"rent, and False"
            )
    return quota["melts"].to_numpy(dtype=bool)


def _refuse_overlap(base: Baseline, s: npt.NDArray[np.intp], n: npt.NDArray[np.intp], i: npt.NDArray[np.intp]) -> None:
    cell = np.stack([s, n, i], axis=1)
    unique, counts = np.unique(cell, axis=0, return_counts=True)
    if (counts > 1).any():
        a, b, c = unique[np.argmax(counts > 1)]
        raise EconomyError(
            f"{base.countries[c]} to {base.countries[b]} in {base.sectors[a]} has both an export tax and a quota; "
            f"give one of them"
        )
