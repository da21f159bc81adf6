"""Who fits the Poisson model first: pyfixest, fereg, or nobody, in which case the Newton steps start from the data.

Whatever a backend gives is only where `zollverein.gravity.newton` starts from; what is reported is certified there.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from zollverein.errors import GravityError, NotConverged
from zollverein.gravity.panel import Floats, Ints

__all__ = ["Backend", "FirstFit", "first_fit", "require_backend"]

Backend = Literal["pyfixest", "fereg", "newton"]
# Tight enough for Newton's steps to be few after it, and not so tight that groups with hardly any trade hold it up.
FIT_TOLERANCE, EFFECT_TOLERANCE, ITERATIONS = 1e-9, 1e-8, 200


@dataclass(frozen=True)
class FirstFit:
    """What a backend found.

    Attributes
    ----------
    index : (n,) linear index, ``log mu``. beta : (k,) its coefficients; NaN where it has none of its own.
    """

    index: Floats
    beta: Floats


def require_backend(backend: str) -> None:
    """Raise `GravityError` unless a backend exists and is installed."""
    if backend not in get_args(Backend):
        raise GravityError(f"backend is {backend!r:.40}; allowed is {', '.join(get_args(Backend))}")
    if backend != "newton":
        _module(backend)


def first_fit(backend: Backend, trade: Floats, x: Floats, codes: Sequence[Ints]) -> FirstFit:
    """Return what a backend fits, to start from.

    Parameters
    ----------
    trade : (n,). x : (n, k). codes : families of groups, each (n,).

    Raises
    ------
    GravityError : the backend is not installed. NotConverged : it gave up.
    """
    if backend == "newton":
        # Half way between what is seen and the mean, as generalised linear models start (McCullagh and Nelder 1989).
        return FirstFit(np.log((trade + trade.mean()) / 2.0), np.full(x.shape[1], np.nan))
    module = _module(backend)
    regressors, effects = [f"x{k}" for k in range(x.shape[1])], [f"f{k}" for k in range(len(codes))]
    columns = dict(zip(regressors, x.T, strict=True)) | dict(zip(effects, codes, strict=True))
    formula = f"y ~ {' + '.join(regressors)} | {' + '.join(effects)}"
    try:
        with warnings.catch_warnings():
            # Rows and regressors are sound when they come here, and the certificate judges the answer.
            warnings.simplefilter("ignore")
            fit = module.fepois(
                formula, pd.DataFrame({"y": trade, **columns}), vcov="iid", fixef_rm="none", separation_check=[],
                iwls_tol=FIT_TOLERANCE, iwls_maxiter=ITERATIONS, fixef_tol=EFFECT_TOLERANCE,
            )  # fmt: skip
            fitted = np.asarray(fit.predict(type="response"), dtype=np.float64).ravel()
            beta = np.asarray(fit.coef(), dtype=np.float64)
    except (ValueError, RuntimeError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise NotConverged(f"{backend} gave up ({error}); try backend='newton'") from error
    if len(beta) != x.shape[1] or len(fitted) != len(trade) or not (np.isfinite(fitted) & (fitted > 0.0)).all():
        raise NotConverged(
            f"{backend} left out some of {len(trade):,} rows or {x.shape[1]} regressors; try backend='newton'"
        )
    return FirstFit(np.log(fitted), beta)


def _module(backend: str) -> Any:  # optional, so that no type is known here
    try:
        return import_module(backend)
    except ImportError as error:
        extra = {"pyfixest": "gravity"}.get(backend, backend)
        raise GravityError(
            f'the backend {backend} is not installed: pip install "zollverein[{extra}]", or take backend="newton", '
            f"which needs nothing"
        ) from error
