"""Standard errors and the RESET test, against their definitions written out with a column for every dummy."""

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, norm
from tests.gravity.panels import dummies, panel, table

from zollverein.gravity import Design, Estimate, Log, Panel, estimate
from zollverein.gravity.design import grouped

TERMS = ("agreement", Log("distance"), "contiguity")


def codes(rows: Panel, names: tuple[str, ...]) -> list[np.ndarray]:
    return [np.arange(len(rows.frame)) if name == "hetero" else grouped(rows, name)[0] for name in names]


def plain_sandwich(rows: Panel, found: Estimate, names: tuple[str, ...]) -> np.ndarray:
    """Every dummy is a column; scores are added up cell by cell with pandas; the block of the regressors is kept."""
    x = np.column_stack([rows.frame["agreement"], np.log(rows.frame["distance"]), rows.frame["contiguity"]])
    z = np.c_[x, dummies(codes(rows, tuple(found.design.fixed_effects)))]
    y, mu = rows.frame["trade"].to_numpy(), found.fitted["fitted"].to_numpy()
    bread = np.linalg.pinv(z.T @ (mu[:, None] * z), hermitian=True)
    scores = pd.DataFrame(z * (y - mu)[:, None])
    clusters = codes(rows, names)
    meat = np.zeros((z.shape[1],) * 2)
    for count in range(1, len(clusters) + 1):
        for chosen in combinations(clusters, count):
            summed = scores.groupby(list(chosen)).sum().to_numpy()
            meat += (-1) ** (count + 1) * summed.T @ summed
    fewest = min(len(np.unique(code)) for code in clusters)
    return (fewest / (fewest - 1) * bread @ meat @ bread)[:3, :3]


@pytest.mark.parametrize(
    "cluster",
    [("pair",), ("symmetric_pair",), ("exporter",), ("exporter", "importer"), ("exporter", "importer", "year"),
     ("hetero",), ("exporter-year", "importer-year")],
)  # fmt: skip
def test_the_sandwich_is_the_one_of_all_dummies(cluster: tuple[str, ...]) -> None:
    rows = panel(5, countries=9, years=5)
    found = estimate(rows, Design(TERMS, cluster=cluster), backend="newton")
    plain = plain_sandwich(rows, found, cluster)
    values, vectors = np.linalg.eigh(plain)
    assert found.mended == bool(values.min() < 0.0)
    mended = (vectors * np.maximum(values, 0.0)) @ vectors.T
    assert np.allclose(found.covariance, mended, rtol=1e-6, atol=1e-9 * np.abs(plain).max())


def test_a_matrix_that_is_no_covariance_is_mended_and_said() -> None:
    found = []
    for seed in range(30):
        one = estimate(panel(seed, countries=5, years=3), Design(TERMS, cluster=("exporter", "importer", "year")), backend="newton")  # fmt: skip  # noqa: E501
        values = np.linalg.eigvalsh(one.covariance)
        assert values.min() >= -1e-12 * values.max()
        found.append(one.mended)
        assert ("eigenvalues below zero" in one.about()) == one.mended
    assert any(found)


@pytest.mark.parametrize("cluster", ["pair", "exporter", "exporter+importer", "hetero"])
def test_the_sandwich_is_pyfixest_s_without_counting_parameters(cluster: str) -> None:
    pyfixest = pytest.importorskip("pyfixest", reason="the extra 'gravity' is not installed")
    frame = table(6, countries=10)
    frame["pair"] = frame["exporter"] + frame["importer"]
    frame["out"], frame["into"] = (frame[side] + frame["year"].astype(str) for side in ("exporter", "importer"))
    frame["far"] = np.log(frame["distance"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = pyfixest.fepois(
            "trade ~ agreement + far + contiguity | out + into", frame,
            vcov="hetero" if cluster == "hetero" else {"CRV1": cluster}, ssc=pyfixest.ssc(k_adj=False, G_df="min"),
            iwls_tol=1e-12, fixef_tol=1e-10,
        )  # fmt: skip
    found = estimate(Panel.from_table(frame), Design(TERMS, cluster=tuple(cluster.split("+"))), backend="newton")
    assert np.allclose(found.coefficients, fit.coef(), rtol=1e-8)
    # Rows that are not correlated are clusters of one; there pyfixest corrects nothing.
    each = len(frame) / (len(frame) - 1) if cluster == "hetero" else 1.0
    assert np.allclose(found.covariance, each * fit._vcov, rtol=1e-6)


def test_the_frame_is_normal_arithmetic() -> None:
    frame = estimate(panel(5), Design(TERMS), backend="newton").to_frame()
    assert np.allclose(frame["z"], frame["estimate"] / frame["standard_error"])
    assert np.allclose(frame["p"], 2 * norm.sf(frame["z"].abs()))
    assert np.allclose(frame["low"], frame["estimate"] - norm.ppf(0.975) * frame["standard_error"])
    assert np.allclose(frame["high"] - frame["estimate"], frame["estimate"] - frame["low"])


def test_reset_is_the_wald_test_on_the_square_of_the_index() -> None:
    rows = panel(7, countries=9)
    design = Design(TERMS, cluster=("pair",))
    found = estimate(rows, design, backend="newton")
    index = np.log(found.fitted["fitted"].to_numpy())
    squared = Panel(rows.frame.assign(square=index**2), rows.rows)
    again = estimate(squared, Design((*TERMS, "square"), cluster=("pair",)), backend="newton")
    wald = float(again.coefficients["square"] ** 2 / again.covariance.loc["square", "square"])
    test = found.reset()
    assert test.statistic == pytest.approx(wald, rel=1e-6)
    assert test.p == pytest.approx(float(chi2.sf(wald, 1)), rel=1e-6)


def test_reset_rejects_a_form_that_is_wrong() -> None:
    """Trade falls with log distance and its square, and log distance alone is in the equation."""
    frame = table(3, countries=20, years=1, home=False)
    far = np.log(frame["distance"])
    noise = np.random.default_rng(3).gamma(20.0, 0.05, len(frame))
    frame = frame.assign(trade=np.exp(1.0 - far - 0.5 * far**2) * noise, square=far**2)
    rows = Panel.from_table(frame)
    wrong = estimate(rows, Design((Log("distance"),), ()), backend="newton")
    right = estimate(rows, Design((Log("distance"), "square"), ()), backend="newton")
    assert wrong.reset().p < 1e-6
    assert right.reset().p > 0.01


def test_pseudo_r2_is_one_less_the_ratio_of_deviances() -> None:
    found = estimate(panel(7, zeros=0.3), Design(TERMS), backend="newton")
    y, mu = found.fitted["trade"], found.fitted["fitted"]

    def deviance(m: pd.Series) -> float:
        logs = np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / m), 0.0)
        return float(2 * (logs - (y - m)).sum())

    assert found.pseudo_r2 == pytest.approx(1 - deviance(mu) / deviance(0 * mu + y.mean()), abs=1e-12)
