"""Against history: nothing of after the freeze enters, errors and skill are as defined, and every routing certifies."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

import zollverein as zv
from zollverein.errors import CaseError, NetworkError, UnknownNameError, ZollvereinError
from zollverein.stress.hindcast_measures import in_proportion
from zollverein.stress.hindcast_network import STATUSES, network_known
from zollverein.stress.hindcast_tables import announced_record, episodes_of, inputs_of, outages_of, published_on
from zollverein.stress.hindcasting import FORECASTS, scored

EPISODE = "court-order-2022"
LATER = ("volumes", "balance", "forecasts", "founding", "observed")
USED = {"used", "undated", "published_later", "input", "input_published_later"}


@pytest.fixture(scope="module")
def case(eurasia):
    return eurasia


@pytest.fixture(scope="module")
def past(case):
    return zv.hindcast(case=case)


def changed(case, **tables):
    return replace(case, tables=MappingProxyType({**case.tables, **tables}))


def one(case, episode, variant):
    (found,) = episodes_of(case, episode)
    return found, next(v for v in found.variants if v.name == variant)


def test_every_episode_of_the_bundled_case_runs_and_certifies(case, past):
    assert list(past.episodes["episode"].unique()) == list(case.table("hindcast_episodes")["episode"])
    assert len(past.episodes) == len(case.table("hindcast_variants"))
    assert past.episodes["max_residual"].max() == past.max_residual < 1e-6
    assert past.results["model"].notna().all()
    assert set(past.frames()) == {"results", "episodes", "figures"}


def test_what_came_stands_beside_it_as_the_table_has_it(case, past):
    key = ["episode", "measure"]
    table = case.table("hindcast_observed").set_index(key)
    for row in past.results.to_dict("records"):
        told = table.loc[(row["episode"], row["measure"])]
        for name in ("observed", "expert"):
            assert row[name] == told[name] or (np.isnan(row[name]) and np.isnan(told[name]))


def test_what_was_observed_feeds_nothing_but_its_own_column(case, past):
    """Any other outcome, the same forecasts: of the model, of persistence and of proportional rerouting."""
    observed = case.table("hindcast_observed")
    other = changed(case, hindcast_observed=observed.assign(observed=observed["observed"] * -3.0 + 7.0))
    again = zv.hindcast(case=other)
    for name in ("model", "persistence", "proportional", "expert"):
        pd.testing.assert_series_equal(again.results[name], past.results[name])
    assert not again.results["observed"].equals(past.results["observed"])


def test_tables_of_what_came_later_feed_nothing(case, past):
    """Volumes, balance and their like hold the outcome; without them the forecasts are the same."""
    without = replace(
        case,
        tables=MappingProxyType({k: v for k, v in case.tables.items() if k not in LATER}),
    )
    again = zv.hindcast(case=without, episode=EPISODE).results
    mine = past.results[past.results["episode"] == EPISODE].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, mine, check_dtype=False)


def test_an_input_of_after_the_freeze_is_refused_by_its_row(case):
    inputs = case.table("hindcast_inputs")
    row = int(inputs.index[inputs["set"] == "july-2022"][0])
    inputs.loc[row, "known_on"] = pd.Timestamp("2022-07-07")
    with pytest.raises(CaseError) as caught:
        zv.hindcast(case=changed(case, hindcast_inputs=inputs), episode=EPISODE)
    said = str(caught.value)
    for word in (
        f"hindcast_inputs.csv, row {row + 2}:", inputs.loc[row, "target"], "known on 2022-07-07", "2022-07-06",
        EPISODE, "believed", "take the set 'july-2022' out",
    ):  # fmt: skip
        assert word in said


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("hindcast_observed", lambda t: t.assign(kind="route", target="tengiz"), "no route 'tengiz'"),
        ("hindcast_observed", lambda t: t.assign(kind="lost", target="cpc"), "no field 'cpc'"),
        ("hindcast_observed", lambda t: t.assign(kind="route", target=None), "name one route"),
        ("hindcast_observed", lambda t: t.assign(variants="beleived"), "did you mean 'believed'"),
        ("hindcast_episodes", lambda t: t.assign(exporter="DEU"), "no exporter 'DEU'"),
        ("hindcast_inputs", lambda t: t.assign(valid_from=pd.NaT), "no valid_from"),
        ("hindcast_inputs", lambda t: t.assign(value=np.nan), "no value"),
    ],
)
def test_what_history_cannot_mean_is_refused(case, table, change, told):
    with pytest.raises(ZollvereinError, match=told):
        zv.hindcast(case=changed(case, **{table: change(case.table(table))}), episode=EPISODE)


def test_every_row_that_looks_ahead_is_named_at_once(case):
    inputs = case.table("hindcast_inputs")
    mine = inputs["set"] == "july-2022"
    inputs.loc[mine, "known_on"] = pd.Timestamp("2023-01-01")
    with pytest.raises(CaseError) as caught:
        zv.hindcast(case=changed(case, hindcast_inputs=inputs), episode=EPISODE)
    assert str(caught.value).count("hindcast_inputs.csv, row ") == mine.sum()


def test_an_earlier_freeze_refuses_what_the_later_one_took(case):
    variants = case.table("hindcast_variants")
    variants.loc[variants["episode"] == EPISODE, "freeze"] = pd.Timestamp("2022-03-01")
    with pytest.raises(CaseError, match="after the freeze of 2022-03-01"):
        zv.hindcast(case=changed(case, hindcast_variants=variants), episode=EPISODE)


def test_a_later_source_must_say_how_it_was_known_before(case):
    inputs = case.table("hindcast_inputs")
    late = (inputs["target"] == "btc") & (inputs["set"] == "known-2021")
    inputs.loc[late, "method"] = np.nan
    with pytest.raises(CaseError, match=r"yet its source is of .* say in column method how it was known before"):
        zv.hindcast(case=changed(case, hindcast_inputs=inputs), episode="routes-2022")


def test_no_figure_in_use_was_derived_after_the_freeze(past):
    figures = past.figures.merge(past.episodes[["episode", "variant", "freeze"]], on=["episode", "variant"])
    used = figures[figures["status"].isin(USED)]
    own = used["table"] == "hindcast_inputs"
    assert (used.loc[own, "known_on"] <= used.loc[own, "freeze"]).all()
    late = used[~own & (used["known_on"] > used["freeze"])]
    assert len(late)
    assert set(late["status"]) == {"published_later"}
    assert set(late["confidence"]) == {"reported"}
    # A plant that exists before the freeze may be told of later; what a year carried may not.
    assert not late["figure"].isin(["production_kt_per_year", "demand_kt_per_year", "usable_kt_per_year"]).any()


def test_figures_are_counted_and_none_is_hidden(case, past):
    assert set(past.figures["status"]) <= set(STATUSES)
    assert past.figures["meaning"].notna().all()
    counted = past.figures.groupby(["episode", "variant", "status"]).size()
    for row in past.episodes.to_dict("records"):
        for status in STATUSES:
            assert row[status] == counted.get((row["episode"], row["variant"], status), 0)
    base = sum(len(case.preferred(name)) for name in ("link_figures", "node_figures")) + len(case.table("link_units"))
    for _, rows in past.figures[past.figures["table"] != "hindcast_inputs"].groupby(["episode", "variant"]):
        assert len(rows) == base
    assert set(past.published_later()["status"]) == {"published_later", "input_published_later"}


def test_a_base_figure_that_begins_after_the_freeze_is_not_there(case):
    episode, variant = one(case, "moorings-2022", "paper")
    known = network_known(case, inputs_of(case, episode, variant), variant.freeze)
    later = known.figures[known.figures["status"] == "begins_later"]
    assert (later["valid_from"] > pd.Timestamp(variant.freeze)).all()
    assert not (known.network.link_figures["valid_from"] > pd.Timestamp(variant.freeze)).any()
    # What was redirected in April 2022 is derived from a report of May: it bounds nothing in April.
    status = known.figures.query("target == 'cpc-atyrau' and figure == 'usable_kt_per_year'")["status"]
    assert list(status) == ["derived_later"]
    assert "cpc-atyrau" not in set(known.network.link_figures["link"])


def test_a_place_without_a_figure_left_is_refused(case):
    inputs = case.table("hindcast_inputs")
    lost = (inputs["target"] == "mangystau") & (inputs["set"] == "known-2021")
    with pytest.raises(CaseError, match="production_kt_per_year of 'mangystau' was not known on 2021-12-31"):
        zv.hindcast(case=changed(case, hindcast_inputs=inputs[~lost].reset_index(drop=True)), episode="routes-2022")


def test_a_later_set_overrides_and_an_open_outage_lasts(case):
    episode, variant = one(case, "storm-2023", "empty")
    inputs = inputs_of(case, episode, variant)
    assert list(inputs.query("figure == 'storage_kt'")["value"]) == [800.0]
    (outage,) = outages_of(inputs, episode.horizon)
    assert (outage.start, outage.end, outage.announced_days) == (date(2023, 11, 26), date(2023, 12, 3), None)
    episode, variant = one(case, EPISODE, "believed")
    (outage,) = outages_of(inputs_of(case, episode, variant), episode.horizon)
    assert (outage.units_lost, outage.announced_days) == (3, 30)


def test_errors_and_skill_by_hand():
    rows = pd.DataFrame(
        {"model": [90.0, 5.0, 120.0], "persistence": [60.0, 0.0, 100.0], "proportional": [100.0, 1.0, np.nan],
         "expert": [np.nan, 9.0, 80.0], "observed": [100.0, 0.0, 100.0]}
    )  # fmt: skip
    found = scored(rows)
    assert list(found["error_model"]) == [-10.0, 5.0, 20.0]
    assert found["percent_model"].iloc[0] == -10.0
    assert np.isnan(found["percent_model"].iloc[1])
    assert found["skill"].iloc[0] == pytest.approx(1 - 10 / 40)
    # Persistence was exact in the other two: there is nothing to be better than.
    assert found["skill"].iloc[1:].isna().all()
    assert found["percent_expert"].iloc[2] == pytest.approx(-20.0)
    assert np.isnan(found["error_proportional"].iloc[2])


def test_persistence_is_the_last_level_for_as_many_days(past):
    routes = past.results.query("episode == 'routes-2022' and variant == 'fleets'").set_index("target")
    assert routes.loc["cpc", "persistence"] == pytest.approx(53_100)
    assert np.isnan(routes.loc["aktau-baku", "persistence"])
    quarter = past.results.query("episode == 'aktau-baku-2023' and variant == 'as-carried' and measure == '2023-q1'")
    assert float(quarter["persistence"].iloc[0]) == pytest.approx(160 * 90 / 365)
    cpc = past.results.query("measure == 'cpc-january-april' and variant == 'fleets'").iloc[0]
    assert cpc["persistence"] == pytest.approx(53_100 * 120 / 365)
    assert cpc["skill"] == pytest.approx(1 - abs(cpc["model"] - 18_700) / abs(cpc["persistence"] - 18_700))


def test_proportional_rerouting_by_hand():
    """Twelve displaced; the small route has room for one of its three, and the other takes what it cannot."""
    flow, left = in_proportion(np.array([[12.0], [5.0], [9.0]]), np.array([[0.0], [30.0], [10.0]]))
    assert flow.ravel() == pytest.approx([0.0, 16.0, 10.0])
    assert left == pytest.approx([0.0])
    flow, left = in_proportion(np.array([[12.0], [5.0]]), np.array([[0.0], [8.0]]))
    assert flow.ravel() == pytest.approx([0.0, 8.0])
    assert left == pytest.approx([9.0])
    # A route whose capacity nobody knows keeps what it carried.
    flow, left = in_proportion(np.array([[12.0], [5.0]]), np.array([[0.0], [np.nan]]))
    assert flow.ravel() == pytest.approx([0.0, 5.0])
    assert left == pytest.approx([12.0])


def test_announcements_are_believed_as_far_as_others_came_true():
    """By hand: 26 of 50 days, 0 of 30, 12 of 20; and what is not over at the freeze is not on record."""
    events = pd.DataFrame(
        {"start": pd.to_datetime(["2022-01-01", "2022-03-01", "2022-05-01", "2022-05-01"]),
         "end": pd.to_datetime(["2022-01-27", "2022-03-31", "2022-05-13", "2022-09-01"]),
         "announced_days": [50, 30, 20, None], "applied": [True, False, True, True]}
    )  # fmt: skip
    assert announced_record(events, date(2021, 1, 1)) == (1.0, 0)
    assert announced_record(events, date(2022, 2, 1)) == (26 / 50, 1)
    assert announced_record(events, date(2022, 4, 1)) == (26 / 80, 2)
    assert announced_record(events, date(2023, 1, 1)) == (38 / 100, 3)


def test_a_discounted_forecast_lies_between_belief_and_none(past):
    both = past.results[past.results["episode"] == EPISODE].pivot_table(
        index="measure", columns="variant", values="model"
    )
    share = float(past.episodes.query("episode == @EPISODE and variant == 'discounted'")["record_share"].iloc[0])
    assert share == pytest.approx(26 / 50)
    assert both.loc["lost", "discounted"] == pytest.approx(share * both.loc["lost", "believed"])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-03-28 (event 23 Mar)", "2022-03-28"), ("2023-01 (approx.)", "2023-01-31"), ("2023-11/12", "2023-12-31"),
        ("2024-25", "2025-12-31"), ("2022", "2022-12-31"), ("2023+", "2023-12-31"), ("n/d", None), ("", None),
    ],
)  # fmt: skip
def test_a_source_is_as_late_as_its_date_can_mean(case, text, day):
    sources = pd.concat([case.sources, pd.DataFrame([{"key": "x", "date": text}])], ignore_index=True)
    found = published_on(changed(case, sources=sources), pd.DataFrame({"source": ["x"]})).iloc[0]
    assert found == pd.Timestamp(day) if day else pd.isna(found)


def test_the_newest_of_several_sources_counts(case):
    found = published_on(case, pd.DataFrame({"source": ["kursiv21;general-knowledge;inform53"]})).iloc[0]
    assert found == pd.Timestamp("2022-05-27")


def test_wrong_names_are_refused(case):
    with pytest.raises(UnknownNameError, match="court-order-2022"):
        zv.hindcast(case=case, episode="court-oder-2022")
    with pytest.raises(NetworkError, match="nonsense"):
        zv.hindcast(case=case, episode=EPISODE, mode="nonsense")
    with pytest.raises(CaseError, match="no table hindcast_episodes"):
        zv.hindcast(case="small")
    variants = case.table("hindcast_variants")
    variants["inputs"] = variants["inputs"].str.replace("known-2021", "knwon-2021")
    with pytest.raises(UnknownNameError, match="did you mean 'known-2021'"):
        zv.hindcast(case=changed(case, hindcast_variants=variants), episode=EPISODE)


def test_a_measure_outside_of_its_episode_is_refused(case):
    observed = case.table("hindcast_observed")
    observed.loc[observed["episode"] == EPISODE, "end"] = pd.Timestamp("2030-01-01")
    with pytest.raises(CaseError, match="lies outside of the episode"):
        zv.hindcast(case=changed(case, hindcast_observed=observed), episode=EPISODE)


def test_columns_hold_every_forecast_with_its_errors(past):
    for name in FORECASTS:
        assert {name, f"error_{name}", f"percent_{name}"} <= set(past.results.columns)
    assert set(past.results["timing"]) == {"ahead", "under way", "given"}
    assert "<table" in past._repr_html_()


def test_the_manual_quotes_the_results(past):
    """What docs/hindcast.md says of the bundled episodes is what they give."""
    text = " ".join((Path(__file__).parents[2] / "docs" / "hindcast.md").read_text(encoding="utf-8").split())
    rows = past.results.set_index(["episode", "variant", "measure"])
    for key, wording, scale, digits in (
        (("moorings-2022", "paper", "rerouted-april"), "On paper {} kt find another way", 1, 0),
        (("moorings-2022", "fleets", "rerouted-april"), "as they were in use, {}:", 1, 0),
        (("moorings-2022", "fleets", "cpc-january-april"), "forecast much too low ({} Mt against 18.7)", 1e3, 1),
        (("routes-2022", "paper", "atyrau-samara"), "Its one success, {} against 8.2 Mt", 1e3, 1),
        (("aktau-baku-2023", "cost-alone", "2023"), "can load, {} Mt a year", 1e3, 1),
        (("aktau-baku-2023", "contract", "2023"), "it says {} kt for the year against 1,392", 1, 0),
        (("aktau-baku-2023", "contract-quake", "2023-q1"), "the earthquake given it says {},", 1, 0),
        (("storm-2023", "half-full", "big-three"), "the big three are {} % down", 1, 0),
        (("storm-2023", "half-full", "nation"), "The nation's fall is {} kt a day", 1, 0),
        (("storm-2023", "half-full", "week"), "Over the week {} or", 1, 0),
        (("storm-2023", "empty", "week"), "or {} kt are lost", 1, 0),
        (("court-order-2022", "believed", "lost"), "believed, takes {} Mt of output", 1e3, 1),
        (("court-order-2022", "discounted", "lost"), "came true, {} Mt.", 1e3, 1),
    ):
        assert wording.format(f"{rows.loc[key, 'model'] / scale:,.{digits}f}") in text
    routes = past.results[(past.results["episode"] == "routes-2022") & past.results["persistence"].notna()]
    errors = routes.groupby("variant")[["error_model", "error_persistence"]].agg(lambda e: e.abs().sum() / 1e3).round(1)
    told = "its errors add to {} Mt, those of least cost to {} on paper, {} with fleets and {} with"
    model = errors["error_model"]
    sums = [errors["error_persistence"].iloc[0], *(model[v] for v in ("paper", "fleets", "events-given"))]
    assert told.format(*sums) in text
