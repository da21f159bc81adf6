"""The map: where the oil went, where it goes now, and the difference, drawn on the outlines of the countries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from zollverein.errors import ScenarioError
from zollverein.report import palette
from zollverein.report.chart_style import layered, records
from zollverein.report.flows import link_flows, placed_flows
from zollverein.report.formatting import MARKS, shown, tonnes
from zollverein.report.places import labels, outlines

if TYPE_CHECKING:
    from zollverein.stress import StressTest

__all__ = ["flow_map"]

What = Literal["before", "after", "change"]
Align = Literal["left", "center", "right"]
Box = tuple[float, float, float, float]

WIDEST_LINK = 18.0
HAIRLINE = 1.1
# A change is never drawn thinner, or a large line with a small gain would hide it.
LEAST_CHANGE = 3.0
# Parallels that keep Europe and Asia in shape; the map is centred on what is drawn.
PARALLELS = (35.0, 58.0)
MARGIN = 0.07
LAYOUT_WIDTH = 1040.0
NARROW = 620
# Where a name may stand beside its place, the best first: offset to the right and downwards, and alignment.
SPOTS: tuple[tuple[int, int, Align], ...] = (
    (10, 0, "left"), (-10, 0, "right"), (0, -14, "center"), (0, 15, "center"),
    (9, -11, "left"), (9, 12, "left"), (-9, -11, "right"), (-9, 12, "right"),
)  # fmt: skip
# Where an outage strikes must be named: a step further off there is room in a crowd as well.
FAR_SPOTS: tuple[tuple[int, int, Align], ...] = (
    (0, -23, "center"), (4, -23, "left"), (-4, -23, "right"), (0, 23, "center"), (4, 23, "left"), (-4, 23, "right"),
    (0, -34, "center"), (4, -34, "left"), (-4, -34, "right"), (0, 34, "center"), (4, 34, "left"), (-4, 34, "right"),
)  # fmt: skip
# Channels by name and not by shorthand, of which Altair looks up the class in all of its schema, every time.
AT = {"longitude": alt.Longitude("lon:Q"), "latitude": alt.Latitude("lat:Q")}
SHAPES = {
    "field": "circle", "junction": "circle", "port": "square", "border": "diamond", "refinery": "triangle-up",
    "market": "square",
}  # fmt: skip


def flow_map(test: StressTest, what: What = "change", *, land: dict[str, Any] | str | None = None) -> alt.LayerChart:
    """Draw the flows of the exporter's oil on a map.

    Parameters
    ----------
    what : ``"before"`` or ``"after"``: tonnes as the width of every link; ``"change"``: what stays, what is lost and
        what is gained, on one map.
    land : what stands for the outlines in the chart, where something else will fill them in; absent: they themselves.

    Raises
    ------
    ScenarioError : the test has no corridor, or its places no coordinates.
    """
    if test.routing is None:
        raise ScenarioError(
            f"scenario '{test.name}' has no corridor, so there is no map of its flows; give it one to draw it"
        )
    placed, flows = placed_flows(test.routing.network.nodes, link_flows(test))
    if flows.empty:
        raise ScenarioError(
            f"no link that carries oil in '{test.name}' joins two places on the map; give their nodes "
            f"latitude_deg and longitude_deg"
        )
    touched = placed.loc[placed.index.isin(set(flows["from_node"]) | set(flows["to_node"]))]
    view = _View.around(touched)
    struck = _struck(test, touched)
    ordered = _by_weight(flows, touched, struck)
    names = [_labels(ordered, view, layout, len(struck)) for layout in LAYOUTS]
    layers = [
        _land(outlines() if land is None else land),
        *_place_names(view, names),
        *_links(flows, placed, what),
        *_nodes(touched),
        *(_rings(touched.loc[struck]) if what != "before" else ()),
        *(layer for label in names for layer in _drawn(label)),
    ]
    return layered(
        layers, int(LAYOUT_WIDTH), round(LAYOUT_WIDTH * view.ratio), _described(test, flows, what),
        usermeta={"ratio": round(view.ratio, 3)},
        projection=view.projection(),
        view=alt.ViewBackground(fill=palette.SEA, stroke=None),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Layout:
    """Names are laid out twice, for a wide and for a narrow map, and each shows its own.

    Attributes
    ----------
    width : of the map, pixels. size : of the letters. most : how many names at most. shown : when, as an expression.
    """

    width: float
    size: float
    most: int
    shown: str

    @property
    def letter(self) -> tuple[float, float]:
        """What a letter covers, on average, pixels."""
        return 0.53 * self.size, 1.1 * self.size


LAYOUTS = (
    _Layout(LAYOUT_WIDTH, 12.0, 60, f"width >= {NARROW} ? 1 : 0"),
    _Layout(370.0, 9.0, 9, f"width < {NARROW} ? 1 : 0"),
)


@dataclass(frozen=True, slots=True)
class _View:
    """What part of the world is seen: an equidistant conic projection that fills the width of the chart.

    Attributes
    ----------
    meridian : the central one. left, top : position of the corner, in units of the projection.
    span, ratio : width in those units; height over width.
    """

    meridian: float
    left: float
    top: float
    span: float
    ratio: float

    @classmethod
    def around(cls, places: pd.DataFrame) -> _View:
        meridian = float((places["longitude_deg"].min() + places["longitude_deg"].max()) / 2.0)
        points = [_conic(lon - meridian, lat) for lon, lat in _coordinates(places)]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        span = max(max(xs) - min(xs), 0.25)
        margin = MARGIN * span
        width = span + 2.4 * margin
        height = max(max(ys) - min(ys) + 2.0 * margin, 0.36 * width)
        middle = (max(ys) + min(ys)) / 2.0
        return cls(meridian, min(xs) - 1.2 * margin, middle + height / 2.0, width, min(height / width, 0.75))

    def projection(self) -> alt.Projection:
        """As Vega-Lite draws it at any width; `pixel` is the same in Python."""
        scale = f"width / {self.span:.6f}"
        centre = _conic(0.0, 0.0)
        return alt.Projection(
            type="conicEquidistant",
            rotate=[-self.meridian, 0, 0],
            center=[0, 0],
            parallels=list(PARALLELS),
            scale=alt.ExprRef(expr=scale),
            translate=alt.ExprRef(
                expr=f"[{centre[0] - self.left:.6f} * {scale}, {self.top - centre[1]:.6f} * {scale}]"
            ),
        )

    def pixel(self, lon: float, lat: float, width: float) -> tuple[float, float]:
        x, y = _conic(lon - self.meridian, lat)
        return (x - self.left) * width / self.span, (self.top - y) * width / self.span

    def contains(self, box: Box, width: float) -> bool:
        return box[0] >= 2 and box[1] >= 2 and box[2] <= width - 2 and box[3] <= width * self.ratio - 2


def _conic(lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Equidistant conic (Snyder 1987, p. 111, doi:10.3133/pp1395): unit sphere, longitude from the central meridian."""
    first, second = (math.radians(p) for p in PARALLELS)
    n = (math.cos(first) - math.cos(second)) / (second - first)
    g = math.cos(first) / n + first
    rho = g - math.radians(lat_deg)
    return rho * math.sin(n * math.radians(lon_deg)), g - rho * math.cos(n * math.radians(lon_deg))


