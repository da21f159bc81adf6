"""Worker processes that end with the one that began them, however that one ended."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process

__all__ = ["end_with_parent"]


def end_with_parent() -> None:
    """Let this worker end at once when its parent is gone; one that was killed could not tell it to.

    A worker waits for work at a pipe that its siblings hold open too, so that it would wait for ever.
    """
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()
