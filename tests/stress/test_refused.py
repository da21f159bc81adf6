"""Scenarios and cases that would give a wrong answer without a word, or no answer at all, are refused by name."""

import re

import pytest

import zollverein as zv
from zollverein.case import copy_case
from zollverein.errors import InputError

BASE = {"name": "x", "title": "t", "question": "q", "case": "small"}
YEAR = {"start": "2022-01-01", "end": "2022-12-31", "step": "month"}
HALT = {"name": "h", "target": "bay-moorings", "start": "2022-03-01", "end": "2022-05-01", "share_lost": 1.0}


def corridor(**parts):
    return BASE | {"corridor": {"exporter": "INL", "horizon": YEAR} | parts}


def revision(**parts):
    return corridor(revisions=[{"reason": "r", "value": 1.0} | parts])


def economy(**parts):
    return BASE | {"economy": parts}


REFUSED = {
    "a name twice": (economy(iceberg=[{"exporters": ["INL", "INL"], "importers": ["SEA"], "factor": 1.1}]), "'INL' stands twice"),
    "a barrier twice": (economy(barriers=[{"change": "remove", "between": ["INL", "BAY"]}] * 2), "are changed twice"),
    "more removed than stands": (economy(barriers=[{"change": "remove", "between": ["INL", "BAY"], "severity": 5}]), "at most 1"),
    "a barrier of one": (economy(barriers=[{"change": "remove", "between": ["INL"]}]), "name another"),
    "a cost to oneself": (economy(iceberg=[{"exporters": ["INL"], "importers": ["INL"], "factor": 2.0}]), "to itself"),
    "a tariff to oneself": (economy(tariffs=[{"exporters": ["INL"], "importers": ["INL"], "rate": 0.1}]), "to itself"),
    "yes for a number": (corridor(outages=[HALT | {"share_lost": True}]), "share_lost"),
    "text for a number": (corridor(outages=[{k: v for k, v in HALT.items() if k != "share_lost"} | {"units_lost": "2"}]), "units_lost"),
    "seconds for a day": (corridor(horizon=YEAR | {"start": 0}), "2022-03-23"),
    "a far year": (corridor(horizon={"start": "9999-01-01", "end": "9999-12-31"}), "1950 to 2150"),
    "a revision too late": (revision(target="railway", figure="usable_kt_per_year", start="2030-01-01"), "2022-12-01"),
    "a revision in the last month": (revision(target="railway", figure="usable_kt_per_year", start="2022-12-02"), "2022-12-01"),
    "a figure only shown": (revision(target="railway", figure="length_km"), "changes nothing"),
    "a loss from a day on": (revision(target="railway", figure="loss_share", value=0.5, start="2022-02-01"), "leave start out"),
    "output of no field": (revision(target="hub", figure="production_kt_per_year"), "no field 'hub'"),
    "a price from a day on": (revision(target="hub", figure="price_usd_per_t", value=490.0, start="2022-06-01"), "no price_usd_per_t"),
    "an absurd price": (revision(target="market-west", figure="price_usd_per_t", value=1e15), "at most 1,000,000"),
    "a revision twice": (corridor(revisions=[{"reason": "r", "target": "railway", "figure": "usable_kt_per_year", "value": v} for v in (1, 2)]), "revised twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_mislead_is_refused(name):
    scenario, said = REFUSED[name]
    with pytest.raises(InputError) as caught:
        zv.run(scenario)
    assert said in str(caught.value)


def edited(tmp_path, file, pattern, new):
    folder = copy_case("small", tmp_path / "mine")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "pattern", "new", "said"),
    [
        ("economy/crude.csv", r"^(INL,\w+,\w+,\d+),\d+,", r"\1,0,", "makes no price"),
        ("economy/crude.csv", r"^(INL,\w+,\w+),\d+,", r"\1,0,", "makes no price"),
        ("economy/crude.csv", r"^(INL,\w+,\w+),(\d+),", r"\1,\g<2>0,", "contradict"),
        ("corridor/node_figures.csv", r"price_usd_per_t,\d+", "price_usd_per_t,0", "cannot be tied"),
        ("corridor/link_figures.csv", r"tariff_usd_per_t,,\d+", "tariff_usd_per_t,,900000", "cannot be tied"),
    ],
)
def test_tables_that_make_no_answer_say_so(tmp_path, file, pattern, new, said):
    halt_of_a_year = corridor(outages=[HALT | {"end": "2023-01-01"}])
    with pytest.raises(InputError, match=said):
        zv.run(halt_of_a_year, case=edited(tmp_path, file, pattern, new))


def test_no_units_left_carry_nothing(tmp_path):
    whole = zv.run("halt", case="small").measure("stranded")
    folder = edited(tmp_path, "corridor/link_units.csv", r"^bay-moorings,0,.*\n", "")
    units = {k: v for k, v in HALT.items() if k != "share_lost"} | {"units_lost": 2}
    by_units = corridor(outages=[units | {"end": "2022-04-30"}])
    assert zv.run(by_units, case=folder).measure("stranded") == pytest.approx(whole)


def test_a_market_that_is_closed_takes_nothing():
    closed = zv.run(corridor(outages=[HALT | {"target": "market-west"}]))
    moorings = zv.run(corridor(outages=[HALT]))
    assert closed.measure("exported") == pytest.approx(moorings.measure("exported"))


def test_two_years_of_loss_are_a_loss_per_year():
    def income(years):
        horizon = {"start": "2022-01-01", "end": f"{2021 + years}-12-31", "step": "month"}
        half = HALT | {"start": "2022-01-01", "end": f"{2022 + years}-01-01", "share_lost": 0.3}
        test = zv.run(corridor(horizon=horizon, outages=[half]))
        return test.welfare.set_index("region").loc["INL", "real_income_percent"]

    assert income(2) == pytest.approx(income(1), rel=0.05)


def test_only_what_is_comparable_is_compared():
    short = corridor(horizon={"start": "2022-03-01", "end": "2022-05-31", "step": "month"}) | {"name": "short"}
    with pytest.raises(InputError, match="differ in horizon"):
        zv.compare([corridor(outages=[HALT]), short])
    with pytest.raises(InputError, match="names the case"):
        zv.compare([BASE, BASE | {"name": "y", "case": "eurasia"}])


def test_an_event_that_was_never_carried_out_is_not_applied_silently():
    with pytest.raises(InputError, match="not carried out"):
        zv.run({"name": "x", "extends": "novorossiysk-2022", "corridor": {"events": ["E02"]}})
