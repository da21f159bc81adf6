"""What the manual says of concordances: its examples run, its lists are those that ship."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zollverein.case.concordances import concordances, country_groups, open_concordance, titles
from zollverein.case.data.world_table import WorldTable

PAGE = (Path(__file__).parents[3] / "docs" / "concordances.md").read_text(encoding="utf-8")
INDUSTRIES = tuple(titles("OECD ICIO 2023"))


def test_its_examples_run():
    S = len(INDUSTRIES)
    rng = np.random.default_rng(0)
    given = {
        "output_by_industry": pd.Series(1.0, index=INDUSTRIES),
        "table": WorldTable(
            "made", 2020, ("KAZ", "ROW"), INDUSTRIES, ("HFCE",), ("VA",),
            rng.random((2, S, 2, S)), rng.random((2, S, 2, 1)), rng.random((1, 2, S)), rng.random((2, S)),
            np.zeros((1, 2, 1)),
        ),
        "trade": pd.DataFrame({"exporter": ["A01_02"], "importer": ["C19"], "value_usd_million": [1.0]}),
        "regions": open_concordance("icio-2023-to-eurasia-13"),
        "rates": pd.DataFrame({"sector": ["C10T12", "C10T12"], "rate": [0.1, 0.3], "imports_usd_million": [1.0, 3.0]}),
        "sectors": open_concordance("icio-2023-to-eurasia-13"),
    }  # fmt: skip
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(block, given)
    assert given["targets"] == ("AGR", "PET")
    assert given["aggregated"].table.output.shape == (2, 13)
    assert given["rates"]["rate"].tolist() == pytest.approx([0.25])
    assert given["sections"].targets[0] == "A"
    assert given["back"].sources == given["icio"].targets


def test_its_lists_are_those_that_ship():
    assert set(re.findall(r"`((?:[a-z0-9]+-)+to-[a-z0-9-]+)`", PAGE)) == set(concordances())
    told = re.search(r"### Groups of countries\n\n(.*?):", PAGE, flags=re.DOTALL)
    assert re.findall(r"`(\w+)`", told[1]) == list(country_groups())
