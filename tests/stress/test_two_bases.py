"""What the manual says of the second base year is what comes out of it."""

import re
from pathlib import Path

import pytest

import zollverein as zv
from zollverein.case.building import rebuild_case

PAGE = Path(__file__).parents[2] / "docs" / "rebuilding.md"
MEMBERS = ["ARM", "BLR", "KAZ", "KGZ", "RUS"]


@pytest.fixture(scope="module")
def bases(eurasia, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases") / "second"
    rebuild_case("eurasia", folder, year=2016)
    return {2021: eurasia, 2016: zv.open_case(folder)}


def told():
    """The manual's table: (scenario, year) to real income of the members."""
    found, scenario = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 + len(MEMBERS) and re.fullmatch(r"\d{4}", cells[1]):
            scenario = cells[0].strip("`") or scenario
            found[scenario, int(cells[1])] = [float(cell) for cell in cells[2:]]
    return found


@pytest.mark.parametrize("year", [2021, 2016])
@pytest.mark.parametrize("scenario", ["no-internal-barriers", "deeper-with-china"])
def test_the_manual_tells_both(bases, scenario, year):
    income = zv.run(scenario, case=bases[year]).welfare.set_index("region")["real_income_percent"]
    assert told()[scenario, year] == pytest.approx([income[m] for m in MEMBERS], abs=0.006)