def _land(values: dict[str, Any] | str) -> alt.Chart:
    data = alt.InlineData(values=values, format=alt.TopoDataFormat(type="topojson", feature="countries"))
    land: alt.Chart = alt.Chart(data).mark_geoshape(
        fill=palette.LAND, stroke=palette.BORDER, strokeWidth=0.8, clip=True, tooltip=None
    )
    return land


def _place_names(view: _View, named: Iterable[_Labels]) -> Iterable[alt.Chart]:
    """Names of countries, the largest first, set back, where there is room for them."""
    for label in named:
        layout, rows = label.layout, []
        small = replace(layout, size=0.78 * layout.size)
        for country in labels():
            lon, lat = country.longitude_deg, country.latitude_deg
            # Capitals are a quarter wider.
            box = _box(country.name, *view.pixel(lon, lat, layout.width), "center", small, wider=1.25)
            if view.contains(box, layout.width) and not any(_overlap(box, other) for other in label.taken):
                label.taken.append(box)
                rows.append({"name": country.name.upper(), "lon": lon, "lat": lat})
        yield alt.Chart(alt.InlineData(values=rows)).mark_text(
            color=palette.PLACE, fontSize=small.size, clip=True, tooltip=None, opacity=alt.ExprRef(expr=layout.shown)
        ).encode(**AT, text=alt.Text("name:N"))  # fmt: skip


