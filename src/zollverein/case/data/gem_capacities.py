"""Capacities of pipelines as Global Energy Monitor writes them, in kilotonnes a year where that can be said.

Barrels become tonnes by a stated number of barrels to the tonne: 7.33 for crude oil, the worldwide average of the
Statistical Review of World Energy (approximate conversion factors: 0.1364 t to the barrel). For lighter liquids there
is no one number, so none is taken unless it is given. Gas by volume or heat has no tonnes here and stays in its unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from zollverein.case.data.network_tables import Capacity

__all__ = ["CRUDE_BARRELS_PER_TONNE", "Measured", "in_kilotonnes"]

CRUDE_BARRELS_PER_TONNE = 7.33
BARRELS_PER_M3 = 6.2898
DAYS = 365
# Spellings with capitals and blanks taken off, and what one of the unit is.
BARRELS_A_DAY = {
    "bpd": 1,
    "b/d": 1,
    "bbl/d": 1,
    "bbl/day": 1,
    "barrels/day": 1,
    "barrelsperday": 1,
    "kbd": 1e3,
    "kb/d": 1e3,
}
M3_A_DAY = {"m3/d": 1, "m3/day": 1}
KILOTONNES_A_YEAR = {
    "mtpa": 1e3,
    "mt/y": 1e3,
    "mt/yr": 1e3,
    "mt/year": 1e3,
    "ktpa": 1,
    "kt/y": 1,
    "tpa": 1e-3,
    "t/y": 1e-3,
}
CRUDE = "oil"


@dataclass(frozen=True, slots=True)
class Measured:
    """A capacity as published: a number and its unit, of a fuel."""

    value: float
    unit: str
    fuel: str


def in_kilotonnes(measured: Measured, barrels_per_tonne: float | None = None, valid_from: str = "") -> Capacity | None:
    """Return a capacity in kt a year with how it was come by; None where its unit or fuel has no tonnes.

    Parameters
    ----------
    barrels_per_tonne : for barrels of any fuel; absent: 7.33 for crude oil, and nothing for others.
    """
    unit = measured.unit.lower().replace(" ", "")
    note = f"published as {measured.value:.10g} {measured.unit}"
    if unit in KILOTONNES_A_YEAR:
        kt = measured.value * KILOTONNES_A_YEAR[unit]
        return Capacity(kt, "reported", "", note, valid_from)
    per_tonne, why = _barrels_per_tonne(measured.fuel, barrels_per_tonne)
    if per_tonne is None or unit not in BARRELS_A_DAY | M3_A_DAY:
        return None
    barrels = measured.value * BARRELS_A_DAY.get(unit, M3_A_DAY.get(unit, 0) * BARRELS_PER_M3)
    kt = barrels * DAYS / per_tonne / 1e3
    step = f"x {BARRELS_PER_M3} barrels " if unit in M3_A_DAY else ""
    method = f"{measured.value:.10g} {measured.unit} {step}x {DAYS} days / {per_tonne:g} barrels a tonne ({why})"
    return Capacity(kt, "derived", method, note, valid_from)


def _barrels_per_tonne(fuel: str, given: float | None) -> tuple[float | None, str]:
    """Barrels to the tonne, and on whose word. Crude oil is what begins with oil and is not its products alone."""
    if given is not None:
        return given, "given"
    first = fuel.lower().split(",")[0].strip()
    return (CRUDE_BARRELS_PER_TONNE, "worldwide average of crude oil, assumed") if first == CRUDE else (None, "")
