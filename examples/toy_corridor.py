"""A corridor of your own: a field, a terminal that fails for a month, and a railway that takes a part of its oil."""

from datetime import date

import pandas as pd

from zollverein import Horizon, Network, Outage
from zollverein.corridor import route_tonnes, stranded_kt

nodes = pd.DataFrame(
    [
        ("field", "The field", "field", "AAA"),
        ("port", "The port", "port", "BBB"),
        ("sea", "Buyers by sea", "market", "CCC"),
        ("land", "Buyers by land", "market", "DDD"),
    ],
    columns=["node", "name", "kind", "country"],
)
links = pd.DataFrame(
    [
        ("pipe", "Pipeline", "field", "port", "pipeline", "AAA;BBB", ""),
        ("terminal", "Terminal", "port", "sea", "terminal", "BBB;CCC", "by sea"),
        ("rail", "Railway", "field", "land", "rail", "AAA;DDD", "by rail"),
    ],
    columns=["link", "name", "from_node", "to_node", "mode", "countries", "route"],
)
link_figures = pd.DataFrame(
    [
        ("pipe", "nominal_kt_per_year", 3650.0), ("pipe", "tariff_usd_per_t", 10.0),
        ("terminal", "nominal_kt_per_year", 3650.0), ("terminal", "tariff_usd_per_t", 5.0),
        ("rail", "nominal_kt_per_year", 730.0), ("rail", "tariff_usd_per_t", 60.0),
    ],
    columns=["link", "figure", "value"],
).assign(valid_from=None, valid_to=None)  # fmt: skip
node_figures = pd.DataFrame(
    [
        ("field", "oil", "production_kt_per_year", 2920.0), ("field", "oil", "shut_in_usd_per_t", 5.0),
        ("port", "", "storage_kt", 60.0), ("sea", "", "price_usd_per_t", 500.0), ("land", "", "price_usd_per_t", 480.0),
    ],
    columns=["node", "commodity", "figure", "value"],
).assign(valid_from=None, valid_to=None)  # fmt: skip

network = Network.from_tables(
    nodes=nodes,
    links=links,
    link_figures=link_figures,
    node_figures=node_figures,
    commodities=pd.DataFrame({"commodity": ["oil"], "exporter": ["AAA"]}),
)
year = Horizon(date(2026, 1, 1), date(2026, 12, 31), "week")
halt = Outage("storm", "terminal", date(2026, 3, 1), date(2026, 4, 1), share_lost=1.0, announced_days=31)

for title, outages in (("undisturbed", []), ("a month without the terminal", [halt])):
    routing = network.route(year, outages=outages)
    print(title)
    print(route_tonnes(routing, "AAA").round(1).to_string())
    print(f"stranded {stranded_kt(routing, 'AAA'):.1f} kt, mass balance {routing.certificate.mass_balance_kt:.0e} kt\n")
