"""What the manual says of balancing: its example runs and prints what it prints, its names exist."""

import doctest
import re
from pathlib import Path

import zollverein.case.balancing as balancing
from zollverein.case.balancing.contradiction import MOST_THINNED
from zollverein.case.balancing.proportional_fitting import MOST_CELLS, MOST_TARGETS
from zollverein.case.balancing.reconciling import MOST_ASKED

PAGE = (Path(__file__).parents[3] / "docs" / "balancing.md").read_text(encoding="utf-8")


def test_its_example_prints_what_it_says() -> None:
    blocks = "\n".join(re.findall(r"```pycon\n(.*?)```", PAGE, flags=re.DOTALL))
    example = doctest.DocTestParser().get_doctest(blocks, {}, "docs/balancing.md", None, 0)
    assert len(example.examples) >= 9
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(example, out=said.append)
    assert said == []


def test_every_function_has_its_place() -> None:
    assert [
        name for name in balancing.__all__ if f"`{name}" not in PAGE and name not in {"DomesticSales", "Updated"}
    ] == []


def test_its_limits_are_those_of_the_code() -> None:
    assert f"{MOST_CELLS:,} cells and {MOST_TARGETS:,} sums" in PAGE
    assert f"more than {MOST_THINNED} are named" in PAGE
    assert f"up to {MOST_ASKED:,} cells" in PAGE
