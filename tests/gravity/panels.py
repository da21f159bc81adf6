"""Panels small enough to reason about: trade that a known gravity equation makes, with noise or without."""

import numpy as np
import pandas as pd

from zollverein.gravity import Panel

AGREEMENT, BORDER, DISTANCE = 0.5, -2.0, -0.8


def table(
    seed: int = 0,
    countries: int = 8,
    years: int = 4,
    noise: float = 0.3,
    zeros: float = 0.0,
    home: bool = True,
    tastes: float = 0.5,
) -> pd.DataFrame:
    """Trade with effects of exporters, importers and pairs; agreements come into force over the years.

    ``noise`` is the variance of each row's factor, ``tastes`` the spread of what pairs like beside distance, ``zeros``
    the share of foreign rows without trade.
    """
    rng = np.random.default_rng(seed)
    i, j, t = (axis.ravel() for axis in np.indices((countries, countries, years)))
    far, away = rng.uniform(0.2, 3.0, (countries, countries)), rng.normal(0.0, 1.0, (countries, countries)) * tastes
    # Every pair may enter in its own year; some never do. Both directions enter together.
    enters = rng.integers(0, 2 * years, (countries, countries))
    enters = np.minimum(enters, enters.T)
    agreement = ((enters[i, j] <= t) & (enters[i, j] > 0) & (i != j)).astype(float)
    out, into = rng.normal(2.0, 1.0, (countries, years)), rng.normal(0.0, 1.0, (countries, years))
    index = out[i, t] + into[j, t] + away[i, j] + DISTANCE * far[i, j] + BORDER * (i != j) + AGREEMENT * agreement
    trade = np.exp(index) * (rng.gamma(1.0 / noise, noise, len(i)) if noise else 1.0)
    trade = np.where(rng.random(len(i)) < zeros * (i != j), 0.0, trade)
    names = np.array([f"C{k:02d}" for k in range(countries)])
    frame = pd.DataFrame(
        {
            "exporter": names[i], "importer": names[j], "year": 2000 + t, "trade": trade, "agreement": agreement,
            "distance": np.exp(far[i, j]), "contiguity": (far[i, j] < 1.0).astype(float),
            "tariff": rng.uniform(0.0, 0.3, len(i)) * (i != j),
        }
    )  # fmt: skip
    return frame if home else frame[frame["exporter"] != frame["importer"]].reset_index(drop=True)


def panel(seed: int = 0, **options: float) -> Panel:
    return Panel.from_table(table(seed, **options))  # type: ignore[arg-type]


def dummies(codes: list[np.ndarray]) -> np.ndarray:
    """All groups of all families as columns of zeros and ones, (n, groups)."""
    return np.concatenate([np.eye(int(code.max()) + 1)[code] for code in codes], axis=1)
