"""What must hold for any panel: no answer depends on order, names or units; what is predicted adds up; rows add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gravity.panels import panel, table

from zollverein.gravity import Design, Estimate, Log, Panel, estimate

THREE_WAY = ("exporter-year", "importer-year", "pair")
SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=12, deadline=None)


def design(pairs: bool, **options: object) -> Design:
    terms = ("agreement",) if pairs else ("agreement", Log("distance"), "contiguity")
    families = THREE_WAY if pairs else THREE_WAY[:2]
    return Design(terms, families, domestic="keep" if pairs else "drop", **options)  # type: ignore[arg-type]


def fitted(frame: pd.DataFrame, pairs: bool = True, **options: object) -> Estimate:
    return estimate(Panel.from_table(frame), design(pairs, **options), backend="newton")


def assert_alike(a: Estimate, b: Estimate, tolerance: float = 1e-9) -> None:
    assert np.abs(a.coefficients - b.coefficients).max() < tolerance
    assert np.allclose(a.covariance, b.covariance, rtol=1e-7, atol=0.0)
    assert a.ledger["rows"].tolist() == b.ledger["rows"].tolist()
    assert a.pseudo_r2 == pytest.approx(b.pseudo_r2, abs=1e-9)


@FEW
@given(seed=SEEDS, pairs=st.booleans())
def test_the_order_of_rows_changes_no_digit(seed: int, pairs: bool) -> None:
    frame = table(seed, zeros=0.2)
    shuffled = frame.sample(frac=1.0, random_state=seed)
    a, b = fitted(frame, pairs), fitted(shuffled, pairs)
    assert a.coefficients.equals(b.coefficients)
    assert a.covariance.equals(b.covariance)
    assert a.fitted.equals(b.fitted)


@FEW
@given(seed=SEEDS, pairs=st.booleans())
def test_names_of_countries_do_not_matter(seed: int, pairs: bool) -> None:
    frame = table(seed, zeros=0.2)
    names = sorted(set(frame["exporter"]))
    turned = dict(
        zip(names, np.random.default_rng(seed).permutation([f"Z{k}" for k in range(len(names))]), strict=True)
    )
    renamed = frame.assign(exporter=frame["exporter"].map(turned), importer=frame["importer"].map(turned))
    assert_alike(fitted(frame, pairs), fitted(renamed, pairs))


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, factor=st.sampled_from([1e-6, 0.37, 1e3, 1e9]))
def test_the_unit_of_trade_does_not_matter(seed: int, factor: float) -> None:
    frame = table(seed, zeros=0.2)
    a, b = fitted(frame), fitted(frame.assign(trade=frame["trade"] * factor))
    assert_alike(a, b)
    assert np.allclose(b.fitted["fitted"], a.fitted["fitted"] * factor, rtol=1e-8)
    assert a.reset().statistic == pytest.approx(b.reset().statistic, rel=1e-6, abs=1e-8)
    assert np.allclose(a.resistances().inward["inward"], b.resistances().inward["inward"], rtol=1e-8)


@FEW
@given(seed=SEEDS, pairs=st.booleans(), zeros=st.floats(0.0, 0.6))
def test_predicted_trade_adds_up_to_outputs_and_expenditures(seed: int, pairs: bool, zeros: float) -> None:
    found = fitted(table(seed, zeros=zeros), pairs)
    for keys in (["exporter", "year"], ["importer", "year"], ["exporter", "importer"]):
        if len(keys) == 2 and (pairs or "year" in keys):
            sums = found.fitted.groupby(keys)[["trade", "fitted"]].sum()
            assert np.allclose(sums["fitted"], sums["trade"], rtol=1e-8)
    assert found.adding_up < 1e-8


@FEW
@given(seed=SEEDS, pairs=st.booleans(), zeros=st.floats(0.0, 0.6))
def test_the_score_is_nothing(seed: int, pairs: bool, zeros: float) -> None:
    """``X'(y - mu) = 0``, from the fitted frame alone; and the certificate says as much."""
    frame = table(seed, zeros=zeros)
    found = fitted(frame, pairs)
    rows = found.fitted.merge(frame.drop(columns="trade"), on=["exporter", "importer", "year"])
    rows["log_distance"] = np.log(rows["distance"])
    gap = rows["trade"] - rows["fitted"]
    for term in found.coefficients.index:
        assert abs(float(rows[term] @ gap)) <= 1e-8 * float(rows[term].abs() @ rows["trade"])
    certificate = found.certificate
    assert certificate.max_score <= certificate.tolerance
    assert certificate.max_score == pytest.approx(max(certificate.regressors.max(), certificate.fixed_effects.max()))
    assert certificate.remaining_step < 1e-6


