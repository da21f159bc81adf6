"""Networks small enough to solve by hand."""

import pandas as pd

from zollverein.corridor import Network


def network(
    nodes,
    links,
    link_figures,
    node_figures,
    units=None,
    commodities=(("crude", "XXX"),),
    quotas=(),
    blends=(),
    observed=(),
):
    """Build a network from short tuples.

    nodes: (node, kind, country). links: (link, from, to, route). link_figures: (link, figure, value[, from, to[,
    commodity]]). node_figures: (node, commodity, figure, value[, from, to]).
    """
    links_told = [(*row, *(None,) * (6 - len(row))) for row in link_figures]
    nodes_told = [(*row, *(None,) * (6 - len(row))) for row in node_figures]
    return Network.from_tables(
        nodes=pd.DataFrame([(n, n, k, c) for n, k, c in nodes], columns=["node", "name", "kind", "country"]),
        links=pd.DataFrame(
            [(k, k, a, b, "pipeline", "XXX;AAA", r) for k, a, b, r in links],
            columns=["link", "name", "from_node", "to_node", "mode", "countries", "route"],
        ),
        link_figures=pd.DataFrame(
            links_told, columns=["link", "figure", "value", "valid_from", "valid_to", "commodity"]
        ),
        node_figures=pd.DataFrame(
            nodes_told, columns=["node", "commodity", "figure", "value", "valid_from", "valid_to"]
        ),
        link_units=None
        if units is None
        else pd.DataFrame(units, columns=["link", "units_available", "capacity_kt_per_month"]),
        commodities=pd.DataFrame(list(commodities), columns=["commodity", "exporter"]),
        quotas=pd.DataFrame(list(quotas), columns=["quota", "link", "commodity", "kt_per_year", "counted"]),
        blends=pd.DataFrame(
            list(blends), columns=["node", "component", "blend", "share_min", "share_max", "cost_usd_per_t"]
        ),
        observed=pd.DataFrame(list(observed), columns=["target", "commodity", "kt_per_year"]),
    )


def two_ways(*, cheap=730.0, dear=365.0, storage=None, units=None, figures=(), nodes=(), node_figures=(), **tables):
    """A field of 1,095 kt a year; a cheap way out of 730 to AAA at 600 US$/t, a dear one of 365 to BBB at 610."""
    return network(
        [
            ("field", "field", "XXX"),
            ("port", "port", "XXX"),
            ("sea", "market", "AAA"),
            ("east", "market", "BBB"),
            *nodes,
        ],
        [("feed", "field", "port", ""), ("cheap", "port", "sea", "cheap"), ("dear", "field", "east", "dear")],
        [
            *([("cheap", "nominal_kt_per_year", cheap)] if cheap is not None else []),
            ("cheap", "tariff_usd_per_t", 40.0),
            ("dear", "nominal_kt_per_year", dear),
            ("dear", "tariff_usd_per_t", 90.0),
            *figures,
        ],
        [
            ("field", "crude", "production_kt_per_year", 1095.0),
            ("sea", "", "price_usd_per_t", 600.0),
            ("east", "", "price_usd_per_t", 610.0),
            *([("port", "", "storage_kt", storage), ("port", "", "storage_usd_per_t_month", 1.0)] if storage else []),
            *node_figures,
        ],
        units,
        **tables,
    )
