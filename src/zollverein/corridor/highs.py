"""HiGHS as it is used here: silent, on one thread, with one seed, so that the same programme gives the same plan."""

from __future__ import annotations

import highspy

__all__ = ["quiet_highs"]

OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 1}


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS that never writes to the screen: its banner would come with the callbacks, before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS' own name
        self.silent()
        super().enableCallbacks()


def quiet_highs() -> highspy.Highs:
    """Return a new HiGHS with our options."""
    highs = _Quiet()
    for option, setting in OPTIONS.items():
        highs.setOptionValue(option, setting)
    return highs
