"""The engines of a case, each built when it is first asked for; a varied case takes over those it does not touch."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from zollverein.case import Case
from zollverein.corridor import Horizon, Network
from zollverein.economy import Closure, Economy
from zollverein.economy.response import Response, response
from zollverein.stress.crude import crude_link
from zollverein.stress.drawing import OF_ECONOMY, OF_LINK, OF_NETWORK
from zollverein.stress.tie import CrudeLink

__all__ = ["Ground"]

FIGURES = frozenset({"link_figures", "node_figures"})


class Ground:
    """A case and its engines. State is what it is for: what was built is kept."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._links: dict[tuple[str, Horizon], CrudeLink] = {}
        self._responses: dict[tuple[str, str, str], Response] = {}

    @cached_property
    def economy(self) -> Economy:
        """The case's economy."""
        return self.case.economy()

    @cached_property
    def network(self) -> Network:
        """The case's network."""
        return self.case.network()

    def link(self, exporter: str, horizon: Horizon) -> CrudeLink:
        """Return where an exporter's crude sits in the economy.

        Raises
        ------
        UnknownNameError, ScenarioError : as `zollverein.stress.crude.crude_link`.
        """
        key = (exporter, horizon)
        if key not in self._links:
            self._links[key] = crude_link(self.case, exporter, horizon)
        return self._links[key]

    def response(self, closure: Closure, exporter: str, sector: str) -> Response:
        """Return the first-order response of the economy to an exporter's sector, its flows abroad and its supply.

        Raises
        ------
        NotConverged : a derivative was not found.
        """
        key = (repr(closure), exporter, sector)
        if key not in self._responses:
            base = self.economy.base
            abroad = [(exporter, region, sector) for region in base.countries if region != exporter]
            self._responses[key] = response(base, closure, abroad, [(exporter, sector)])
        return self._responses[key]

    def varied(self, case: Case, tables: Collection[str]) -> Ground:
        """Return the ground of a case that differs in some tables; engines built on others are taken over."""
        ground = Ground(case)
        if not OF_ECONOMY & set(tables):
            ground.__dict__["economy"] = self.economy
            ground._responses = self._responses
        touched = OF_NETWORK & set(tables)
        if not touched:
            ground.__dict__["network"] = self.network
        elif touched <= FIGURES:
            figures = (case.preferred(name).reset_index(drop=True) for name in ("link_figures", "node_figures"))
            ground.__dict__["network"] = self.network.refigured(*figures)
        if not OF_LINK & set(tables):
            ground._links = self._links
        return ground
