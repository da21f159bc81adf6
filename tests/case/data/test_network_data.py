"""Networks: lines on a sphere, ends that meet, GeoJSON that is none, and the pipeline trackers in their real layout."""

import datetime as dt
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case import check_case, copy_case
from zollverein.case.countries import ISO_3166
from zollverein.case.data import gem_pipelines, geojson
from zollverein.case.data.country_names import alpha_3, named_countries
from zollverein.case.data.drawn_lines import EARTH_RADIUS_KM, length_km, meeting_ends, merged
from zollverein.case.data.gem_capacities import Measured, in_kilotonnes
from zollverein.case.data.network_nodes import identifiers
from zollverein.case.data.network_tables import LINK_FIGURES, LINKS, NODES, SOURCES, NetworkTables
from zollverein.errors import DataError, InputError, UnknownNameError

QUARTER_KM = math.pi / 2 * EARTH_RADIUS_KM
positions = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


def line(*pairs: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(pairs, dtype=float)


# Lines on a sphere.


def test_lengths_are_those_of_great_circles() -> None:
    assert length_km(line((0, 0), (90, 0))) == pytest.approx(QUARTER_KM, rel=1e-12)
    assert length_km(line((10, 0), (10, 90), (55, 0))) == pytest.approx(2 * QUARTER_KM, rel=1e-12)
    assert length_km(line((179, 0), (-179, 0))) == pytest.approx(QUARTER_KM * 2 / 90, rel=1e-12)
    # Flinders Peak to Buninyong, 54,972.271 m on the ellipsoid (GDA94 Technical Manual): within half a percent.
    flinders_peak, buninyong = (144.4248679, -37.9510334), (143.9264955, -37.6528211)
    assert length_km(line(flinders_peak, buninyong)) == pytest.approx(54.972271, rel=0.005)


@settings(max_examples=30, deadline=None)
@given(st.lists(positions, min_size=3, max_size=6, unique=True), st.data())
def test_pieces_of_a_line_are_joined_whatever_their_order_and_direction(
    vertices: list[tuple[float, float]], data: st.DataObject
) -> None:
    whole = line(*vertices)
    pieces = [whole[k : k + 2] for k in range(len(whole) - 1)]
    shuffled = data.draw(st.permutations(pieces))
    turned = [piece[::-1] if data.draw(st.booleans()) else piece for piece in shuffled]
    (out,) = merged(turned)
    assert np.array_equal(out, whole) or np.array_equal(out, whole[::-1])


def test_branches_and_rings_stay_apart() -> None:
    star = [line((0, 0), (1, 0)), line((0, 0), (0, 1)), line((0, 0), (-1, -1))]
    assert [len(piece) for piece in merged(star)] == [2, 2, 2]
    ring = [line((0, 0), (1, 0), (1, 1)), line((1, 1), (0, 0))]
    (out,) = merged(ring)
    assert len(out) == 4
    assert np.array_equal(out[0], out[-1])


@settings(max_examples=30, deadline=None)
@given(st.lists(positions, min_size=1, max_size=12), st.floats(0.01, 50))
def test_points_within_the_tolerance_meet(points: list[tuple[float, float]], tolerance: float) -> None:
    met = meeting_ends(line(*points), tolerance)
    for a in range(len(points)):
        for b in range(a):
            if length_km(line(points[a], points[b])) < tolerance * 0.999:
                assert met.group[a] == met.group[b]
    assert sorted(set(met.group)) == list(range(len(met.apart_km)))


def test_the_middle_of_points_across_the_meridian_lies_between_them() -> None:
    met = meeting_ends(line((179.999, 10), (-179.999, 10)), 1)
    assert abs(met.longitude_deg[0]) == pytest.approx(180)
    assert met.apart_km[0] == pytest.approx(length_km(line((179.999, 10), (180, 10))), rel=1e-3)


# Countries and identifiers.


def test_every_country_has_a_name_and_no_name_two_countries() -> None:
    named = named_countries()
    assert set(named) == ISO_3166
    assert all(alpha_3(name) == code for code, names in named.items() for name in names)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Turkey", "TUR"), ("TÜRKIYE", "TUR"), ("Cote d’Ivoire", "CIV"), ("The Gambia", "GMB"), ("St. Lucia", "LCA"),
     ("Congo", None), ("Korea", None), ("", None), ("Neutral Zone", None), ("kaz", "KAZ")],
)  # fmt: skip
def test_a_name_is_one_country_or_none(name: str, code: str | None) -> None:
    assert alpha_3(name) == code


