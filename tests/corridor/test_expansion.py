"""What to build, against the enumeration of all that could be built."""

from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pytest
from tests.corridor.toys import two_ways

from zollverein.corridor import Horizon, Option, Outage, Router, expansion
from zollverein.errors import NetworkError, UnknownNameError

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
OPTIONS = (
    Option("wide cheap", 60.0, (("cheap", 200.0),)),
    Option("wide dear", 20.0, (("dear", 300.0),)),
    Option("more dear", 30.0, (("dear", 400.0),), ready=date(2022, 4, 1), requires=("wide dear",)),
    Option("dear otherwise", 25.0, (("dear", 350.0),), group="dear"),
    Option("dear anew", 45.0, (("dear", 600.0),), group="dear"),
)


def scenarios(count, seed):
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        start = date(2022, 1, 1) + timedelta(days=int(rng.integers(0, 250)))
        end = start + timedelta(days=int(rng.integers(10, 110)))
        halt = Outage(f"s{k}", "cheap", start, end, share_lost=round(float(rng.uniform(0.3, 1.0)), 2))
        out.append((halt,) if rng.random() < 0.8 else ())
    return out


def allowed(chosen, budget):
    names = {o.name for o in chosen}
    groups = [o.group for o in chosen if o.group]
    return (
        sum(o.capex_usd_million for o in chosen) <= budget
        and all(set(o.requires) <= names for o in chosen)
        and len(set(groups)) == len(groups)
    )


def losses(chosen, sampled):
    """Losses by networks that are built anew, with the options as revisions would write them."""
    base = Router(two_ways(), YEAR).base().netback_usd_million
    days = YEAR.days
    router = Router(two_ways(), YEAR)
    added = np.zeros((3, len(YEAR)))
    for option in chosen:
        ready = np.array(
            [1.0 if option.ready is None or s >= np.datetime64(option.ready) else 0.0 for s in YEAR.starts]
        )
        for link, kt in option.additions:
            added[list(router.network.links.index).index(link)] += kt / 365.0 * days * ready
    router.extend(added)
    return np.array([base - router.answer(s).netback_usd_million for s in sampled])


def cvar(values, alpha):
    tail = np.sort(values)[::-1]
    count = (1 - alpha) * len(values)
    whole = int(np.floor(count + 1e-9))
    return (tail[:whole].sum() + (count - whole) * (tail[whole] if whole < len(tail) else 0.0)) / count


@pytest.mark.parametrize("budget", [0.0, 25.0, 50.0, 110.0, 200.0])
def test_the_best_portfolio_is_that_of_all_portfolios(budget):
    sampled = scenarios(30, seed=1)
    found = expansion(Router(two_ways(), YEAR), OPTIONS, sampled, budgets_usd_million=[budget], alpha=0.9)
    frontier = found.frontier.set_index("objective")
    every = [c for k in range(len(OPTIONS) + 1) for c in combinations(OPTIONS, k) if allowed(c, budget)]
    of = [losses(c, sampled) for c in every]
    assert frontier.loc["expected", "expected_loss_usd_million"] == pytest.approx(min(v.mean() for v in of), abs=2e-4)
    assert frontier.loc["cvar", "cvar_loss_usd_million"] == pytest.approx(min(cvar(v, 0.9) for v in of), abs=2e-4)
    assert (frontier["capex_usd_million"] <= budget).all()
    assert len(found.tried) <= len(every) + 12


def test_an_option_built_is_the_network_built_so():
    """A router that is extended earns what a network with the wider link earns, outage and all."""
    halt = scenarios(1, seed=4)[0] or (Outage("h", "cheap", date(2022, 3, 1), date(2022, 4, 1), share_lost=0.5),)
    router = Router(two_ways(), YEAR)
    position = list(router.network.links.index).index("dear")
    added = np.zeros((3, len(YEAR)))
    added[position] = 300.0 / 365.0 * YEAR.days
    router.extend(added)
    wide = Router(two_ways(dear=665.0), YEAR)
    assert router.answer(halt).netback_usd_million == pytest.approx(wide.answer(halt).netback_usd_million)


def test_the_values_of_options_alone_and_last():
    sampled = scenarios(20, seed=2)
    found = expansion(Router(two_ways(), YEAR), OPTIONS[:3], sampled, budgets_usd_million=[1000.0])
    values = found.values.set_index("option")
    nothing, dear = losses((), sampled).mean(), losses(OPTIONS[1:2], sampled).mean()
    assert values.loc["wide dear", "alone_usd_million"] == pytest.approx(nothing - dear, abs=1e-6)
    # What requires another is worth what it adds to it.
    both = losses(OPTIONS[1:3], sampled).mean()
    assert values.loc["more dear", "alone_usd_million"] == pytest.approx(dear - both, abs=1e-6)
    assert values.loc["wide cheap", "last_usd_million"] == pytest.approx(
        both - losses(OPTIONS[:3], sampled).mean(), abs=1e-6
    )


def test_what_was_chosen_is_tried_on_scenarios_kept_aside_and_the_router_is_left_as_it_was():
    router, told = Router(two_ways(), YEAR), []
    before = router.base()
    found = expansion(
        router, OPTIONS[:2], scenarios(30, seed=1), budgets_usd_million=[20.0, 100.0], check=scenarios(60, seed=9),
        progress=lambda name, count: told.append((name, count)),
    )  # fmt: skip
    row = found.frontier.iloc[0]
    kept_aside = losses(OPTIONS[1:2], scenarios(60, seed=9))
    assert row["options"] == "wide dear"
    assert row["checked_expected_loss_usd_million"] == pytest.approx(kept_aside.mean(), abs=1e-6)
    assert row["checked_standard_error_usd_million"] == pytest.approx(kept_aside.std(ddof=1) / np.sqrt(60), abs=1e-6)
    assert router.base().netback_usd_million == pytest.approx(before.netback_usd_million, rel=1e-12)
    assert [count for _, count in told] == list(range(1, len(found.tried) + 1))
    by_budget = found.frontier[found.frontier["objective"] == "expected"]
    assert by_budget["expected_loss_usd_million"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("options", "changes", "told"),
    [
        ((), {}, "one at least"),
        ((Option("a", 1.0, ()),), {}, "adds nothing"),
        ((Option("a", 1.0, (("cheep", 1.0),)),), {}, "did you mean 'cheap'"),
        ((Option("a", 1.0, (("cheap", -1.0),)),), {}, "above 0"),
        ((Option("a", -1.0, (("cheap", 1.0),)),), {}, "zero or more"),
        ((Option("a", 1.0, (("cheap", 1.0),), requires=("b",)),), {}, "no option 'b'"),
        (
            (
                Option("a", 1.0, (("cheap", 1.0),), requires=("b",)),
                Option("b", 1.0, (("cheap", 1.0),), requires=("a",)),
            ),
            {},
            "in a circle",
        ),
        (OPTIONS, {"scenarios": []}, "no scenarios"),
        (OPTIONS, {"budgets_usd_million": []}, "no budgets"),
        (OPTIONS, {"budgets_usd_million": [-1.0]}, "zero or more"),
        (OPTIONS, {"alpha": 1.0}, "alpha"),
    ],
)
def test_what_cannot_be_built_is_refused(options, changes, told):
    asked = {"scenarios": scenarios(2, 1), "budgets_usd_million": [10.0]} | changes
    with pytest.raises((NetworkError, UnknownNameError), match=told):
        expansion(Router(two_ways(), YEAR), options, **asked)
