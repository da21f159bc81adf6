"""Tables that cannot be: each gives one message that names the row and the fix."""

from collections.abc import Callable

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from tests.economy.worlds import SECTORS, cell, tables, world

from zollverein.economy import Closure, Economy, Effects, Outcome, Shock, formation, leaving, merger, splitting
from zollverein.errors import EconomyError, OutputError, ZollvereinError

THETA = pd.DataFrame({"sector": SECTORS, "theta": [4.0, 6.0]})


def with_table(name, change):
    built = tables(tariffs=0.1)
    built[name] = change(built[name].copy())
    return lambda: Economy.from_tables(**built, theta=THETA)


def with_theta(value):
    return lambda: Economy.from_tables(**tables(), theta=value)


def put(column, value, row=4):
    def change(frame):
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = value
        return frame

    return change


def drop(row):
    return lambda frame: frame.drop(index=row)


def twice(row):
    return lambda frame: pd.concat([frame, frame.loc[[row]]], ignore_index=True)


def output_of(factor, country="AAA"):
    def make():
        built = tables()
        trade = built.pop("trade")
        home = trade["exporter"] == trade["importer"]
        made = trade.groupby(["exporter", "sector"])["value"].sum().reset_index()
        made.columns = ["country", "sector", "value"]
        made.loc[made["country"] == country, "value"] *= factor
        return Economy.from_tables(trade[~home], output=made, theta=THETA, **built)

    return make