def _links(flows: pd.DataFrame, nodes: pd.DataFrame, what: What) -> Iterable[alt.Chart]:
    """The links: broad where much flows. On the map of change what stays lies behind, what is lost or gained on it."""
    largest = float(flows[["before_kt", "after_kt"]].max().max())
    ends = flows.assign(
        lon=flows["from_node"].map(nodes["longitude_deg"]), lat=flows["from_node"].map(nodes["latitude_deg"]),
        lon2=flows["to_node"].map(nodes["longitude_deg"]), lat2=flows["to_node"].map(nodes["latitude_deg"]),
    )  # fmt: skip
    tips = _tooltips(ends)
    if what == "change":
        kept = ends[["before_kt", "after_kt"]].min(axis=1)
        least = largest * (LEAST_CHANGE - HAIRLINE) / (WIDEST_LINK - HAIRLINE)
        moved = ends.assign(kt=ends["change_kt"].abs().clip(lower=least))
        parts = [
            (ends.assign(kt=kept), kept > 0.05, palette.KEPT, 1.0),
            (moved, ends["change_kt"] < -0.05, palette.LOST, 1.0),
            (moved, ends["change_kt"] > 0.05, palette.GAINED, 1.0),
        ]
    else:
        kt = ends[f"{what}_kt"]
        parts = [
            (ends.assign(kt=kt), kt > 0.05, palette.KEPT, 1.0),
            (ends.assign(kt=0.0), kt <= 0.05, palette.LOST, 0.8),
        ]
    for frame, drawn, colour, opacity in parts:
        rows = tips.join(frame[["lon", "lat", "lon2", "lat2", "kt"]])[drawn]
        if rows.empty:
            continue
        idle = colour == palette.LOST and what != "change"
        yield alt.Chart(alt.InlineData(values=records(rows))).mark_rule(
            color=colour, opacity=opacity, strokeCap="round", clip=True,
            strokeDash=[2, 4] if idle else alt.Undefined,
        ).encode(
            **AT, longitude2=alt.Longitude2("lon2:Q"), latitude2=alt.Latitude2("lat2:Q"),
            strokeWidth=alt.StrokeWidth("kt:Q", legend=None, scale=alt.Scale(
                type="linear", domain=[0, largest], range=[HAIRLINE, WIDEST_LINK])),
            tooltip=[alt.Tooltip(f"{column}:N", title=column) for column in tips.columns],
        )  # fmt: skip


def _tooltips(flows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Link": flows["name"].astype(str),
            "Mode": flows["mode"].astype(str),
            "Before": [tonnes(v) for v in flows["before_kt"]],
            "After": [tonnes(v) for v in flows["after_kt"]],
            "Tariff": [f"{shown('usd_per_t', v)} US$/t" for v in flows["tariff_usd_per_t"]],
            "Known": [
                f"{MARKS.get(c, '')} {c}: {figure}"
                for c, figure in zip(flows["confidence"], flows["weakest_figure"], strict=True)
            ],
            "Sources": flows["source"].astype(str),
        },
        index=flows.index,
    )


@dataclass(frozen=True, slots=True)
class _Labels:
    """Names of places that have found room, by where they stand beside their place, and the boxes that are taken."""

    layout: _Layout
    rows: dict[tuple[int, int, Align], list[dict[str, Any]]]
    taken: list[Box]


def _struck(test: StressTest, touched: pd.DataFrame) -> list[str]:
    """The places that outages strike; of a link, where it begins, else where it ends."""
    links = test.routing.network.links if test.routing is not None else pd.DataFrame()
    places = []
    for target in test.events["target"] if len(test.events) else ():
        ends = [target] if target not in links.index else list(links.loc[target, ["from_node", "to_node"]])
        places += [str(end) for end in ends if end in touched.index][:1]
    return list(dict.fromkeys(places))


def _by_weight(flows: pd.DataFrame, touched: pd.DataFrame, struck: Iterable[str] = ()) -> pd.DataFrame:
    """Places in the order in which they are named.

    First what an outage strikes, then where oil comes from, leaves or lands, then where pipes meet.
    """
    by_end = [flows.groupby(end)[["before_kt", "after_kt"]].sum().max(axis=1) for end in ("from_node", "to_node")]
    size = pd.concat(by_end, axis=1).max(axis=1).reindex(touched.index).fillna(0.0)
    passing = (touched["kind"] == "junction").to_numpy()
    unstruck = ~touched.index.isin(list(struck))
    return touched.iloc[np.lexsort((-size.to_numpy(), passing, unstruck))]


