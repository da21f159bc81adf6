"""Whoever fits first, the answer is the same; and what each fits by itself is near."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.gravity.panels import panel

from zollverein.errors import GravityError, NotConverged
from zollverein.gravity import Design, Log, agreements, backends, estimate
from zollverein.gravity.backends import first_fit
from zollverein.gravity.newton import maximised
from zollverein.gravity.sample import sample_of

OTHERS = ("pyfixest", "fereg")
ROOT = Path(__file__).parents[2]
DESIGNS = {
    "two ways": Design(("agreement", Log("distance"), "contiguity")),
    "three ways": agreements(),
    "both directions alike": agreements(pair_effects="symmetric_pair"),
    "one constant": Design((Log("distance"), "agreement"), ()),
}


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("name", DESIGNS)
def test_backends_agree(backend: str, name: str) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    rows = panel(8, countries=10, zeros=0.2)
    ours, theirs = (estimate(rows, DESIGNS[name], backend=b) for b in ("newton", backend))  # type: ignore[arg-type]
    # Their own coefficients, before any Newton step of ours, and ours: standard errors are the measure.
    assert theirs.certificate.backend_gap < 1e-6
    assert np.isnan(ours.certificate.backend_gap)
    assert np.abs(ours.coefficients - theirs.coefficients).max() < 1e-10
    assert np.allclose(ours.covariance, theirs.covariance, rtol=1e-8)


def test_the_two_others_agree_with_each_other() -> None:
    for backend in OTHERS:
        pytest.importorskip(backend, reason=f"{backend} is not installed")
    sample = sample_of(panel(8, countries=10, zeros=0.2), agreements())
    one, other = (first_fit(b, sample.trade, sample.x, sample.effects.codes) for b in OTHERS)  # type: ignore[arg-type]
    assert np.abs(one.beta - other.beta).max() < 1e-6


@pytest.mark.parametrize(("backend", "extra"), [("pyfixest", "gravity"), ("fereg", "fereg")])
def test_a_backend_that_is_absent_says_how_to_get_it(backend: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, backend, None)
    with pytest.raises(GravityError, match=rf'pip install "zollverein\[{extra}\]"'):
        estimate(panel(), agreements(), backend=backend)  # type: ignore[arg-type]


def test_importing_the_room_and_newton_s_steps_wait_for_no_backend() -> None:
    code = (
        "import sys; from tests.gravity.panels import panel; from zollverein.gravity import agreements, estimate; "
        "estimate(panel(), agreements(), backend='newton').reset(); "
        "print(sorted({'pyfixest', 'fereg', 'numba', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_an_unknown_backend() -> None:
    with pytest.raises(GravityError, match="allowed is pyfixest, fereg, newton"):
        estimate(panel(), agreements(), backend="stata")  # type: ignore[arg-type]


def test_a_backend_that_gives_up_or_leaves_rows_out_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fit:
        def predict(self, type: str) -> np.ndarray:  # noqa: A002 - the backends' own name for it
            return np.ones(3)

        def coef(self) -> np.ndarray:
            return np.ones(1)

    class Short:
        @staticmethod
        def fepois(*_: object, **__: object) -> Fit:
            return Fit()

    class Tired:
        @staticmethod
        def fepois(*_: object, **__: object) -> Fit:
            raise ValueError("demeaning failed")

    for module, words in ((Short, "left out some"), (Tired, "gave up .demeaning failed")):
        monkeypatch.setattr(backends, "import_module", lambda _, module=module: module)
        with pytest.raises(NotConverged, match=words):
            estimate(panel(), agreements(), backend="pyfixest")


def test_a_bad_start_is_no_bad_end() -> None:
    sample = sample_of(panel(8, zeros=0.2), agreements())
    rng = np.random.default_rng(1)
    near = maximised(sample.trade, sample.x, sample.effects, np.log(sample.trade.mean()) + np.zeros(len(sample.trade)))
    far = maximised(sample.trade, sample.x, sample.effects, rng.normal(3.0, 3.0, len(sample.trade)))
    assert far.beta == pytest.approx(near.beta, abs=1e-9)