def test_identifiers_are_a_case_s_and_all_different() -> None:
    wishes = ["Tengiz–CPC", "tengiz cpc", "Тенгиз", "tengiz-cpc-2", "Tengiz CPC"]
    assert identifiers(wishes, "node") == ["tengizcpc", "tengiz-cpc", "node-3", "tengiz-cpc-2", "tengiz-cpc-3"]


# GeoJSON.


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def drawn(*pairs: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(pair) for pair in pairs]}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


TRUNK = feature(drawn((50, 47), (45, 46), (38, 44.7)), name="Trunk", countries="Kazakhstan; Russia", length_km=1100)
SPUR = feature(drawn((51, 49), (50.002, 47.002)), name="Spur", countries="KAZ", capacity_kt_per_year="12000.5")
PORT = feature({"type": "Point", "coordinates": [38.003, 44.703]}, id="the-port", name="The port", kind="port",
               country="Russia")  # fmt: skip


def test_a_drawn_network_becomes_tables_of_a_case(tmp_path: Path) -> None:
    read = geojson.read(write(tmp_path / "net.geojson", collection(TRUNK, SPUR, PORT)), confidence="reported")
    assert list(read.links["name"]) == ["Trunk", "Spur"]
    trunk, spur = read.links.iloc[0], read.links.iloc[1]
    assert spur["to_node"] == trunk["from_node"]
    assert (trunk["to_node"], trunk["countries"], trunk["length_km"]) == ("the-port", "KAZ;RUS", 1100)
    assert (trunk["confidence"], spur["confidence"]) == ("reported", "derived")
    assert "as drawn" in spur["method"]
    assert spur["length_km"] == pytest.approx(length_km(line((51, 49), (50.002, 47.002))), abs=1e-3)
    nodes = read.nodes.set_index("node")
    assert (nodes.loc["the-port", "kind"], nodes.loc["the-port", "country"]) == ("port", "RUS")
    assert nodes.loc["the-port", "longitude_deg"] == 38.003
    junction = nodes.loc[trunk["from_node"]]
    assert (junction["kind"], junction["country"], junction["confidence"]) == ("junction", "KAZ", "assumed")
    assert "where 2 lines end" in junction["method"]
    (figure,) = read.link_figures.itertuples()
    assert (figure.link, figure.figure, figure.value) == (spur["link"], "nominal_kt_per_year", 12000.5)


def test_ends_apart_are_not_joined(tmp_path: Path) -> None:
    read = geojson.read(write(tmp_path / "net.geojson", collection(TRUNK, SPUR)), tolerance_km=0.1)
    assert len(read.nodes) == 4
    assert any("falls into 2 parts" in note for note in read.notes)


def test_what_is_not_known_is_empty_and_told(tmp_path: Path) -> None:
    odd = feature(drawn((1, 1), (2, 2)), countries="Atlantis, Congo")
    read = geojson.read(write(tmp_path / "net.geojson", collection(odd, feature(None), feature(drawn((5, 5), (5, 5))))))
    assert read.links["countries"].isna().all()
    assert read.nodes["country"].isna().all()
    told = " ".join(read.notes)
    for words in ("Atlantis, Congo", "1 features have no geometry", "end where they begin", "no known country"):
        assert words in told


