"""What cannot be estimated is refused with what was found, where, what is allowed and what to do."""

import numpy as np
import pandas as pd
import pytest
from tests.gravity.panels import panel, table

from zollverein.errors import GravityError, NotConverged, UnknownNameError, ZollvereinError
from zollverein.gravity import (
    PRESETS,
    Border,
    Design,
    Log,
    Panel,
    agreements,
    border,
    certificate,
    effect_arguments,
    estimate,
    preset_design,
    tariffs,
    trade_elasticity,
)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"regressors": ()}, GravityError, "no regressors"),
        ({"regressors": (3,)}, GravityError, "a regressor is 3"),
        ({"regressors": {"a": 1}}, GravityError, "give a name or a list"),
        ({"fixed_effects": ("exporter-yaer",)}, UnknownNameError, "did you mean 'year'"),
        ({"fixed_effects": ("exporter-year", "year-exporter")}, GravityError, "fixed effect twice"),
        ({"cluster": ()}, GravityError, "no cluster"),
        ({"cluster": ("hetero", "pair")}, GravityError, "not both"),
        ({"cluster": "pairs"}, UnknownNameError, "did you mean 'pair'"),
        ({"domestic": "yes"}, GravityError, "allowed is keep, require, drop"),
        ({"years": [2000], "interval": 2}, GravityError, "one of them"),
        ({"years": []}, GravityError, "give a list"),
        ({"years": "2000"}, GravityError, "give a list"),
        ({"years": [2000.5]}, GravityError, "give a list"),
        ({"interval": 0}, GravityError, "whole number of years from 1"),
        ({"interval": True}, GravityError, "whole number of years from 1"),
    ],
)
def test_designs_that_mean_nothing(options: dict[str, object], error: type[ZollvereinError], words: str) -> None:
    with pytest.raises(error, match=words):
        Design(**({"regressors": ("agreement",)} | options))  # type: ignore[arg-type]


def test_one_name_is_a_list_of_one() -> None:
    design = Design("agreement", "pair", "pair")
    assert (design.regressors, design.fixed_effects, design.cluster) == (("agreement",), ("pair",), ("pair",))


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (Design(("agreement",), years=[1999, 2000]), "no year 1999; it has 2000, 2001, 2002, 2003"),
        (Design(("agreement",), ("exporter-sector",)), "by sector, and the panel has none"),
        (Design(("agreement",), cluster="year", years=[2000]), "all of one cluster"),
        (Design((Log("distance"), "agreement", "twice")), "'twice' is made of 'agreement'"),
        (Design((Border(),), ("exporter-year", "importer-year", "pair")), "'border' is what the fixed effects"),
        (Design(("none",)), "'none' is 0 in all 256 rows used"),
        (Design(("none", "twice", "agreement")), "2 of 3 regressors"),
        (Design(("unknown",)), "no row with trade to estimate on"),
    ],
)
def test_designs_that_do_not_fit_the_panel(design: Design, words: str) -> None:
    frame = table()
    frame = frame.assign(twice=2.0 * frame["agreement"], none=0.0, unknown=np.nan)
    with pytest.raises(GravityError, match=words):
        estimate(Panel.from_table(frame), design, backend="newton")


def test_domestic_sales_that_are_needed_and_missing() -> None:
    frame = table()
    gone = (frame["exporter"] == "C02") & (frame["importer"] == "C02") & (frame["year"] == 2001)
    for preset in (agreements(), border(others=(Log("distance"),))):
        with pytest.raises(GravityError, match="missing for C02 in 2001; add rows"):
            estimate(Panel.from_table(frame[~gone]), preset, backend="newton")
    # In other years they are there.
    assert estimate(Panel.from_table(frame[~gone]), agreements(years=[2002, 2003]), backend="newton").observations


def test_what_is_no_panel_and_no_design() -> None:
    with pytest.raises(GravityError, match="the panel is a DataFrame"):
        estimate(table(), agreements(), backend="newton")  # type: ignore[arg-type]
    with pytest.raises(GravityError, match="give a Design"):
        estimate(panel(), "agreements", backend="newton")  # type: ignore[arg-type]


