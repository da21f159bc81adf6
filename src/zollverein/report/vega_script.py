"""The script that draws the charts of a page: bundled once on a machine, and taken from the user's cache afterwards."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import platformdirs
import vl_convert

__all__ = ["vega_script"]


@cache
def vega_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from the wheel of vl-convert.

    To bundle it takes longer than all the rest of a report; a copy is kept in the user's cache, under vl-convert's
    version and with its own digest. Where nothing can be kept, or what is there is not what was put there, it is
    bundled anew.
    """
    kept = platformdirs.user_cache_path("zollverein") / f"vega-{version('vl-convert-python')}.js"
    script = _kept_in(kept)
    if script is None:
        # Inside a script element the parser looks for its end and for comments, even within strings.
        bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
        script = bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")
        _keep(script, kept)
    return script


def _kept_in(place: Path) -> str | None:
    try:
        content = place.read_bytes()
    except OSError:
        return None
    digest, _, script = content.partition(b"\n")
    return script.decode() if hashlib.sha256(script).hexdigest().encode() == digest else None


def _keep(script: str, place: Path) -> None:
    """Put it there whole or not at all; a cache that cannot be written is none."""
    content = script.encode()
    unfinished = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".vega-", delete=False) as file:
            unfinished = Path(file.name)
            file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        unfinished.replace(place)
    except OSError:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