def test_a_box_a_country_and_a_status_choose(tmp_path: Path) -> None:
    path = write(
        tmp_path / "net.geojson",
        collection(TRUNK, SPUR, feature(drawn((-100, 40), (-90, 40)), name="Far", status="Retired", countries="USA")),
    )
    assert list(geojson.read(path, box=(49, 46, 52, 50)).links["name"]) == ["Trunk", "Spur"]
    assert list(geojson.read(path, countries=["RUS"]).links["name"]) == ["Trunk"]
    assert list(geojson.read(path, statuses=["retired"]).links["name"]) == ["Far"]
    with pytest.raises(UnknownNameError, match="did you mean 'retired'"):
        geojson.read(path, statuses=["retird"])
    with pytest.raises(UnknownNameError, match="alpha-3"):
        geojson.read(path, countries=["RU"])
    with pytest.raises(InputError, match="no line is left"):
        geojson.read(path, box=(0, -10, 1, -9))
    with pytest.raises(InputError, match="the box"):
        geojson.read(path, box=(46, 50, 52, 49))
    assert list(geojson.read(path, box=(170, 30, -80, 50)).links["name"]) == ["Far"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"type": "FeatureColl', "cut off: it ends in the middle"),
        (json.dumps(collection(TRUNK))[:-40], "cut off: it ends in the middle"),
        ('{"type": "Feature",, }', "is no JSON: line 1, column 20"),
        (f"{json.dumps(TRUNK)}\n{json.dumps(SPUR)}\n", "more than one JSON text"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("", "is empty"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "'NaN', which is no number"),
        ('{"type": "Topology", "objects": {}}', "TopoJSON"),
        ('{"a": 1}', "JSON and no GeoJSON: at its top stands dict"),
        ('{"type": "FeatureCollection"}', "no GeoJSON"),
        ("[" * 100_000, "nested too deeply|cut off"),
        (json.dumps(collection()), r"neither lines nor points \(no features\)"),
        (json.dumps(collection(feature({"type": "Polygon", "coordinates": []}))), "1 Polygon"),
        (json.dumps(collection({"type": "Thing"})), "feature 1 is no Feature"),
        (json.dumps(collection(feature({"type": "Curve"}))), "feature 1 has no geometry of GeoJSON"),
        (json.dumps(collection(feature(drawn((1, 1))))), "a line of 1 positions"),
        (json.dumps(collection(feature({"type": "LineString", "coordinates": [[1, "2"], [1, 3]]}))), "for a position"),
        (json.dumps(collection(feature({"type": "LineString", "coordinates": "x"}))), "no list"),
        (json.dumps(collection(TRUNK, crs={"type": "name", "properties": {"name": "EPSG:3857"}})), "'EPSG:3857'"),
        (json.dumps(collection(feature(drawn((5556597, 5942074), (5009377, 5780349))))), "projected coordinates"),
        (json.dumps(collection(feature(drawn((47, 150), (46, 145))))), "latitude seems to stand before longitude"),
        (json.dumps(collection(feature(drawn((350, 47), (355, 46))))), "from 0 to 360"),
        (json.dumps(collection(TRUNK, feature(drawn((181, 47), (45, 100))))), "feature 2 .* off the map"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), mode="camel"))), "'camel'; it may be pipeline"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), length_km="1,5"))), "with a decimal point"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), capacity_kt_per_year=-1))), "not negative"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), length_km="1_000"))), "'1_000'; it must be a number"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), name="T\ud800"))), "feature 1, property 'name' holds"),
        (json.dumps(collection(feature(drawn((1, 1), (2, 2)), **{"\udc00": 1}))), "half of a character"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_drawn_network_is_named(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "net.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words) as told:
        geojson.read(path)
    assert str(path) in str(told.value)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    whole = json.dumps(collection(TRUNK | {"properties": {"name": "Каспий"}}), ensure_ascii=False)
    path.write_bytes(whole.encode("utf-16"))
    with pytest.raises(DataError, match="UTF-16"):
        geojson.read(path)
    path.write_bytes(whole.encode("cp1251"))
    with pytest.raises(DataError, match="not UTF-8"):
        geojson.read(path)
    path.write_bytes(whole.encode("utf-8-sig"))
    read = geojson.read(path)
    assert read.links["name"].item() == "Каспий"
    assert any("byte order mark" in note for note in read.notes)
    with pytest.raises(DataError, match="no file"):
        geojson.read(tmp_path / "nothing.geojson")


def test_a_swap_shows_where_the_box_is_known(tmp_path: Path) -> None:
    path = write(tmp_path / "net.geojson", collection(feature(drawn((47, 50), (46, 45)))))
    with pytest.raises(DataError, match="would if latitude and longitude were swapped"):
        geojson.read(path, box=(49, 46, 52, 48))


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_wgs_84_by_its_names_is_taken(tmp_path: Path, name: str) -> None:
    content = collection(TRUNK, crs={"type": "name", "properties": {"name": name}})
    assert len(geojson.read(write(tmp_path / "net.geojson", content)).links) == 1


# The trackers, in the layout in which they are published.

OIL = (
    "PipelineName SegmentName Wiki ProjectID Status Fuel Countries Owner Parent StartYear1 Capacity CapacityUnits "
    "CapacityBOEd LengthKnownKm LengthEstimateKm LengthMergedKm Diameter DiameterUnits StartLocation "
    "StartState/Province StartCountry EndLocation EndState/Province EndCountry RouteAccuracy WKTFormat"
).split()
GAS = [
    {"Countries": "CountriesOrAreas", "StartCountry": "StartCountryOrArea", "EndCountry": "EndCountryOrArea",
     "CapacityBOEd": "CapacityBcm/y"}.get(name, name)
    for name in OIL
]  # fmt: skip


def pipeline(columns: list[str] = OIL, **cells: Any) -> dict[str, Any]:
    plain = dict.fromkeys(columns, "--") | {
        "PipelineName": "Caspian Line", "SegmentName": "", "ProjectID": "P0001", "Status": "operating", "Fuel": "Oil",
        "Capacity": "1,340,000.00", "CapacityUnits": "bpd", "StartYear1": 2001, "LengthKnownKm": 1511.0,
    }  # fmt: skip
    return plain | cells


LINES = [
    pipeline(Countries="Kazakhstan, Russia", StartLocation="Atyrau", StartCountry="Kazakhstan",
             EndLocation="Novorossiysk", EndCountry="Russia", RouteAccuracy="high",
             WKTFormat="LINESTRING (51.92 47.1, 45 46, 37.77 44.72)"),
    pipeline(ProjectID="P0002", PipelineName="Northern Line", Countries="Kazakhstan", StartLocation="Uzen",
             StartCountry="Kazakhstan", EndLocation="Atyrau", EndCountry="Kazakhstan", Capacity=15,
             CapacityUnits="mtpa", LengthKnownKm="--", LengthEstimateKm=680.25, LengthMergedKm=680.25,
             WKTFormat="MULTILINESTRING ((52.8 43.4, 52 45), (52 45, 51.921 47.101))"),
    pipeline(ProjectID="P0003", PipelineName="Branching", SegmentName="Phase 2", Countries="Kazakhstan",
             WKTFormat="MULTILINESTRING ((60 50, 61 50), (61 50, 62 51), (61 50, 62 49))"),
    pipeline(ProjectID="P0004", PipelineName="Undrawn", Countries="Kazakhstan; China", StartLocation="Atyrau",
             StartCountry="Kazakhstan", EndLocation="Alashankou", EndCountry="China", Capacity="400,000"),
    pipeline(ProjectID="P0005", PipelineName="Liquids", Fuel="NGL", Countries="Russia", StartLocation="A",
             EndLocation="B"),
    pipeline(ProjectID="P0006", PipelineName="To come", Status="construction", StartYear1=2031, Countries="Russia",
             StartLocation="C", EndLocation="D"),
    pipeline(ProjectID="P0007", PipelineName="Nowhere", Countries="Atlantis"),
]  # fmt: skip


def workbook(path: Path, rows: list[dict[str, Any]], columns: list[str] = OIL, sheet: str = "Pipelines") -> Path:
    book = openpyxl.Workbook()
    about = book.active
    assert about is not None
    about.title = "About"
    about.append(["Global Energy Monitor", "CC BY 4.0"])
    table = book.create_sheet(sheet)
    table.append(columns)
    for row in rows:
        table.append([row[name] for name in columns])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def oil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook(tmp_path_factory.mktemp("gem") / "GEM-GOIT-Oil-NGL-Pipelines-2025-03.xlsx", LINES)


def rows_of(read: NetworkTables, table: str) -> dict[str, dict[str, Any]]:
    frame = getattr(read, table).astype(object)
    return dict(frame.where(frame.notna(), None).set_index(frame.columns[0]).to_dict("index"))


def test_the_oil_tracker_s_workbook_becomes_a_network(oil: Path) -> None:
    read = gem_pipelines.read(oil)
    links, nodes, figures = (rows_of(read, table) for table in ("links", "nodes", "link_figures"))
    assert list(links) == ["p0001", "p0002", "p0003-1", "p0003-2", "p0003-3", "p0004", "p0005"]
    assert links["p0001"] | {"name": 0} == {
        "name": 0, "from_node": "atyrau", "to_node": "novorossiysk", "mode": "pipeline", "operator": None,
        "length_km": 1511.0, "countries": "KAZ;RUS", "route": None, "source": "gem-oil-pipelines-2025-03",
        "confidence": "reported", "method": None,
    }  # fmt: skip
    assert links["p0002"]["to_node"] == links["p0004"]["from_node"] == "atyrau"
    assert (links["p0002"]["length_km"], links["p0002"]["method"][:24]) == (680.25, "the publisher's estimate")
    assert links["p0003-1"]["name"] == "Branching, Phase 2, piece 1 of 3"
    assert links["p0003-1"]["confidence"] == "derived"
    assert (nodes["atyrau"]["country"], nodes["novorossiysk"]["country"]) == ("KAZ", "RUS")
    assert nodes["alashankou"]["latitude_deg"] is None
    assert rows_of(read, "sources")["gem-oil-pipelines-2025-03"] == {
        "publisher": "Global Energy Monitor", "retrieved": None,
        "title": "Global Oil Infrastructure Tracker: oil and NGL pipelines", "date": "2025-03", "licence": "CC-BY-4.0",
        "url": "https://globalenergymonitor.org/projects/global-oil-infrastructure-tracker/",
    }  # fmt: skip
    barrels = figures["p0001"]
    assert barrels["value"] == pytest.approx(1_340_000 * 365 / 7.33 / 1e3, abs=1e-3)
    assert barrels["confidence"] == "derived"
    assert "1340000 bpd x 365 days / 7.33 barrels a tonne" in barrels["method"]
    assert (figures["p0002"]["value"], figures["p0002"]["confidence"]) == (15_000, "reported")
    assert figures["p0003-2"]["confidence"] == "assumed"
    assert "p0005" not in figures
    told = " ".join(read.notes)
    for words in ("Atlantis", "1 construction", "1 in bpd of NGL", "neither drawn nor have two named ends", "P0003"):
        assert words in told


def test_a_name_that_two_nodes_bear_ties_nothing(tmp_path: Path) -> None:
    """Two drawn lines begin in places of one name, far apart; the line that is not drawn begins at a third."""
    said = {"Countries": "Kazakhstan", "StartLocation": "Saryozek", "StartCountry": "Kazakhstan",
            "EndCountry": "Kazakhstan"}  # fmt: skip
    rows = [
        pipeline(**said, ProjectID="P1", EndLocation="A", WKTFormat="LINESTRING (60 50, 61 50)"),
        pipeline(**said, ProjectID="P2", EndLocation="B", WKTFormat="LINESTRING (70 44, 71 44)"),
        pipeline(**said, ProjectID="P3", EndLocation="A"),
    ]
    links = rows_of(gem_pipelines.read(workbook(tmp_path / "oil.xlsx", rows)), "links")
    assert [link["from_node"] for link in links.values()] == ["saryozek", "saryozek-2", "saryozek-3"]
    assert links["p3"]["to_node"] == links["p1"]["to_node"]


def test_every_row_says_how_it_is_known(oil: Path) -> None:
    read = gem_pipelines.read(oil, statuses=[])
    columns = {"nodes": NODES, "links": LINKS, "link_figures": LINK_FIGURES, "sources": SOURCES}
    for table, wanted in columns.items():
        frame = getattr(read, table)
        assert tuple(frame.columns) == wanted
        if table == "sources":
            continue
        assert set(frame["source"]) == {"gem-oil-pipelines-2025-03"}
        assert set(frame["confidence"]) <= {"reported", "derived", "assumed"}
        assert frame.loc[frame["confidence"] != "reported", "method"].notna().all()
    assert rows_of(read, "link_figures")["p0006"]["valid_from"] == "2031-01-01"


def test_the_tables_stand_in_a_case(oil: Path, tmp_path: Path) -> None:
    """Put beside a small case's own rows, they are valid; but for the countries that the publisher does not say."""
    case = copy_case("small", tmp_path / "case")
    read = gem_pipelines.read(oil, countries=["KAZ"])
    for table, file in (("sources", "sources"), ("nodes", "corridor/nodes"), ("links", "corridor/links"),
                        ("link_figures", "corridor/link_figures")):  # fmt: skip
        path = case / f"{file}.csv"
        text = getattr(read, table).to_csv(index=False, header=False, lineterminator="\n")
        path.write_text(path.read_text(encoding="utf-8") + text.replace("True", "true"), encoding="utf-8")
    assert check_case(case) == []
    shutil.rmtree(case)


def test_the_gas_tracker_keeps_its_unit(tmp_path: Path) -> None:
    gas = {"CountriesOrAreas": "Russia", "StartLocation": "A", "EndLocation": "B", "StartCountryOrArea": "Russia",
           "EndCountryOrArea": "Türkiye", "Fuel": "Gas", "Capacity": 31.5, "CapacityUnits": "bcm/y",
           "CapacityBcm/y": 31.5}  # fmt: skip
    columns = [name for name in GAS if name != "WKTFormat"]
    path = workbook(tmp_path / "gas.xlsx", [pipeline(columns, **gas)], columns, "Gas Pipelines 2024-12-17")
    read = gem_pipelines.read(path, "gem-gas-pipelines")
    assert read.link_figures.empty
    assert read.published[["capacity", "capacity_unit"]].to_numpy().tolist() == [["31.5", "bcm/y"]]
    assert any("1 in bcm/y of Gas" in note for note in read.notes)
    assert read.sources["date"].isna().all()
    with pytest.raises(DataError, match="holds the gas pipelines; read it as gem-gas-pipelines"):
        gem_pipelines.read(path)


def test_the_tracker_s_geojson_is_the_same_network(oil: Path, tmp_path: Path) -> None:
    shapes = [drawn((51.92, 47.1), (45, 46), (37.77, 44.72)),
              {"type": "MultiLineString", "coordinates": [[[52.8, 43.4], [52, 45]], [[52, 45], [51.921, 47.101]]]},
              {"type": "MultiLineString",
               "coordinates": [[[60, 50], [61, 50]], [[61, 50], [62, 51]], [[61, 50], [62, 49]]]}]  # fmt: skip
    empty = {"type": "GeometryCollection", "geometries": []}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    features = [
        feature(shape, **{name: row[name] for name in OIL if name != "WKTFormat"})
        for row, shape in zip(LINES, [*shapes, empty, None, empty, empty], strict=True)
    ]
    path = write(tmp_path / "GEM-GOIT-Oil-NGL-Pipelines-2025-03.geojson", collection(*features, crs=crs))
    by_map, by_sheet = gem_pipelines.read(path), gem_pipelines.read(oil)
    for table in ("nodes", "links", "link_figures", "sources", "published"):
        assert getattr(by_map, table).equals(getattr(by_sheet, table)), table


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Capacity": dt.datetime(2024, 1, 3)}, "row 2, column 'Capacity' holds a date"),
        ({"Capacity": -5}, "row 2, column 'Capacity' holds '-5'; it is a finite number from 0 up"),
        ({"Capacity": "#REF!"}, "row 2, column 'Capacity' holds '#REF!', a formula's error"),
        ({"Status": "#REF!"}, "row 2, column 'Status' holds '#REF!', a formula's error"),
        ({"Capacity": "=1+1"}, r"column 'Capacity' holds the formula =1\+1"),
        ({"Capacity": "1340000,5"}, "decimal comma"),
        ({"WKTFormat": "LINESTRING (5556597 5942074, 5009377 5780349)"}, "projected coordinates"),
    ],
)
def test_spoilt_cells_of_a_workbook_are_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        gem_pipelines.read(workbook(tmp_path / "oil.xlsx", [LINES[0] | change]))


