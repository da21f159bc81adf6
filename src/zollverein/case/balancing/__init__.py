"""A consistent base from partial, conflicting and uncertain figures, with a report of what moved."""

from zollverein.case.balancing.balanced import Balanced
from zollverein.case.balancing.biproportional import gras, ras
from zollverein.case.balancing.constraints import Constraints
from zollverein.case.balancing.home_sales import DomesticSales, domestic_sales
from zollverein.case.balancing.proportional_fitting import ipf
from zollverein.case.balancing.reconciling import errors_like_ras, reconcile
from zollverein.case.balancing.updating import Updated, update

__all__ = [
    "Balanced",
    "Constraints",
    "DomesticSales",
    "Updated",
    "domestic_sales",
    "errors_like_ras",
    "gras",
    "ipf",
    "ras",
    "reconcile",
    "update",
]
