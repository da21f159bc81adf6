"""What balancing is held against: problems whose answer is known beforehand, and solvers of another kind."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from zollverein.case.balancing import Constraints

Array = np.ndarray


@dataclass(frozen=True)
class Posed:
    """A problem built backwards from multipliers: the conditions of an optimum hold, and there is only one."""

    seed: Array
    cell_errors: Array
    constraints: Constraints
    answer: Array


def posed(rng: np.random.Generator, cells: int, rows: int, *, signed: bool, soft: bool) -> Posed:
    """Choose multipliers z first: sizes are y0 exp(B'z / w), targets are B y + sigma^2 z."""
    sign = rng.choice([1.0, -1.0], cells) if signed else np.ones(cells)
    seed = sign * rng.lognormal(1.0, 1.0, cells)
    errors = rng.uniform(0.1, 0.8, cells)
    A = rng.integers(-1, 2, (rows, cells)) * rng.uniform(0.5, 2.0, (rows, cells))
    y0 = np.abs(seed)
    w = 1.0 / (errors**2 * y0)
    B = A * sign
    z = rng.normal(size=rows) / np.maximum(np.abs(B / w).sum(axis=1), 1e-9)
    sigma = np.where(rng.random(rows) < 0.5, rng.uniform(0.5, 2.0, rows), 0.0) if soft else np.zeros(rows)
    y = y0 * np.exp(B.T @ z / w)
    constraints = Constraints.linear(A, B @ y + sigma**2 * z, error=sigma)
    return Posed(seed, errors, constraints, sign * y)


def solved_otherwise(seed: Array, weights: Array, constraints: Constraints) -> Array:
    """Minimise the documented objective in the primal, by sequential least squares (SLSQP)."""
    sign, y0 = np.sign(seed), np.abs(seed)
    B, b = constraints.matrix.toarray() * sign, constraints.targets
    hard, soft = constraints.hard, ~constraints.hard
    sigma = constraints.errors[soft]

    def objective(y: Array) -> float:
        gap = (B[soft] @ y - b[soft]) / sigma
        return float(weights @ (y * np.log(y / y0) - y + y0) + 0.5 * gap @ gap)

    def slope(y: Array) -> Array:
        return weights * np.log(y / y0) + B[soft].T @ ((B[soft] @ y - b[soft]) / sigma**2)

    rules = [{"type": "eq", "fun": lambda y: B[hard] @ y - b[hard], "jac": lambda _: B[hard]}] if hard.any() else []
    found = optimize.minimize(
        objective, y0, jac=slope, method="SLSQP", constraints=rules, bounds=[(1e-9, None)] * len(y0),
        options={"maxiter": 500, "ftol": 1e-15},
    )  # fmt: skip
    assert np.abs(B[hard] @ found.x - b[hard]).max(initial=0.0) < 1e-8 * y0.sum()
    return sign * found.x


def can_be_met(A: Array, b: Array, seed: Array) -> bool:
    """Ask a linear programme whether figures of the seed's signs and zeros meet ``A x = b``."""
    live = seed != 0
    B = (A * np.sign(seed))[:, live]
    if len(b) == 0 or not live.any():
        return not np.any(b)
    found = optimize.linprog(np.zeros(B.shape[1]), A_eq=B, b_eq=b, bounds=(0, None), method="highs")
    assert found.status in {0, 2}
    return found.status == 0
