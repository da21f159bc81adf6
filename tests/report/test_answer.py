"""The answer in plain words."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd

from zollverein.report.answer import answer_of, key_figures
from zollverein.report.formatting import THIN
from zollverein.stress.scenario import TariffChange


def spaced(text: str) -> str:
    return text.replace(THIN, " ")


def test_a_halt_says_what_is_stranded_what_moves_and_who_pays(halt: Any) -> None:
    answer = answer_of(halt)
    headline = spaced(answer.headline)
    assert headline.startswith("9.8 of the 13.3 Mt that would have left by “CPC to Novorossiysk” are stranded; ")
    assert "3.5 Mt find another way" in headline
    assert headline.endswith("Kazakhstan’s real income falls by 3.1 %.")
    assert len(answer.sentences) == 3
    assert all(sentence.endswith(".") for sentence in answer.sentences)


def test_the_sentence_on_passage_names_a_country_that_is_crossed_and_not_a_market(halt: Any) -> None:
    assert halt.transit.iloc[0]["country"] == "ITA"
    assert "Russia is entered by" in answer_of(halt).sentences[1]


def test_income_comes_with_its_range(halt: Any) -> None:
    said = spaced(answer_of(halt).sentences[2])
    assert "(between −3.5 % and −2.8 % over published trade elasticities; no figure of the corridor was varied)" in said


def test_a_narrow_range_is_told_with_a_digit_more_and_no_range_is_not_told(halt: Any) -> None:
    narrow = halt.welfare.assign(real_income_low_percent=-2.017, real_income_high_percent=-2.004)
    assert "(between −2.02 % and −2.00 % over" in spaced(answer_of(replace(halt, welfare=narrow)).sentences[2])
    none = halt.welfare.assign(real_income_high_percent=halt.welfare["real_income_low_percent"])
    assert "between" not in answer_of(replace(halt, welfare=none)).sentences[2]


def test_the_base_year_is_named_where_the_case_names_it(halt: Any) -> None:
    assert "real income falls by 3.1 % of its income in 2021" in spaced(answer_of(halt).sentences[2])
    assert "of its income in the base year" in spaced(answer_of(replace(halt, base_year=None)).sentences[2])


def test_where_nothing_happens_nothing_is_claimed(quiet: Any) -> None:
    answer = answer_of(quiet)
    assert (
        answer.headline
        == ("Every tonne goes where it went before, and nothing more is stranded; no region’s real income changes.")
        or "real income does not change" in answer.headline
    )
    assert "neither the netback of a tonne nor the value of exports changes" in answer.sentences[1]
    assert "No region’s real income changes" in answer.sentences[2]


def test_without_a_corridor_the_union_comes_first(walls: Any) -> None:
    answer = answer_of(walls)
    assert spaced(answer.headline).startswith("Kazakhstan’s real income rises by 2.2 %")
    assert "Mt" not in " ".join(answer.sentences)
    assert spaced(answer.sentences[1]) == "Kazakhstan’s exports rise by 4.6 %, and its imports rise by 3.7 %."
    assert spaced(answer.sentences[2]) == "Of the 276 figures that this rests on, 24 % are assumed."


def test_a_region_that_does_not_move_is_not_said_to(walls: Any) -> None:
    still = walls.welfare.assign(real_income_percent=0.0)
    answer = answer_of(replace(walls, welfare=still))
    assert answer.headline.startswith("No region’s real income changes")
    assert key_figures(replace(walls, welfare=still)) == []


def test_all_rerouted_is_said_as_such(halt: Any) -> None:
    summary = halt.corridor_summary.set_index("measure")
    summary.loc["stranded", ["after", "change"]] = 0.0
    summary.loc["rerouted", ["after", "change"]] = summary.loc["displaced", ["after", "change"]]
    answer = answer_of(replace(halt, corridor_summary=summary.reset_index()))
    assert spaced(answer.headline).startswith("All of the 13.3 Mt that would have left by “CPC to Novorossiysk” still")


def test_oil_that_was_never_produced_does_not_still_leave(halt: Any) -> None:
    summary = halt.corridor_summary.set_index("measure")
    summary.loc["lost_at_field"] = ["kt", 0.0, 7200.0, 7200.0]
    answer = answer_of(replace(halt, corridor_summary=summary.reset_index()))
    said = spaced(answer.headline)
    assert said.startswith(
        "13.3 Mt fewer leave by “CPC to Novorossiysk”: 7.2 Mt cannot be produced; 9.8 Mt are stranded"
    )


def test_more_capacity_says_that_more_leaves(quiet: Any) -> None:
    summary = quiet.corridor_summary.set_index("measure")
    summary.loc["exported", "change"] = 1200.0
    answer = answer_of(replace(quiet, corridor_summary=summary.reset_index()))
    assert spaced(answer.headline).startswith("1.2 Mt more leave the country than undisturbed")


def test_several_losers_are_not_reduced_to_one(halt: Any) -> None:
    routes = pd.concat([halt.routes, halt.routes.assign(name="Another line", route="another")], ignore_index=True)
    assert "the routes that lost tonnes" in answer_of(replace(halt, routes=routes)).headline


def test_parts_that_are_no_parts_of_the_whole_are_told_apart(halt: Any) -> None:
    """A port that catches up within its yearly quota: routes lose less than was stranded, and no part is of them."""
    summary = halt.corridor_summary.set_index("measure")
    summary.loc["rerouted", ["after", "change"]] = [9000.0, 9000.0]
    summary.loc["exported", ["after", "change"]] = [summary.loc["exported", "before"] - 4200.0, -4200.0]
    told = answer_of(replace(halt, corridor_summary=summary.reset_index())).headline
    assert spaced(told).startswith("9.8 Mt are stranded; exports fall by 4.2 Mt over the horizon; routes gain 9.0 Mt")


def test_key_figures_are_few_and_signed(halt: Any, walls: Any) -> None:
    assert [spaced(figure.value) for figure in key_figures(halt)] == ["9.8 Mt", "3.5 Mt", "−US$ 7.1 bn", "−3.1 %"]
    values = [spaced(figure.value) for figure in key_figures(walls)]
    assert values[0] == "+2.2 %"
    assert 1 < len(values) <= 4


def setting(test: Any, region: str) -> Any:
    """The same test, of a scenario in which one region sets a tariff."""
    tariff = TariffChange(exporters=("KAZ",), importers=(region,), rate=0.1)
    economy = SimpleNamespace(**{**vars(test.scenario.economy), "tariffs": (tariff,)})
    return replace(test, scenario=SimpleNamespace(**{**vars(test.scenario), "economy": economy}))


def test_a_region_that_alone_sets_tariffs_is_who_it_is_about_if_it_feels_them(walls: Any) -> None:
    assert answer_of(walls).headline.startswith("Kazakhstan’s")
    assert answer_of(setting(walls, "RUS")).headline.startswith("Russia’s")
    still = walls.welfare["region"] == "RUS"
    untouched = walls.welfare.assign(real_income_percent=walls.welfare["real_income_percent"].mask(still, 0.001))
    assert answer_of(setting(replace(walls, welfare=untouched), "RUS")).headline.startswith("Kazakhstan’s")
