"""The approximate Newton step leads to the same equilibrium as damping alone, by a shorter way."""

import numpy as np
import pytest
from tests.economy.worlds import cell, world

from zollverein.economy import Closure, Shock
from zollverein.economy.anderson import accelerate
from zollverein.economy.correction import Correction
from zollverein.economy.fused_map import FusedMap
from zollverein.economy.shock import shock_arrays

CLOSURES = (
    Closure(),
    Closure(deficits="multiplicative"),
    Closure(labour="specific"),
    Closure(labour="specific", specific_share={"food": 0.4}),
)


@pytest.mark.parametrize("closure", CLOSURES, ids=str)
def test_the_same_point_in_fewer_evaluations(closure: Closure) -> None:
    base = world(tariffs=0.1).base
    shock = shock_arrays(Shock(iceberg=cell("AAA", "BBB", None, factor=1.3)), base, closure)
    fused = FusedMap(base, shock, closure)
    damping, start = fused.damping(), fused.start()
    slow = accelerate(fused.residual, start, plain_step=lambda r: damping * r, tolerance=1e-12, max_iterations=500)
    fast = accelerate(fused.residual, start, plain_step=Correction(fused, start), tolerance=1e-12, max_iterations=500)
    assert slow.converged
    assert fast.converged
    np.testing.assert_allclose(fast.point, slow.point, atol=1e-10)
    assert len(fast.history) < len(slow.history)


def test_a_common_change_of_factor_prices_is_the_numeraire_s() -> None:
    """All factor prices one percent up is no change of anything real: a residual that is corrected whole."""
    base = world().base
    fused = FusedMap(base, shock_arrays(Shock(), base, Closure()), Closure())
    step = Correction(fused, fused.start())
    residual = fused.start()
    residual[fused.edges[2] : fused.edges[3]] = 0.01
    wages = step(residual)[fused.edges[2] : fused.edges[3]]
    np.testing.assert_allclose(wages, 0.01, rtol=1e-12)