def test_no_certificate_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "TOLERANCE", 0.0)
    with pytest.raises(NotConverged, match="allowed is 0e"):
        estimate(panel(zeros=0.2), agreements(), backend="newton")


@pytest.mark.parametrize(("n", "seed"), [(0, 1), (1.5, 1), (True, 1), (5, -1), (5, 1.5), (5, True)])
def test_draws_are_a_number_of_them_and_a_seed(n: object, seed: object) -> None:
    found = estimate(panel(), agreements(), backend="newton")
    with pytest.raises(GravityError, match="allowed is a whole number"):
        found.draws(n, seed)  # type: ignore[arg-type]


def test_presets_are_what_they_say() -> None:
    assert set(PRESETS) == {
        "traditional", "agreements", "border", "tariffs", "by_agreement", "by_member", "event_study"
    }  # fmt: skip
    for name, preset in PRESETS.items():
        assert preset_design(name) == preset.build()
        assert preset.about
        assert "\n" not in preset.about
    assert preset_design("agreements", lags=(4,), cluster=None) == agreements(lags=(4,))
    with pytest.raises(UnknownNameError, match="did you mean 'tariffs'"):
        preset_design("tarifs")
    with pytest.raises(GravityError, match="takes no option leads"):
        preset_design("border", leads=(4,))


def test_pair_effects_that_do_not_exist_and_a_border_that_they_take_up() -> None:
    with pytest.raises(GravityError, match="allowed is pair, symmetric_pair, none"):
        agreements(pair_effects=None)  # type: ignore[arg-type]
    with pytest.raises(GravityError, match="reference year"):
        border(pair_effects="pair")
    found = estimate(panel(), border(pair_effects="pair", reference=2001), backend="newton")
    assert list(found.coefficients.index) == ["border_2000", "border_2002", "border_2003"]


def test_theta_is_less_the_coefficient_and_less_one_more_where_trade_is_net_of_tariff() -> None:
    rng = np.random.default_rng(1)
    frame = table(2, noise=0.0)
    rate = rng.uniform(0.0, 0.4, len(frame)) * (frame["exporter"] != frame["importer"])
    spent = frame["trade"] * (1.0 + rate) ** -4.0
    valued = {"with_tariff": spent, "net_of_tariff": spent / (1.0 + rate)}
    for valuation, trade in valued.items():
        rows = Panel.from_table(frame.assign(trade=trade, rate=rate))
        found = estimate(rows, tariffs(tariff="rate", others=("agreement",)), backend="newton")
        theta = trade_elasticity(found, valuation=valuation, term="log_1_plus_rate")  # type: ignore[arg-type]
        assert theta.theta == pytest.approx(4.0, abs=1e-8)
        assert theta.standard_error == pytest.approx(float(found.to_frame()["standard_error"].iloc[0]))
        assert theta.low <= theta.theta <= theta.high
    with pytest.raises(GravityError, match="allowed is with_tariff, net_of_tariff"):
        trade_elasticity(found, valuation="cif")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="no term 'log_1_plus_tariff'"):
        trade_elasticity(found, valuation="with_tariff")


def test_arguments_of_effects_name_what_was_estimated() -> None:
    found = estimate(panel(), Design(("agreement", Log("distance"), "contiguity")), backend="newton")
    cells = pd.DataFrame({"exporter": ["C00"], "importer": ["C01"], "effect": ["agreement"], "value": [1.0]})
    given = effect_arguments(found, cells)
    assert given["coefficients"].tolist() == [found.coefficients["agreement"]]
    assert given["covariance"].to_numpy().tolist() == [[found.covariance.loc["agreement", "agreement"]]]
    with pytest.raises(UnknownNameError, match="did you mean 'agreement'"):
        effect_arguments(found, cells.assign(effect="agrement"))
    for bad in (cells.iloc[:0], cells.drop(columns="effect")):
        with pytest.raises(GravityError, match="names no effect"):
            effect_arguments(found, bad)
