"""Worlds of any size for benchmarks, from a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zollverein.economy import Closure, Shock
from zollverein.economy.baseline import Baseline, baseline_of_flows
from zollverein.economy.equilibrium import consistent
from zollverein.economy.shock import ShockArrays, shock_arrays

THETA = 4.0


def world(N: int, S: int, seed: int = 0) -> Baseline:
    """Return a world of uneven countries with linkages and tariffs to 15 percent."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.5, N)
    flows = rng.lognormal(0, 1, (S, N, N)) * (0.3 * np.outer(size, size) / size.sum())
    home = np.arange(N)
    flows[:, home, home] = 3 * size * rng.uniform(0.8, 1.2, (S, N))
    gamma = rng.uniform(0.35, 0.6, (S, N))
    inputs = rng.dirichlet(np.full(S, 5.0), size=(N, S)).transpose(0, 2, 1) * (1 - gamma.T)[:, None, :]
    tau = rng.uniform(0, 0.15, (S, N, N))
    tau[:, home, home] = 0
    countries, sectors = tuple(f"C{k:03d}" for k in range(N)), tuple(f"s{k:03d}" for k in range(S))
    base = baseline_of_flows(countries, sectors, flows, tau, rng.uniform(3, 9, S), gamma, inputs)
    alpha = np.maximum(base.alpha, 0.0)
    return consistent(replace(base, alpha=alpha / alpha.sum(axis=0)))


def tariffs_up(base: Baseline, seed: int = 1) -> ShockArrays:
    """Return a shock to every tariff of the world, up to ten points each."""
    rng = np.random.default_rng(seed)
    tau = base.tau + rng.uniform(0, 0.1, base.tau.shape)
    home = np.arange(len(base.countries))
    tau[:, home, home] = 0
    null = shock_arrays(Shock(), base, Closure())
    return replace(null, tau=tau, log_kappa_hat=np.log1p(tau) - np.log1p(base.tau))


def gravity_world(N: int, seed: int = 0) -> tuple[Baseline, pd.DataFrame]:
    """Return a one-sector world that is an exact gravity model, and the same as a table for other programs."""
    rng = np.random.default_rng(seed)
    output = 100 * rng.lognormal(0, 1, N)
    closeness = rng.uniform(-3, -1, (N, N))
    closeness[np.arange(N), np.arange(N)] = 0
    phi = np.exp(closeness)
    outward = np.ones(N)
    for _ in range(10_000):
        outward = phi @ (output / (phi.T @ (output / outward)))
        outward /= outward[0]
    trade = phi * np.outer(output / outward, output / (phi.T @ (output / outward)))
    new = closeness.copy()
    new[0, 1:5] += 0.3
    new[1:5, 0] += 0.3
    i, j = (index.ravel() for index in np.indices((N, N)))
    names = np.array([f"C{k:03d}" for k in range(N)])
    table = pd.DataFrame(
        {"exporter": names[i], "importer": names[j], "year": 2000, "trade": trade.ravel(), "spending": output[j],
         "output": output[i], "closeness": closeness.ravel(), "closeness_new": new.ravel()}
    )  # fmt: skip
    base = baseline_of_flows(
        tuple(names), ("all",), trade.T[None], np.zeros((1, N, N)), np.array([THETA]), np.ones((1, N)),
        np.zeros((N, 1, 1)),
    )  # fmt: skip
    return consistent(base), table


def closer(base: Baseline, table: pd.DataFrame) -> ShockArrays:
    """Return the table's change of closeness as a shock."""
    N = len(base.countries)
    gain = (table["closeness_new"] - table["closeness"]).to_numpy().reshape(N, N)
    null = shock_arrays(Shock(), base, Closure())
    return replace(null, log_kappa_hat=-gain.T[None] / THETA)
