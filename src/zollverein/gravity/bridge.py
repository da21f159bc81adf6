"""From an estimate to what an economy takes: effects on trade with their covariance, and the trade elasticity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from zollverein.errors import GravityError, UnknownNameError
from zollverein.given import framed
from zollverein.gravity.estimate import REACH, Estimate

__all__ = ["Elasticity", "Valuation", "effect_arguments", "trade_elasticity"]

Valuation = Literal["with_tariff", "net_of_tariff"]


@dataclass(frozen=True)
class Elasticity:
    """A trade elasticity with its uncertainty.

    Attributes
    ----------
    theta : of trade to its cost, positive. standard_error : of it. low, high : bounds of 95 percent.
    """

    theta: float
    standard_error: float
    low: float
    high: float


def effect_arguments(estimate: Estimate, cells: Any) -> dict[str, Any]:
    """Return what ``Effects`` of the economy engine takes: coefficients, covariance, and cells.

    Only the effects that cells name are passed on, with their own part of the covariance.

    Parameters
    ----------
    cells : exporter, importer, effect, value [, sector]: how much of an effect comes (1) or goes (-1) where.

    Raises
    ------
    GravityError : cells are no table, or name no effect. UnknownNameError : an effect that was not estimated.
    """
    frame = framed("cells", cells, GravityError)
    if "effect" not in frame or frame.empty:
        raise GravityError("table cells names no effect; give columns exporter, importer, effect and value")
    names = list(dict.fromkeys(frame["effect"].astype(str)))
    for name in names:
        if name not in estimate.coefficients.index:
            raise UnknownNameError("effect", name, map(str, estimate.coefficients.index), "table cells")
    return {
        "coefficients": estimate.coefficients[names],
        "covariance": estimate.covariance.loc[names, names],
        "cells": frame,
    }


def trade_elasticity(estimate: Estimate, *, valuation: Valuation, term: str = "log_1_plus_tariff") -> Elasticity:
    """Return theta, the elasticity of trade to its cost, from the coefficient of ``log(1 + tariff)``.

    Spending on imports, valued with the tariff, falls by ``theta`` percent for one percent of cost. Trade as customs
    report it is net of the tariff, spending over ``1 + tariff``, and falls by one percent more. Hence ``theta`` is less
    the coefficient where the panel's trade is valued ``with_tariff``, and less the coefficient less one where it is
    ``net_of_tariff`` (free on board or with insurance and freight alike).

    Parameters
    ----------
    term : the regressor.

    Raises
    ------
    GravityError : the valuation is not one of these. UnknownNameError : the term was not estimated.
    """
    if valuation not in get_args(Valuation):
        raise GravityError(f"valuation is {valuation!r:.40}; allowed is {', '.join(get_args(Valuation))}")
    if term not in estimate.coefficients.index:
        raise UnknownNameError("term", term, map(str, estimate.coefficients.index), "the estimate")
    theta = -float(estimate.coefficients[term]) - (1.0 if valuation == "net_of_tariff" else 0.0)
    at = list(estimate.covariance.index).index(term)
    error = float(np.sqrt(estimate.covariance.to_numpy(dtype=float)[at, at]))
    return Elasticity(theta, error, theta - REACH * error, theta + REACH * error)