@FEW
@given(seed=SEEDS, zeros=st.floats(0.0, 0.6), home=st.booleans(), blanks=st.booleans())
def test_the_ledger_adds_up(seed: int, zeros: float, home: bool, blanks: bool) -> None:
    frame = table(seed, zeros=zeros, home=home)
    if blanks:
        frame.loc[frame.index % 17 == 3, "agreement"] = np.nan
    found = fitted(frame, years=[2001, 2002, 2003])
    counted = found.ledger.set_index("reason")["rows"]
    assert counted["given"] == len(frame)
    assert counted["given"] - counted.iloc[1:-1].sum() == counted["used"] == found.observations == len(found.fitted)
    assert counted["outside the years"] == (frame["year"] == 2000).sum()
    apart = counted[[r for r in counted.index if r.startswith(("separated", "singleton"))]].sum()
    assert apart == len(found.left_out)
    if blanks:
        assert counted["a regressor is missing"] == frame.loc[frame["year"] > 2000, "agreement"].isna().sum()


@FEW
@given(seed=SEEDS)
def test_effects_rebuild_what_is_fitted(seed: int) -> None:
    found = fitted(table(seed, zeros=0.2))
    rows = found.fitted.merge(table(seed)[["exporter", "importer", "year", "agreement"]])
    index = found.coefficients["agreement"] * rows["agreement"]
    for frame in found.fixed_effects.values():
        index = index + rows.merge(frame, how="left")["effect"]
    assert np.allclose(np.exp(index), rows["fitted"], rtol=1e-8)


def test_effects_have_the_least_sum_of_squares() -> None:
    """Any shift between families that leaves the sums alone makes them longer: they are orthogonal to it."""
    effects = fitted(table(2)).fixed_effects
    by_country = effects["exporter-year"].groupby("exporter")["effect"].sum()
    of_pairs = effects["pair"].groupby("exporter")["effect"].sum()
    assert np.allclose(by_country, of_pairs, atol=1e-8)  # moving a constant from a country's years to its pairs
    in_year = [effects[f].groupby("year")["effect"].sum() for f in ("exporter-year", "importer-year")]
    assert np.allclose(*in_year, atol=1e-8)


def test_the_same_twice_and_draws_begin_alike() -> None:
    a, b = fitted(table(3)), fitted(table(3))
    assert a.coefficients.equals(b.coefficients)
    assert a.draws(5, 7).equals(b.draws(9, 7).iloc[:5])
    assert not a.draws(5, 7).equals(a.draws(5, 8))


def test_draws_have_the_covariance() -> None:
    found = fitted(table(3), pairs=False)
    drawn = found.draws(200_000, 1)
    error = np.sqrt(np.diag(found.covariance))
    assert np.abs((drawn.mean() - found.coefficients) / error).max() < 0.02
    assert np.allclose(np.cov(drawn.T) / np.outer(error, error), found.covariance / np.outer(error, error), atol=0.02)


def test_no_pairs_no_effects_is_one_constant() -> None:
    found = estimate(panel(1), Design((Log("distance"), "contiguity"), ()), backend="newton")
    assert list(found.fixed_effects) == ["constant"]
    assert found.fitted["fitted"].sum() == pytest.approx(found.fitted["trade"].sum(), rel=1e-12)


def test_sectors_have_effects_of_their_own() -> None:
    two = pd.concat([table(1).assign(good="x"), table(2).assign(good="y")])
    rows = Panel.from_table(two, sector="good")
    families = ("exporter-sector-year", "importer-sector-year", "pair-sector")
    found = estimate(rows, Design(("agreement",), families), backend="newton")
    sums = found.fitted.groupby(["exporter", "year", "sector"])[["trade", "fitted"]].sum()
    assert len(sums) == 8 * 4 * 2
    assert np.allclose(sums["trade"], sums["fitted"], rtol=1e-8)
    assert found.resistances().residual < 1e-8
    assert set(found.resistances().outward.columns) == {"country", "year", "sector", "output", "outward"}
