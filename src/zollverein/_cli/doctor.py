"""`zollverein doctor`: whether this installation can do its work."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from zollverein._cli.screen import output
from zollverein._version import __version__

__all__ = ["examine"]

LIBRARIES = (
    "numpy",
    "pandas",
    "pyarrow",
    "highspy",
    "pydantic",
    "altair",
    "vl-convert-python",
    "jinja2",
    "rich",
    "typer",
)


def examine() -> int:
    """Print what is there and what fails; return 0 if all is well, 1 else."""
    console = output()
    console.print(
        f"zollverein {__version__}, Python {platform.python_version()}, {platform.machine()}", highlight=False
    )
    for name in LIBRARIES:
        try:
            console.print(f"  {name} {version(name)}", highlight=False)
        except PackageNotFoundError:
            console.print(f"  {name} is missing: pip install {name}", highlight=False)
    failed = 0
    for what, probe in (("case", _case), ("corridor's solver", _solver), ("economy", _economy), ("charts", _charts)):
        try:
            console.print(f"ok    {what}: {probe()}", highlight=False)
        except Exception as error:  # noqa: BLE001 - a doctor reports whatever is wrong and goes on
            failed += 1
            console.print(f"fails {what}: {type(error).__name__}: {error}", highlight=False, markup=False)
    return 1 if failed else 0


def _case() -> str:
    from zollverein.case import open_case  # noqa: PLC0415

    case = open_case("eurasia")
    return f"{case.name}, {len(case.tables)} tables, {sum(map(len, case.tables.values())):,} rows, valid"


def _solver() -> str:
    import highspy  # noqa: PLC0415

    return f"HiGHS {highspy.Highs().version()}"


def _economy() -> str:
    from zollverein.case import open_case  # noqa: PLC0415

    outcome = open_case("eurasia").economy().solve()
    return f"zero shock moves real income by at most {outcome.real_income.abs().max():.1e} %"


def _charts() -> str:
    import vl_convert  # noqa: PLC0415

    svg = vl_convert.vegalite_to_svg({"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {}})
    return f"Vega draws ({len(svg):,} characters of SVG)"