WRONG_TABLES = {
    "a missing pair of value added": (with_table("value_added", drop(2)), ["value_added", "BBB", "food", "add one"]),
    "a missing pair": (with_table("trade", lambda f: f[(f["exporter"] != "AAA") | (f["importer"] != "BBB")]), ["AAA to BBB", "one pair is missing", "add the flow"]),
    "a tariff on one's own goods": (with_table("tariffs", put("exporter", "BBB", 0)), ["row 1", "BBB", "own goods"]),
    "gross tariffs with some free": (with_table("tariffs", lambda f: f.assign(rate=np.r_[1.0, 3.0, 1.0 + f["rate"][2:]])), ["gross", "rate_percent"]),
    "percents for rates": (with_table("tariffs", lambda f: f.assign(rate=100 * f["rate"].clip(0.02))), ["of 12 rates", "divide by a hundred"]),
    "gross but for a few": (with_table("tariffs", lambda f: f.assign(rate=np.r_[0.0, 0.99, 1.6 + f["rate"][2:]])), ["gross"]),
    "a date for a value": (with_table("trade", lambda f: f.assign(value=pd.Timestamp("2020"))), ["datetime64", "plain numbers"]),
    "a column twice": (with_table("trade", lambda f: pd.concat([f, f[["value"]]], axis=1)), ["'value' twice"]),
    "a missing theta": (with_theta(THETA.iloc[:1]), ["no row for sector tools", "add one"]),
    "a duplicate": (with_table("trade", twice(3)), ["row 19", "stands there twice", "keep one"]),
    "a negative flow": (with_table("trade", put("value", -5.0)), ["row 5", "-5", "never negative"]),
    "exports above output": (output_of(0.01), ["AAA", "exports", "clip=True"]),
    "shares that do not sum": (with_table("inputs", put("share", 0.35, 0)), ["they must add to 1", "AAA"]),
    "an unknown code": (with_table("tariffs", put("importer", "BBC", 0)), ["row 1", "'BBC'", "did you mean 'BBB'"]),
    "an unknown sector": (with_table("inputs", put("user", "foot", 1)), ["row 2", "did you mean 'food'"]),
    "a theta of zero": (with_theta(0.0), ["theta", "above zero"]),
    "a theta below zero": (with_theta(THETA.assign(theta=[4.0, -2.0])), ["row 2", "-2", "above 0"]),
    "a theta next to nothing": (with_theta(1e-300), ["theta", "at least"]),
    "a sigma of one": (with_theta(pd.DataFrame({"sector": SECTORS, "sigma": [5.0, 1.0]})), ["row 2", "above 1"]),
    "theta and sigma": (with_theta(THETA.assign(sigma=5.0)), ["either theta or sigma"]),
    "a percent for a rate": (with_table("tariffs", put("rate", 15.0, 3)), ["row 4", "15", "0.05 is five percent"]),
    "gross tariffs": (with_table("tariffs", lambda f: f.assign(rate=1.0 + f["rate"])), ["gross", "0.05 is five percent"]),
    "different sets of countries": (with_table("trade", lambda f: f[f["importer"] != "CCC"]), ["CCC", "never buys", "add rows"]),
    "a flow that is no number": (with_table("trade", put("value", np.nan)), ["row 5", "nan"]),
    "text for a number": (with_table("trade", put("value", "much")), ["row 5", "'much'"]),
    "a number with a comma": (with_table("trade", put("value", "1,5")), ["row 5", "'1,5'"]),
    "a code that is missing": (with_table("trade", put("exporter", np.nan)), ["row 5", "exporter"]),
    "a column too many": (with_table("trade", lambda f: f.assign(year=2000)), ["'year'", "rename or drop"]),
    "a column too few": (with_table("trade", lambda f: f.drop(columns="value")), ["value is missing"]),
    "no domestic sales": (with_table("trade", lambda f: f[f["exporter"] != f["importer"]]), ["no domestic sales", "add them"]),
    "no table at all": (lambda: Economy.from_tables([1, 2], theta=4.0), ["trade", "a pandas DataFrame"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_a_wrong_table_names_its_row_and_the_fix(name):
    make, said = WRONG_TABLES[name]
    with pytest.raises(EconomyError) as caught:
        make()
    message = str(caught.value)
    for words in said:
        assert words in message, message
    assert "\n" not in message
    assert "np." not in message


WRONG_SHOCKS = {
    "names nobody": (Shock(iceberg=cell("AAA", "BBB", factor=1.1).iloc[:0]), ["names nobody", "leave it out"]),
    "an unknown country": (Shock(iceberg=cell("AAA", "BBBB", factor=1.1)), ["row 1", "did you mean 'BBB'"]),
    "a gross tariff": (Shock(tariff=cell("AAA", "BBB", rate=105.0)), ["105", "gross 1.05"]),
    "a factor of nothing": (Shock(iceberg=cell("AAA", "BBB", factor=0.0)), ["factor is 0", "above 0"]),
    "text": (Shock(iceberg=cell("AAA", "BBB", factor="dear")), ["'dear'"]),
    "twice": (Shock(iceberg=pd.concat([cell("AAA", "BBB", factor=1.1)] * 2)), ["row 2", "twice"]),
    "supply in the long run": (
        Shock(supply=pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [0.5]})),
        ["mobile", "labour=\"specific\""],
    ),
    "a transfer out of nothing": (Shock(transfer=pd.DataFrame({"country": ["AAA"], "value": [5.0]})), ["must be zero"]),
    "no frame": (Shock(iceberg={"AAA": 1.1}), ["Shock.iceberg", "a pandas DataFrame"]),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_SHOCKS)
def test_a_wrong_shock_names_its_row_and_the_fix(name):
    shock, said = WRONG_SHOCKS[name]
    with pytest.raises(EconomyError) as caught:
        Economy.from_tables(**tables(), theta=THETA).solve(shock)
    for words in said:
        assert words in str(caught.value), str(caught.value)


def spread(**columns):
    return pd.DataFrame({"sector": ["food"], **columns})


EFFECTS = Effects(
    pd.Series({"a": np.nan}), pd.DataFrame([[1.0]], ["a"], ["a"]), cell("AAA", "BBB", None, effect="a", value=1.0)
)


def effects(order=("x", "y"), sign=1.0, times=1):
    cells = pd.concat(
        [cell("AAA", "BBB", None, effect="x", value=1.0)] * times + [cell("BBB", "AAA", None, effect="y", value=1.0)]
    )
    variance = pd.DataFrame(sign * np.diag([0.01, 0.09]), index=["x", "y"], columns=["x", "y"])
    return Effects(pd.Series({"x": 0.3, "y": 0.5}), variance.loc[list(order), list(order)], cells)


WRONG_QUESTIONS = {
    "a range upside down": (lambda e: e.draws(theta_uncertainty=spread(low=[5.0], high=[3.0])), "low is 5 and high is 3"),
    "a sector drawn twice": (lambda e: e.draws(theta_uncertainty=pd.concat([spread(low=[3.0], high=[4.0])] * 2)), "twice"),
    "half a draw": (lambda e: e.draws(draws=2.5), "whole number"),
    "no threads": (lambda e: e.draws(draws=2, jobs=0), "jobs is 0"),
    "a seed of text": (lambda e: e.draws(draws=2, seed="x"), "seed is 'x'"),
    "text in a covariance": (lambda e: e.draws(theta_covariance=pd.DataFrame([["a"]], ["food"], ["food"])), "no number"),
    "an effect without a number": (lambda e: e.draws(effects=EFFECTS, draws=2), "coefficient of a is nan"),
    "a quantile of two": (lambda e: e.draws(draws=2).quantiles([2.0]), "0 to 1"),
    "a dict for a shock": (lambda e: e.solve({"tariff": 1}), "a Shock, such as"),
    "text for a closure": (lambda e: e.solve(closure="zero"), "a Closure, such as"),
    "a list of shocks": (lambda e: e.solve_many([Shock()]), "shocks by name"),
    "a list of parts": (lambda e: e.attribute([Shock()]), "parts by name"),
    "nobody's gradient": (lambda e: e.solve().gradient(None), "a country, or weights"),
    "a weight of text": (lambda e: e.solve().gradient({"AAA": "x"}), "weight of AAA"),
    "barriers of no frame": (lambda e: e.solve().gradient("AAA").barriers([1]), "a pandas DataFrame"),
    "a barrier twice": (lambda e: e.solve().gradient("AAA").barriers(pd.concat([cell("BBB", "AAA", ad_valorem=0.1)] * 2)), "twice"),
    "a barrier in no sector": (lambda e: e.solve().gradient("AAA").barriers(cell("BBB", "AAA", "foot", ad_valorem=0.1)), "did you mean 'food'"),
    "an error of nothing": (lambda e: e.solve().gradient("AAA").standard_error(3), "Effects"),
    "a player twice": (lambda e: e.best_tariffs(["AAA", "AAA"]), "stands twice"),
    "a bound of text": (lambda e: e.best_tariffs("AAA", highest="x"), "above 0"),
    "steps in halves": (lambda e: e.log_linear_path(Shock(), steps=2.5), "whole number"),
    "an outcome of another economy": (lambda e: e.settled_at(Economy.from_tables(**tables(), theta=8.0).solve()), "another economy's"),
    "a covariance in another order": (lambda e: e.solve().gradient("AAA").standard_error(effects(order=["y", "x"])), "the same order"),
    "a covariance below nothing": (lambda e: e.solve().gradient("AAA").standard_error(effects(sign=-1.0)), "no covariance"),
    "a cell of an effect twice": (lambda e: e.draws(effects=effects(times=2), draws=2), "stands there twice"),
    "the same in a standard error": (lambda e: e.solve().gradient("AAA").standard_error(effects(times=2)), "stands there twice"),
    "a gross tariff on outsiders": (lambda e: formation(e.base, ["AAA", "BBB"], external=1.05), "gross"),
    "letters for members": (lambda e: splitting(e.base, ["AAA", "BBB"], tariff=0.1), "a list of names"),
    "a bloc of nobody": (lambda e: merger(e.base, [["AAA", "BBB"], []]), "nobody"),
    "rates for one sector of two": (lambda e: leaving(e.base, "AAA", ["AAA", "BBB"], tariff=pd.concat([cell("AAA", "BBB", rate=0.1), cell("BBB", "AAA", rate=0.1)])), "in tools"),
    "a part called total": (lambda e: e.attribute({"total": Shock(iceberg=cell("AAA", "BBB", factor=1.1))}), "name it otherwise"),
    "a frame for a shock": (lambda e: e.solve(cell("AAA", "BBB", rate=0.1)), "a Shock, such as"),
    "a number for a player": (lambda e: e.best_tariffs([1]), "no player '1'"),
    "an export tax that is gross": (lambda e: e.solve(Shock(export_tax=cell("AAA", "BBB", rate=1.05))), "gross"),
    "a leaver who is no member": (lambda e: leaving(e.base, "CCC", ["AAA", "BBB"], tariff=0.1), "cannot leave"),
    "an economy for its base": (lambda e: formation(e, ["AAA", "BBB"], external="mean"), "the `base` of an Economy"),
    "a barrier in percent": (lambda e: e.solve().gradient("AAA").barriers(cell("BBB", "AAA", ad_valorem=20.0)), "twenty percent"),
    "a tariff of text": (lambda e: leaving(e.base, "AAA", ["AAA", "BBB"], tariff="x"), "a rate"),
    "a price of nobody": (lambda e: e.solve().border_price("AAAA", "food"), "did you mean 'AAA'"),
    "an array without labels": (lambda e: Economy.from_xarray([1], theta=4.0), "xarray.DataArray"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_QUESTIONS)
def test_a_wrong_question_is_answered_in_words(name):
    ask, said = WRONG_QUESTIONS[name]
    with pytest.raises(ZollvereinError) as caught:
        ask(Economy.from_tables(**tables(), theta=THETA))
    assert said in str(caught.value), str(caught.value)


def test_a_factor_on_what_nobody_makes_is_refused():
    built = tables()
    made = (built["trade"]["exporter"] == "AAA") & (built["trade"]["sector"] == "food")
    built["trade"].loc[made, "value"] = 0.0
    economy = Economy.from_tables(**built, theta=THETA)
    nothing = pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [2.0]})
    with pytest.raises(EconomyError, match="nothing that it names is made"):
        economy.solve(Shock(productivity=nothing))
    bans = {name: Shock(ban=cell(name, "AAA")) for name in ("BBB", "CCC")}
    with pytest.raises(EconomyError, match="nobody to buy food from"):
        economy.attribute(bans)


