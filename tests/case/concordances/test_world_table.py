"""A world table keeps every total when it is aggregated, and is left bit for bit as it is by the identity."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case.concordances import Concordance, aggregate_table, identity
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import InputError

ARRAYS = ("intermediate", "final", "primary", "output", "demand_taxes")


def table(seed=0, N=4, S=3, F=2, P=2):
    """A balanced table with inventories below zero."""
    rng = np.random.default_rng(seed)
    intermediate = rng.lognormal(0, 3, (N, S, N, S))
    final = rng.lognormal(0, 3, (N, S, N, F))
    final[..., -1] -= 2.0
    output = intermediate.sum((2, 3)) + final.sum((2, 3))
    primary = rng.random((P, N, S))
    primary[0] = output - intermediate.sum((0, 1)) - primary[1:].sum(0)
    codes = [tuple(f"{letter}{k}" for k in range(size)) for letter, size in (("R", N), ("s", S), ("f", F), ("p", P))]
    return WorldTable("made", 2020, *codes, intermediate, final, primary, output, rng.random((P, N, F)))


def concordance(rows):
    return Concordance("mine", "mine", "", "", pd.DataFrame(rows, columns=["source", "target", "weight"]))


def drawn(seed, sources, targets):
    """A random concordance: some codes go whole, some are parted."""
    rng = np.random.default_rng(seed)
    rows = []
    for source in sources:
        chosen = rng.choice(targets, size=rng.integers(1, len(targets) + 1), replace=False)
        weights = rng.random(len(chosen)) + 0.01
        rows += list(zip([source] * len(chosen), chosen, weights / weights.sum(), strict=True))
    return concordance(rows)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_totals_are_conserved(seed, N, S):
    before = table(seed, N, S)
    regions, sectors = drawn(seed, before.regions, ["Q", "T", "U"]), drawn(seed + 1, before.sectors, ["x", "y"])
    done = aggregate_table(before, regions, sectors)
    scale = {name: np.abs(getattr(before, name)).sum() for name in ARRAYS}
    for name in ARRAYS:
        assert abs(getattr(done.table, name).sum() - getattr(before, name).sum()) <= 1e-12 * scale[name]
    totals = done.totals
    assert (totals["gap_usd_million"].abs() <= 1e-12 * max(scale.values())).all()
    assert np.array_equal(totals["after_usd_million"] - totals["before_usd_million"], totals["gap_usd_million"])
    assert max(done.table.imbalance()) < 1e-12


def test_it_is_the_sum_written_out():
    before = table(3)
    regions = concordance([("R0", "A", 1.0), ("R1", "B", 0.3), ("R1", "A", 0.7), ("R2", "B", 1.0), ("R3", "B", 1.0)])
    sectors = concordance([("s0", "x", 1.0), ("s1", "y", 1.0), ("s2", "y", 0.5), ("s2", "x", 0.5)])
    after = aggregate_table(before, regions, sectors).table
    W, V = regions.weights(before.regions)[1], sectors.weights(before.sectors)[1]
    Z = np.einsum("nsmv,nr,st,mq,vu->rtqu", before.intermediate, W, V, W, V)
    assert after.intermediate == pytest.approx(Z, rel=1e-13)
    assert after.final == pytest.approx(np.einsum("nsmf,nr,st,mq->rtqf", before.final, W, V, W), rel=1e-12)
    assert after.primary == pytest.approx(np.einsum("pns,nr,st->prt", before.primary, W, V), rel=1e-12)
    assert after.demand_taxes == pytest.approx(np.einsum("pnf,nr->prf", before.demand_taxes, W), rel=1e-12)
    assert (after.regions, after.sectors) == (("A", "B"), ("x", "y"))


@pytest.mark.parametrize("nothing", [None, "identity"])
def test_the_identity_changes_nothing_bit_for_bit(nothing):
    before = table(1)
    before.final[0, 0, 0, 0] = -0.0
    axes = [None if nothing is None else identity(codes) for codes in (before.regions, before.sectors)]
    done = aggregate_table(before, *axes)
    for name in ARRAYS:
        assert getattr(done.table, name).tobytes() == getattr(before, name).tobytes()
    assert (done.totals["gap_usd_million"] == 0).all()


def test_new_names_and_another_order_move_figures_bit_for_bit():
    before = table(2)
    swapped = concordance([("R3", "D", 1.0), ("R0", "A", 1.0), ("R2", "C", 1.0), ("R1", "B", 1.0)])
    after = aggregate_table(before, swapped, None).table
    assert after.regions == ("D", "A", "C", "B")
    assert np.array_equal(after.output, before.output[[3, 0, 2, 1]])
    assert np.array_equal(after.intermediate, before.intermediate[[3, 0, 2, 1]][:, :, [3, 0, 2, 1]])


def test_trade_that_becomes_domestic_is_told():
    before = table(4)
    whole = concordance([(code, "World", 1.0) for code in before.regions])
    notes = aggregate_table(before, whole, None).table.notes
    own = np.arange(4)
    home = before.intermediate[own, :, own].sum() + before.final[own, :, own].sum()
    foreign = before.intermediate.sum() + before.final.sum() - home
    assert "4 regions became 1" in notes[0]
    assert notes[1] == f"US$ {foreign:,.6g} million of trade between regions that are one now is domestic"


def test_two_steps_are_one():
    before = table(5)
    first = concordance([("R0", "A", 1.0), ("R1", "A", 0.5), ("R1", "B", 0.5), ("R2", "B", 1.0), ("R3", "C", 1.0)])
    second = concordance([("A", "X", 1.0), ("B", "X", 0.2), ("B", "Y", 0.8), ("C", "Y", 1.0)])
    stepwise = aggregate_table(aggregate_table(before, first, None).table, second, None).table
    at_once = aggregate_table(before, first.then(second), None).table
    assert stepwise.intermediate == pytest.approx(at_once.intermediate, rel=1e-12)


def test_codes_without_a_row_are_refused():
    with pytest.raises(InputError, match="regions is 'eu27'; give a Concordance"):
        aggregate_table(table(), "eu27", None)
    with pytest.raises(InputError, match=r"'R1', 'R2', 'R3'"):
        aggregate_table(table(), concordance([("R0", "A", 1.0)]), None)


def test_a_table_as_large_as_the_largest_needs_no_second_one():
    """The largest array made is a fifth of the table here, where ten sectors become two."""
    before = replace(table(0, 12, 10), notes=("read",))
    half = concordance([(code, f"x{k % 2}", 1.0) for k, code in enumerate(before.sectors)])
    thirds = concordance([(code, f"Q{k % 3}", 1.0) for k, code in enumerate(before.regions)])
    aggregate_table(before, thirds, half)
    tracemalloc.start()
    done = aggregate_table(before, thirds, half)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * before.intermediate.nbytes
    assert done.table.notes[0] == "read"
