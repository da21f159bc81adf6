"""From one classification to another: explicit weights, totals conserved and shown."""

from zollverein.case.concordances.aggregation import Aggregation, aggregation_schema, read_aggregation
from zollverein.case.concordances.concordance import Concordance, identity
from zollverein.case.concordances.groups import country_groups, group_members
from zollverein.case.concordances.long_tables import aggregate_rows
from zollverein.case.concordances.shipped import (
    Shipped,
    concordance_sources,
    concordances,
    open_concordance,
    titles,
)
from zollverein.case.concordances.thetas import thetas
from zollverein.case.concordances.world_table import Aggregated, aggregate_table

__all__ = [
    "Aggregated",
    "Aggregation",
    "Concordance",
    "Shipped",
    "aggregate_rows",
    "aggregate_table",
    "aggregation_schema",
    "concordance_sources",
    "concordances",
    "country_groups",
    "group_members",
    "identity",
    "open_concordance",
    "read_aggregation",
    "thetas",
    "titles",
]