def test_routes_that_excel_cut_off_are_not_drawn(tmp_path: Path) -> None:
    long = ", ".join(f"{50 + k / 1e5:.5f} 47.0" for k in range(2200))
    rows = [
        LINES[0] | {"WKTFormat": f"LINESTRING ({long}"[:32_767]},
        LINES[1] | {"WKTFormat": "LINE (1"},
    ]
    read = gem_pipelines.read(workbook(tmp_path / "oil.xlsx", rows))
    assert read.nodes["latitude_deg"].isna().all()
    told = " ".join(read.notes)
    assert "1 routes are cut off where a cell of Excel's ends" in told
    assert "1 routes cannot be read" in told


def test_files_that_are_not_the_tracker_s_are_named(tmp_path: Path, oil: Path) -> None:
    path = tmp_path / "file.xlsx"
    whole = oil.read_bytes()
    for content, words in (
        (whole[: len(whole) // 2], "cut off"),
        (b"<!DOCTYPE html><title>Log in</title>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or a locked"),
        (b"PipelineName,Status\n", "neither an Excel workbook"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=words):
            gem_pipelines.read(path)
    terminals = workbook(path, [{"TerminalName": "T", "Status": "operating", "Fuel": "LNG"}],
                         ["TerminalName", "Status", "Fuel"])  # fmt: skip
    with pytest.raises(DataError, match=r"lacks PipelineName in any of its sheets \('About', 'Pipelines'\); .*LNG"):
        gem_pipelines.read(terminals)
    with pytest.raises(DataError, match="no pipelines"):
        gem_pipelines.read(workbook(path, []))
    with pytest.raises(DataError, match="no file"):
        gem_pipelines.read(tmp_path / "nothing.xlsx")
    with pytest.raises(InputError, match="barrels to the tonne"):
        gem_pipelines.read(oil, barrels_per_tonne=0)
    with pytest.raises(UnknownNameError):
        gem_pipelines.read(oil, "gem-oil")


@pytest.mark.parametrize(
    ("measured", "given", "kt"),
    [
        (Measured(100_000, "bpd", "Oil"), None, 100_000 * 365 / 7.33 / 1e3),
        (Measured(100_000, "bpd", "Oil, NGL"), None, 100_000 * 365 / 7.33 / 1e3),
        (Measured(100_000, "bpd", "Oil products (only)"), None, None),
        (Measured(100_000, "bpd", "LPG"), 11.6, 100_000 * 365 / 11.6 / 1e3),
        (Measured(10_000, "m3/day", "Oil"), None, 10_000 * 6.2898 * 365 / 7.33 / 1e3),
        (Measured(67, "mtpa", "NGL"), None, 67_000),
        (Measured(55, "bcm/y", "Gas"), 7.33, None),
        (Measured(55, "MMcf/d", "Gas"), None, None),
        (Measured(55, "", "Oil"), None, None),
    ],
)
def test_capacities_become_tonnes_where_they_can(measured: Measured, given: float | None, kt: float | None) -> None:
    capacity = in_kilotonnes(measured, given)
    if kt is None:
        assert capacity is None
    else:
        assert capacity is not None
        assert capacity.kt_per_year == pytest.approx(kt)
        assert f"{measured.value:.10g} {measured.unit}" in capacity.note
        assert replace(capacity, valid_from="2020-01-01").valid_from == "2020-01-01"


@pytest.mark.parametrize(("digits", "words"), [(5000, "a number that none can be"), (400, r"has \[1+ for a position")])
def test_a_number_that_none_can_be_is_named(tmp_path: Path, digits: int, words: str) -> None:
    path = tmp_path / "line.geojson"
    path.write_text('{"type": "Point", "coordinates": [' + "1" * digits + ", 2]}", encoding="utf-8")
    with pytest.raises(DataError, match=words):
        geojson.read(path)