def test_labels_that_are_numbers_work_all_the_way():
    built = {name: frame.replace({"AAA": 1, "BBB": 2, "CCC": 3}) for name, frame in tables().items()}
    gradient = Economy.from_tables(**built, theta=THETA).solve().gradient("1")
    wedge = pd.DataFrame({"exporter": [2], "importer": [1], "ad_valorem": [0.1]})
    assert len(gradient.barriers(wedge)) == 2


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda outcome: outcome.decompose([]), "choose one of country"),
        (lambda outcome: outcome.to_excel(None), "workbook's path is None"),
        (lambda outcome: outcome.to_parquet(7), "folder is 7"),
        (lambda outcome: outcome.gradient("AAA").costliest("x"), "whole number from 1"),
    ],
)
def test_questions_of_the_wrong_kind_are_answered_in_words(ask: Callable[[Outcome], object], told: str) -> None:
    outcome = world().solve(Shock(iceberg=cell("AAA", "BBB", factor=1.1)))
    with pytest.raises(ZollvereinError, match=told):
        ask(outcome)


def test_a_label_is_never_a_formula_in_a_workbook(tmp_path):
    built = {name: frame.replace({"AAA": "=1+1"}) for name, frame in tables().items()}
    path = Economy.from_tables(**built, theta=THETA).solve().to_excel(tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(path)["accounts"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    odd = {name: frame.replace({"AAA": "a\x01"}) for name, frame in tables().items()}
    with pytest.raises(OutputError, match="no workbook takes"):
        Economy.from_tables(**odd, theta=THETA).solve().to_excel(tmp_path / "odd.xlsx")
    assert not (tmp_path / "odd.xlsx").exists()


@pytest.mark.parametrize("name", ["iceberg", "tariff", "quota", "export_tax", "ban"])
def test_a_shock_to_what_is_not_traded_is_refused(name):
    built = tables()
    nothing = (built["trade"]["exporter"] == "AAA") & (built["trade"]["importer"] == "BBB")
    built["trade"].loc[nothing, "value"] = 0.0
    value = {"tariff": {"rate": 0.2}, "export_tax": {"rate": 0.2}, "ban": {}}.get(name, {"factor": 0.5})
    with pytest.raises(EconomyError, match="nothing that it names is traded"):
        Economy.from_tables(**built, theta=THETA).solve(Shock(**{name: cell("AAA", "BBB", **value)}))


def test_exports_above_output_may_raise_it_and_the_ledger_says_so():
    built = tables()
    trade = built.pop("trade")
    home = trade["exporter"] == trade["importer"]
    made = trade.groupby(["exporter", "sector"])["value"].sum().reset_index()
    made.columns = ["country", "sector", "value"]
    economy = Economy.from_tables(trade[~home], output=made, theta=THETA, **built)
    assert economy.ledger.empty
    assert economy.base.flows.sum() == pytest.approx(trade["value"].sum())
    short = made.copy()
    short.loc[0, "value"] = 1.0
    with pytest.raises(EconomyError, match="clip=True"):
        Economy.from_tables(trade[~home], output=short, theta=THETA, **built)
    raised = Economy.from_tables(trade[~home], output=short, theta=THETA, clip=True, **built)
    row = raised.ledger[raised.ledger["why"] == "output raised to exports"].iloc[0]
    exports = trade.loc[~home & (trade["exporter"] == "AAA") & (trade["sector"] == "food"), "value"].sum()
    assert (row["country"], row["sector"], row["was"]) == ("AAA", "food", 1.0)
    assert row["now"] == pytest.approx(exports)


def test_a_base_without_deficits_is_solved_first_and_the_ledger_says_what_moved():
    built = tables()
    with_deficits = Economy.from_tables(**built, theta=THETA)
    assert np.abs(with_deficits.base.deficit).max() > 1.0
    balanced = Economy.from_tables(**built, theta=THETA, deficits="zero")
    assert np.abs(balanced.base.deficit).max() < 1e-9
    assert (balanced.solve(closure=Closure(deficits="zero")).real_income.abs() < 1e-9).all()
    assert set(balanced.ledger["why"]) == {"the base was solved to an equilibrium"}
    assert len(balanced.ledger) == 6


def test_absent_pairs_may_be_no_trade_and_sparse_tables_need_not_say_so():
    built = tables()
    trade = built.pop("trade")
    hole = trade[(trade["exporter"] != "AAA") | (trade["importer"] != "BBB")]
    economy = Economy.from_tables(hole, theta=THETA, absent_pairs="zero", **built)
    flows = economy.base.flows
    assert flows[:, 1, 0].sum() == 0.0
    sparse = hole.drop(index=hole.index[hole["sector"].eq("food") & hole["exporter"].eq("BBB")][0])
    assert Economy.from_tables(sparse, theta=THETA, **built).base.flows[:, 1, 0].sum() == 0.0
    with pytest.raises(EconomyError, match="choose one of"):
        Economy.from_tables(hole, theta=THETA, absent_pairs="skip", **built)


def test_final_shares_of_ones_own_are_solved_to_a_base():
    built = tables()
    derived = Economy.from_tables(**built, theta=THETA)
    own = pd.DataFrame([(c, s) for c in derived.countries for s in derived.sectors], columns=["country", "sector"])
    same = own.assign(share=derived.base.alpha.T.ravel())
    again = Economy.from_tables(**built, theta=THETA, final=same)
    assert again.ledger.empty
    assert np.allclose(again.base.alpha, derived.base.alpha, atol=1e-12)
    rounded = Economy.from_tables(**built, theta=THETA, final=same.assign(share=same["share"].round(7)))
    assert rounded.ledger.empty
    assert rounded.solve().certificate.max_residual < 1e-10
    other = own.assign(share=np.tile([0.3, 0.7], 3))
    moved = Economy.from_tables(**built, theta=THETA, final=other)
    assert np.allclose(moved.base.alpha, np.array([[0.3], [0.7]]), atol=1e-9)
    assert set(moved.ledger["why"]) == {"final demand as given", "the base was solved to an equilibrium"}
    assert (moved.solve().real_income.abs() < 1e-9).all()
    with pytest.raises(EconomyError, match="they must add to 1"):
        Economy.from_tables(**built, theta=THETA, final=other.assign(share=0.3))


def test_arrow_tables_go_in_as_they_are():
    built = tables(tariffs=0.1)
    arrow = {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in built.items()}
    dear = cell("AAA", "BBB", factor=1.2)
    one = Economy.from_tables(**built, theta=THETA).solve(Shock(iceberg=dear)).real_income
    two = Economy.from_tables(**arrow, theta=pa.Table.from_pandas(THETA)).solve(
        Shock(iceberg=pa.Table.from_pandas(dear))
    )
    pd.testing.assert_series_equal(one, two.real_income)


def test_a_closure_that_is_none_is_refused():
    for given, said in (
        ({"deficits": "none"}, "choose one of fixed"),
        ({"labour": "slow"}, "choose one of mobile"),
        ({"specific_share": 1.5}, "0 to 1"),
        ({"specific_share": 0.5}, "mobile"),
    ):
        with pytest.raises(EconomyError, match=said):
            Closure(**given)
