"""Why a market goes short: the bounds that hold it there account for every kt of it, and loosening one serves more."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corridor.toys import network

from zollverein.corridor import Horizon, Outage, said_of_shortfalls, why_short

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "year")
MONTHS = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
WHOLE_YEAR = (date(2022, 1, 1), date(2023, 1, 1))


def thirsty(*, home=1000.0, loss=0.0, output=1000.0, minimum=400.0, figures=(), nodes=(), links=(), **tables):
    """A field that a refinery at home and a market abroad share; the refinery must have its minimum."""
    return network(
        [("field", "field", "XXX"), ("refinery", "refinery", "XXX"), ("sea", "market", "AAA"), *nodes],
        [("home", "field", "refinery", ""), ("out", "field", "sea", "out"), *links],
        [("out", "nominal_kt_per_year", 1000.0), ("home", "nominal_kt_per_year", home), ("home", "loss_share", loss)],
        [
            ("field", "crude", "production_kt_per_year", output),
            ("refinery", "", "price_usd_per_t", 300.0),
            ("refinery", "", "minimum_kt_per_year", minimum),
            ("sea", "", "price_usd_per_t", 700.0),
            *figures,
        ],
        **tables,
    )


def reasons(why):
    return set(why["bound"])


def assert_accounted(why):
    """What each bound lets through, times what a kt of it serves, is all that is served."""
    for _, rows in why.groupby("node"):
        served = float((rows["bound_kt"] * rows["serves_kt_per_kt"]).sum())
        assert served == pytest.approx(rows["needed_kt"].iloc[0] - rows["least_unmet_kt"].iloc[0], abs=1e-4)


def test_nothing_is_explained_where_nothing_is_short():
    assert why_short(thirsty().route(YEAR)).empty


@pytest.mark.parametrize("horizon", [YEAR, MONTHS])
def test_a_pipe_too_small_is_named_with_what_it_lacks(horizon):
    why = why_short(thirsty(home=200.0, loss=0.1).route(horizon))
    assert reasons(why) == {"capacity of 'home'"}
    assert why["unmet_kt"].iloc[0] == pytest.approx(220.0)
    assert why["bound_kt"].sum() == pytest.approx(200.0)
    assert why["serves_kt_per_kt"].to_numpy() == pytest.approx(0.9)
    (line,) = said_of_shortfalls(why)
    assert "'refinery' misses 220 kt" in line
    assert "capacity of 'home' (200 kt" in line


def test_a_field_that_fell_dry_is_named_and_the_pipe_that_has_room_is_not():
    dry = Outage("dry", "field", *WHOLE_YEAR, share_lost=0.8)
    why = why_short(thirsty().route(MONTHS, outages=[dry], foresight="perfect"))
    assert reasons(why) == {"output of 'field' (crude)"}
    assert_accounted(why)


def test_a_quota_of_the_year_is_named_once():
    why = why_short(thirsty(quotas=[("treaty", "home", "", 360.0, "year")]).route(MONTHS))
    assert list(why["bound"]) == ["quota 'treaty' of 2022"]
    assert why["bound_kt"].iloc[0] == pytest.approx(360.0)
    assert why["unmet_kt"].iloc[0] == pytest.approx(40.0)


def test_a_minimum_that_competes_counts_against_what_is_served():
    net = thirsty(
        output=500.0,
        nodes=[("bitumen", "refinery", "XXX")],
        links=[("to-bitumen", "field", "bitumen", "")],
        figures=[("bitumen", "", "price_usd_per_t", 200.0), ("bitumen", "", "minimum_kt_per_year", 300.0)],
    )
    why = why_short(net.route(YEAR))
    assert reasons(why) <= {
        "output of 'field' (crude)", "intake of 'bitumen', served first", "intake of 'refinery', served first",
    }  # fmt: skip
    assert len(reasons(why)) == 2
    assert why.groupby("node")["unmet_kt"].first().sum() == pytest.approx(200.0)
    assert_accounted(why)


def test_what_only_foresight_would_have_served_is_told_apart():
    """Tanks that would have been filled before an outage, had anybody known of it."""
    net = thirsty(
        home=400.0,
        nodes=[("tanks", "storage", "XXX")],
        links=[("to-tanks", "field", "tanks", ""), ("from-tanks", "tanks", "refinery", "")],
        figures=[("tanks", "", "storage_kt", 60.0), ("tanks", "", "storage_usd_per_t_month", 1.0)],
    )
    march = Outage("march", "field", date(2022, 3, 1), date(2022, 4, 1), share_lost=1.0)
    why = why_short(net.route(MONTHS, outages=[march], foresight="rolling"))
    assert why["unmet_kt"].iloc[0] == pytest.approx(400.0 * 31 / 365)
    assert why["least_unmet_kt"].iloc[0] == pytest.approx(0.0, abs=1e-6)
    assert list(why["bound"]) == [""]
    (line,) = said_of_shortfalls(why)
    assert "no bound forces it" in line
    assert why_short(net.route(MONTHS, outages=[march], foresight="perfect")).empty


@settings(max_examples=10, deadline=None)
@given(
    home=st.floats(20, 500), output=st.floats(100, 900), minimum=st.floats(50, 900), quota=st.floats(50, 900),
    lost=st.floats(0, 1), loss=st.floats(0, 0.4),
)  # fmt: skip
def test_every_kt_is_accounted_for_and_each_reason_holds(home, output, minimum, quota, lost, loss):
    """Law: the bounds account for what is served, and more of any one serves what the price says."""
    outage = [Outage("some", "field", date(2022, 4, 1), date(2022, 7, 1), share_lost=lost)]

    def routed(wider="", by=0.0):
        more = {name: by if name == wider else 0.0 for name in ("home", "quota")}
        net = thirsty(
            home=home + more["home"], output=output, minimum=minimum, loss=loss,
            quotas=[("q", "home", "", quota + more["quota"], "year")],
        )  # fmt: skip
        return net.route(MONTHS, outages=outage, foresight="perfect")

    routing = routed()
    why = why_short(routing)
    if why.empty:
        assert routing.shortfalls["unmet_kt"].sum() <= 1e-5
        return
    assert_accounted(why)
    assert why["least_unmet_kt"].iloc[0] <= why["unmet_kt"].iloc[0] + 1e-5
    for name, wider in (("capacity of 'home'", "home"), ("quota 'q' of 2022", "quota")):
        served = why.loc[why["bound"] == name, "serves_kt_per_kt"]
        unmet = routed(wider, 1e-3).shortfalls["unmet_kt"].sum()
        gained = routing.shortfalls["unmet_kt"].sum() - unmet
        if served.empty:
            continue
        assert gained <= 1e-3 * served.sum() + 1e-6, "a price is the most that a kt can serve"
    assert np.isfinite(why["bound_kt"]).all()
