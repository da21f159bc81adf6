"""What a link, a node or a table of the network can be told; checks, defaults and the manual all come from here."""

from __future__ import annotations

__all__ = ["FIGURES_OF_THE_NODE", "LINK_FIGURES", "NODE_FIGURES", "ONLY_SHOWN", "READ_ONCE", "TABLES"]

LINK_FIGURES = {
    "nominal_kt_per_year": "nameplate capacity",
    "usable_kt_per_year": "capacity that can in fact be used, with its reason; stands before the nominal one",
    "quota_kt_per_year": "upper bound by treaty or contract, in every period",
    "right_kt_per_year": "a shipper's right: what one commodity may use of the link, cut in proportion with it",
    "minimum_kt_per_year": "take or pay, in every period: what is not shipped of it is paid for at the tariff",
    "tariff_usd_per_t": "cost of carriage",
    "loss_share": "share lost on the way",
    "transit_days": "whole days on the way: oil arrives that much later, unless the line is full",
    "line_fill_kt": "oil that the line holds: a full line gives at once what is put in, a new one must be filled first",
    "before_kt_per_year": "what the link carried before the first day, still on the way then",
    "vehicles": "ships or trains of a fleet; its capacity is vehicles x load x trips",
    "vehicle_load_t": "deadweight or load of one",
    "load_share": "share of the load that draught or weight limits allow; 1 where absent",
    "trips_per_year": "trips of one in a year",
    "length_km": "length (shown, not used)",
}
NODE_FIGURES = {
    "production_kt_per_year": "output offered by a field",
    "ramp_up_days": "days that a field takes from nothing to full output",
    "shut_in_usd_per_t": "cost of not producing a tonne",
    "demand_kt_per_year": "largest intake of a market or refinery",
    "minimum_kt_per_year": "intake that must be served; what is not is penalised and reported",
    "price_usd_per_t": "price paid at the market, by commodity where grades differ",
    "storage_kt": "tank capacity",
    "initial_stock_kt": "stock at the start",
    "fill_kt_per_day": "most that the tanks take in a day",
    "draw_kt_per_day": "most that the tanks give in a day",
    "storage_usd_per_t_month": "cost of storage",
}
ONLY_SHOWN = ("length_km",)
# Figures of the whole horizon: the one in force on its first day counts.
READ_ONCE = ("loss_share", "initial_stock_kt", "transit_days", "line_fill_kt", "before_kt_per_year", "ramp_up_days")
FIGURES_OF_THE_NODE = ("demand_kt_per_year", "minimum_kt_per_year", "storage_kt", "fill_kt_per_day", "draw_kt_per_day")
TABLES = {
    "nodes": ("node", "name", "kind", "country"),
    "links": ("link", "name", "from_node", "to_node", "mode", "countries", "route"),
    "link_figures": ("link", "figure", "value", "valid_from", "valid_to"),
    "node_figures": ("node", "commodity", "figure", "value", "valid_from", "valid_to"),
    "link_units": ("link", "units_available", "capacity_kt_per_month"),
    "commodities": ("commodity", "exporter"),
    "quotas": ("quota", "link", "commodity", "kt_per_year", "counted"),
    "blends": ("node", "component", "blend", "share_min", "share_max", "cost_usd_per_t"),
    "observed": ("target", "commodity", "kt_per_year"),
}
