"""Charts and the map: they are valid, they say what the frames say, and their places are where they belong."""

import re
from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert

from zollverein.errors import ScenarioError
from zollverein.report import charts, palette
from zollverein.report.charts import (
    income_chart,
    income_compared,
    routes_chart,
    routes_compared,
    stocks_chart,
    stranded_chart,
    trade_chart,
)
from zollverein.report.figures import OUTLINES, Figure, figures_compared, figures_of
from zollverein.report.flow_map import (
    HAIRLINE,
    LAYOUTS,
    LEAST_CHANGE,
    WIDEST_LINK,
    _by_weight,
    _labels,
    _overlap,
    _struck,
    _View,
    flow_map,
)
from zollverein.report.flows import held_back, link_flows
from zollverein.report.places import country_names, labels, outlines
from zollverein.report.sheets import transit_sheet


def values(chart: Any, mark: str) -> list[dict[str, Any]]:
    """The rows of the layers of a chart that have a mark."""
    spec = chart.to_dict()
    return [row for layer in spec["layer"] if layer["mark"]["type"] == mark for row in rows_of(spec, layer)]


def rows_of(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a layer; Altair keeps them by name beside the layers, or in the chart where all share them."""
    data = layer.get("data") or spec["data"]
    rows: list[dict[str, Any]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return rows


def altair_s_settings() -> Any:
    return alt.data_transformers.active, dict(alt.data_transformers.options), alt.theme.active


@pytest.fixture(scope="module")
def made(halt: Any) -> Any:
    """The figures of a test, and what Altair was set to before and after they were made."""
    before = altair_s_settings()
    figures = figures_of(halt)
    return figures, before, altair_s_settings()


@pytest.fixture(scope="module")
def figures(made: Any) -> dict[str, Figure]:
    return made[0]  # type: ignore[no-any-return]


def test_making_charts_leaves_altair_as_it_was(made: Any) -> None:
    _, before, after = made
    assert before == after


def test_every_chart_is_valid_and_can_be_drawn(figures: dict[str, Figure], several: Any) -> None:
    figures = {**figures, **{f"compared-{k}": v for k, v in figures_compared(several).items()}}
    assert set(figures) == {"map-change", "map-before", "map-after", "routes-before", "routes-after", "stranded",
                            "stocks", "income", "trade", "compared-income", "compared-routes"}  # fmt: skip
    for name, figure in figures.items():
        figure.chart.to_dict(validate=True)
        if not name.startswith("map"):
            assert "<svg" in vl_convert.vegalite_to_svg(figure.spec())
        assert figure.title
        assert figure.caption
        assert figure.description


def test_a_test_without_a_corridor_has_no_map_and_one_of_nothing_no_bars(walls: Any, quiet: Any) -> None:
    assert set(figures_of(walls)) == {"income", "trade"}
    assert not {"income", "trade"} & set(figures_of(quiet))
    with pytest.raises(ScenarioError, match="no corridor"):
        flow_map(walls)
    with pytest.raises(ScenarioError, match="no corridor"):
        stranded_chart(walls)


def test_areas_add_up_to_the_tonnes_of_every_route(halt: Any) -> None:
    for what in ("before", "after"):
        rows = pd.DataFrame(values(routes_chart(halt, what), "area"))
        days = halt.by_period.drop_duplicates("start").sort_values("start")["days"].to_list()
        for name, mine in rows.groupby("Route"):
            steps = mine.sort_values("start")
            # The last row only draws the last step to its end.
            total = (steps["kt_a_day"].iloc[:-1].to_numpy() * days).sum()
            assert total == pytest.approx(halt.routes.set_index("name").loc[name, f"{what}_kt"], rel=1e-6)


def test_both_panels_of_flows_share_their_axis(halt: Any) -> None:
    domains = [
        layer["encoding"]["y"]["scale"]["domain"]
        for what in ("before", "after")
        for layer in routes_chart(halt, what).to_dict()["layer"]  # type: ignore[arg-type]
        if layer["mark"]["type"] == "area"
    ]
    assert domains[0] == domains[1]


def test_outages_are_shaded_on_their_days_and_only_where_they_happen(halt: Any, quiet: Any) -> None:
    shade = values(routes_chart(halt, "after"), "rect")
    assert [(row["from"][:10], row["until"][:10]) for row in shade] == [("2022-03-01", "2022-05-30")]
    assert values(routes_chart(halt, "before"), "rect") == values(routes_chart(quiet, "after"), "rect") == []


def test_stranded_oil_ends_at_its_sum(halt: Any) -> None:
    rows = pd.DataFrame(values(stranded_chart(halt), "line"))
    last = rows.groupby("Case")["kt"].last()
    assert last["in this test"] == pytest.approx(halt.corridor_summary.set_index("measure").loc["stranded", "after"])
    assert last["undisturbed"] == pytest.approx(0.0, abs=1e-6)


def test_tanks_start_with_what_is_in_them_and_stay_under_their_capacity(halt: Any) -> None:
    rows = pd.DataFrame(values(stocks_chart(halt), "line"))
    drawn = rows[rows["Case"].notna()]
    assert drawn["start"].min()[:10] == "2022-01-01"
    assert drawn["start"].max()[:10] == "2022-07-01"
    assert drawn["kt"].between(-1e-9, halt.stocks.groupby("start")["capacity_kt"].sum().max() + 1e-9).all()


def test_income_bars_hold_the_frame_and_its_range(halt: Any) -> None:
    rows = pd.DataFrame(values(income_chart(halt), "bar")).set_index("Region")
    expected = halt.welfare.set_index("name")
    assert rows["real_income_percent"].to_dict() == pytest.approx(expected["real_income_percent"].to_dict())
    assert (rows["real_income_low_percent"] <= rows["real_income_high_percent"]).all()
    unranged = halt.welfare.drop(columns=["real_income_low_percent", "real_income_high_percent"])
    plain = income_chart(type(halt)(**{**vars(halt), "welfare": unranged}))
    assert len(plain.to_dict()["layer"]) == len(income_chart(halt).to_dict()["layer"]) - 1


def test_trade_bars_are_the_largest_changes(halt: Any) -> None:
    rows = values(trade_chart(halt, 5), "bar")
    change = (halt.trade["new_usd_million"] - halt.trade["base_usd_million"]).abs().sort_values(ascending=False)
    assert [abs(row["change_usd_million"]) for row in rows] == pytest.approx(change.head(5).to_list())


def test_trade_names_its_sectors_and_not_their_codes(halt: Any) -> None:
    chart = trade_chart(halt, 5)
    assert all(row["Said"].endswith(", Energy extraction") for row in values(chart, "bar"))
    assert "ENX" not in str(chart.to_dict())
    # Both layouts of the labels show every name whole.
    for narrow in (False, True):
        spec = chart.to_dict() | {"params": [{"name": "narrow", "value": narrow}]}
        drawn = re.findall(r">([^<>]+)</", vl_convert.vegalite_to_svg(spec))
        assert sum(text == "Energy extraction" for text in drawn) == 5
        assert not any("…" in text for text in drawn)


def test_compared_income_has_a_dot_for_every_scenario(several: Any) -> None:
    rows = pd.DataFrame(values(income_compared(several), "point"))
    assert set(rows["Scenario"]) == {test.name for test in several.tests}
    assert rows.groupby("Region").size().eq(3).all()


def test_compared_routes_add_up_by_scenario(several: Any) -> None:
    rows = pd.DataFrame(values(routes_compared(several), "bar"))
    cases = ["undisturbed", "terminal-90-days", "nothing-happens"]
    assert rows.groupby("Scenario")["kt"].sum()[cases].to_dict() == pytest.approx(several.routes[cases].sum().to_dict())


def test_links_hold_their_tonnes_tariff_sources_and_weakest_confidence(halt: Any) -> None:
    links = link_flows(halt).set_index("link")
    flows = halt.routing.flows.groupby("link")["flow_kt"].sum()
    assert links["after_kt"].to_dict() == pytest.approx({k: float(flows[k]) for k in links.index}, abs=1e-9)
    assert links.loc["cpc", "tariff_usd_per_t"] == pytest.approx(38.0)
    assert set(links.loc["cpc", "source"].split(";")) == {"atlas", "tariffs"}
    assert links.loc["cpc", "weakest_figure"] == "tariff"
    assert set(links["confidence"]) == {"assumed"}
    assert links[["before_kt", "after_kt"]].max(axis=1).is_monotonic_decreasing


def test_what_held_back_is_what_was_full_and_dearer_than_before(halt: Any, quiet: Any) -> None:
    held = held_back(halt).set_index("link")
    flows = halt.routing.flows.groupby("link")
    assert held["worth_usd_per_t"].to_dict() == pytest.approx(flows["dual_usd_per_t"].max()[held.index].to_dict())
    assert held["worth_usd_per_t"].is_monotonic_decreasing
    # All of the terminal is lost, and the ways around it fill up at once.
    assert {"cpc", "samara-line"} <= set(held.index)
    for link, row in held.iterrows():
        mine = halt.routing.flows[halt.routing.flows["link"] == link]
        full = mine[mine["dual_usd_per_t"] > 0.05]
        assert row["full_periods"] == len(full) >= row["dearer_periods"] > 0
        assert (full["flow_kt"] >= full["capacity_kt"] - 1e-6).all()
    assert held_back(quiet).empty


def test_the_map_of_change_lays_what_moved_on_what_stays(halt: Any, figures: dict[str, Figure]) -> None:
    spec = figures["map-change"].spec()
    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert [layer["mark"]["color"] for layer in rules] == [palette.KEPT, palette.LOST, palette.GAINED]
    kept, lost, gained = ({row["Link"]: row["kt"] for row in rows_of(spec, layer)} for layer in rules)
    links = link_flows(halt).set_index("name")
    assert sum(kept.values()) == pytest.approx(links[["before_kt", "after_kt"]].min(axis=1).sum(), rel=1e-3)
    largest = links[["before_kt", "after_kt"]].max().max()
    for drawn, change in ((lost, -links["change_kt"]), (gained, links["change_kt"])):
        assert set(drawn) == set(change[change > 0.05].index)
        for name, kt in drawn.items():
            pixels = HAIRLINE + (WIDEST_LINK - HAIRLINE) * kt / largest
            assert pixels >= LEAST_CHANGE - 1e-6, name
            assert kt == pytest.approx(change[name]) or pixels == pytest.approx(LEAST_CHANGE)


def test_the_place_that_an_outage_strikes_is_named_first_and_ringed(halt: Any) -> None:
    nodes = halt.routing.network.nodes
    assert _struck(halt, nodes) == ["tengiz"]
    moorings = replace(halt, events=halt.events.assign(target="sea-black"))
    assert _struck(moorings, nodes) == ["novorossiysk"]
    assert _by_weight(link_flows(halt), nodes, ["novorossiysk"]).index[0] == "novorossiysk"
    for what, ringed in (("before", []), ("after", ["Novorossiysk"]), ("change", ["Novorossiysk"])):
        points = values(flow_map(moorings, what, land=OUTLINES), "point")  # type: ignore[arg-type]
        assert [row["Place"] for row in points if "outage" in row["Kind"]] == ringed


def test_width_is_in_proportion_and_the_same_on_all_maps(figures: dict[str, Figure]) -> None:
    scales = [
        layer["encoding"]["strokeWidth"]["scale"]
        for what in ("change", "before", "after")
        for layer in figures[f"map-{what}"].spec()["layer"]
        if layer["mark"]["type"] == "rule"
    ]
    assert all(scale == scales[0] for scale in scales)
    assert (scales[0]["type"], scales[0]["domain"][0]) == ("linear", 0)


def test_places_are_laid_out_where_vega_draws_them(halt: Any) -> None:
    """Our projection, which decides where names find room, against Vega's own."""
    chart = flow_map(halt)
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    group = re.search(r'<g class="mark-symbol[^>]*>(.*?)</g>', svg, re.DOTALL)
    assert group is not None
    drawn = [tuple(map(float, p)) for p in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", group.group(1))]
    nodes = halt.routing.network.nodes
    view = _View.around(nodes)
    ours = [view.pixel(float(lon), float(lat), LAYOUTS[0].width)
            for lon, lat in zip(nodes["longitude_deg"], nodes["latitude_deg"], strict=True)]  # fmt: skip
    assert len(drawn) == len(ours)
    for (x, y), (a, b) in zip(sorted(drawn), sorted(ours), strict=True):
        assert (x, y) == pytest.approx((a, b), abs=0.6)


def test_all_that_is_drawn_is_in_view_and_no_names_overlap(halt: Any) -> None:
    nodes = halt.routing.network.nodes
    view = _View.around(nodes)
    for layout in LAYOUTS:
        for lon, lat in zip(nodes["longitude_deg"], nodes["latitude_deg"], strict=True):
            x, y = view.pixel(float(lon), float(lat), layout.width)
            assert 0 < x < layout.width
            assert 0 < y < layout.width * view.ratio
        named = _labels(_by_weight(link_flows(halt), nodes), view, layout)
        boxes = named.taken[len(nodes) :]
        assert boxes
        assert len(boxes) <= layout.most
        assert not any(_overlap(a, b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_places_without_coordinates_are_left_out_and_the_rest_is_drawn(halt: Any) -> None:
    network = halt.routing.network
    nodes = network.nodes.copy()
    nodes.loc["baku", ["latitude_deg", "longitude_deg"]] = float("nan")
    blind = replace(halt.routing, network=replace(network, nodes=nodes))
    rows = values(flow_map(replace(halt, routing=blind), land=OUTLINES), "point")
    assert "Baku" not in {row["Place"] for row in rows}
    assert "Tengiz" in {row["Place"] for row in rows}


def test_outlines_are_the_countries_that_the_labels_name() -> None:
    names = {g["properties"]["name"] for g in outlines()["objects"]["countries"]["geometries"]}
    missing = {label.name for label in labels()} - names
    # Natural Earth shortens some names, and two are older than the names in use.
    assert missing == {
        "Bosnia and Herzegovina", "Central African Republic", "DR Congo", "Dominican Republic", "Equatorial Guinea",
        "Eswatini", "Falkland Islands", "North Macedonia", "Republic of the Congo", "Solomon Islands", "South Sudan",
        "Türkiye", "Western Sahara",
    }  # fmt: skip
    assert len(country_names()) == len(labels())
    assert all(re.fullmatch("[A-Z]{3}", code) for code in country_names())
    assert [label.area_km2 for label in labels()] == sorted((label.area_km2 for label in labels()), reverse=True)


def test_countries_of_transit_have_names_and_not_codes(halt: Any) -> None:
    assert set(transit_sheet(halt).frame["name"]) >= {"Italy", "Netherlands", "Georgia", "Türkiye", "Russia"}


def test_two_routes_of_one_name_are_told_apart(halt: Any) -> None:
    twins = replace(halt, routes=halt.routes.assign(name="A line"))
    names = charts.route_names(twins)
    assert len(set(names.values())) == len(names)