def _labels(ordered: pd.DataFrame, view: _View, layout: _Layout, struck: int = 0) -> _Labels:
    """Find room for the names of places in their order; the first ``struck`` of them may stand further off."""
    points = [view.pixel(lon, lat, layout.width) for lon, lat in _coordinates(ordered)]
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    rows: dict[tuple[int, int, Align], list[dict[str, Any]]] = {}
    for rank, (lon, lat) in enumerate(_coordinates(ordered)):
        full = str(ordered["name"].iloc[rank])
        others = [box for k, box in enumerate(taken) if k != rank]
        tries = [(full, spot) for spot in SPOTS]
        if rank < struck:
            tries += [(full.partition(",")[0], spot) for spot in (*SPOTS, *FAR_SPOTS)]
        for name, (dx, dy, align) in tries:
            box = _box(name, points[rank][0] + dx, points[rank][1] + dy, align, layout)
            if view.contains(box, layout.width) and not any(_overlap(box, other) for other in others):
                taken.append(box)
                rows.setdefault((dx, dy, align), []).append({"Place": name, "lon": lon, "lat": lat})
                break
        if len(taken) - len(points) >= layout.most:
            break
    return _Labels(layout, rows, taken)


def _nodes(touched: pd.DataFrame) -> Iterable[alt.Chart]:
    """The places, by kind."""
    rows = [
        {"Place": str(name), "Kind": str(kind), "lon": lon, "lat": lat}
        for name, kind, (lon, lat) in zip(touched["name"], touched["kind"], _coordinates(touched), strict=True)
    ]
    shape = alt.Shape("Kind:N", legend=None, scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())))
    yield alt.Chart(alt.InlineData(values=rows)).mark_point(
        filled=True, fill=palette.PAPER, stroke=palette.INK, strokeWidth=1.3, opacity=1, clip=True,
        size=alt.ExprRef(expr=f"width < {NARROW} ? 22 : 46"),
    ).encode(**AT, shape=shape, tooltip=[alt.Tooltip("Place:N"), alt.Tooltip("Kind:N")])  # fmt: skip


def _rings(struck: pd.DataFrame) -> Iterable[alt.Chart]:
    """A ring around each place that an outage strikes."""
    if struck.empty:
        return
    places = zip(struck["name"], _coordinates(struck), strict=True)
    rows = [{"Place": str(name), "Kind": "an outage strikes here", "lon": lon, "lat": lat}
            for name, (lon, lat) in places]  # fmt: skip
    yield alt.Chart(alt.InlineData(values=rows)).mark_point(
        filled=False, stroke=palette.LOST, strokeWidth=2.4, shape="circle", opacity=1, clip=True,
        size=alt.ExprRef(expr=f"width < {NARROW} ? 90 : 210"),
    ).encode(**AT, tooltip=[alt.Tooltip("Place:N"), alt.Tooltip("Kind:N")])  # fmt: skip


def _drawn(named: _Labels) -> Iterable[alt.Chart]:
    """The names that found room, each on a halo so that it reads on land and on a link."""
    for (dx, dy, align), rows in named.rows.items():
        for stroke in (palette.PAPER, None):
            yield alt.Chart(alt.InlineData(values=rows)).mark_text(
                color=palette.INK, stroke=stroke or alt.Undefined, strokeWidth=3, strokeJoin="round",
                dx=dx, dy=dy, align=align, fontSize=named.layout.size, tooltip=None, clip=True,
                opacity=alt.ExprRef(expr=named.layout.shown),
            ).encode(**AT, text=alt.Text("Place:N"))  # fmt: skip


def _box(name: str, x: float, y: float, align: Align, layout: _Layout, wider: float = 1.0) -> Box:
    """What a name covers on the map, in pixels of the layout."""
    wide, high = wider * layout.letter[0] * len(name), layout.letter[1]
    left = x - {"left": 0.0, "center": wide / 2, "right": wide}[align]
    return (left, y - high / 2, left + wide, y + high / 2)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _described(test: StressTest, flows: pd.DataFrame, what: What) -> str:
    """The map in words, for those who do not see it."""
    column = {"before": "before_kt", "after": "after_kt", "change": "change_kt"}[what]
    title = {"before": "undisturbed", "after": "in this test", "change": "change against undisturbed"}[what]
    largest = flows.reindex(flows[column].abs().sort_values(ascending=False, kind="stable").index).head(6)
    parts = [f"{row['name']} {tonnes(row[column])}" for row in largest.to_dict("records")]
    return f"Map of oil flows, {title}: {'; '.join(parts)}. The table of links holds every figure."


def _coordinates(places: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(places["longitude_deg"], places["latitude_deg"], strict=True)]
