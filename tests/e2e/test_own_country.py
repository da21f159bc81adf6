"""The tutorial is done as it stands, on a small file in exactly the OECD's layout."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_icio import write_icio

import zollverein as zv
from zollverein.case.concordances import open_concordance
from zollverein.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "own-country.md"
REGIONS = ("ARG", "CHN", "DEU", "FRA", "KAZ", "RUS", "ROW")
# Every industry of the edition, in the publisher's order.
INDUSTRIES = open_concordance("icio-2023-to-isic4").sources


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("afternoon")
    return folder, write_icio(folder / "2020_SML.csv", REGIONS, INDUSTRIES, seed=7)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def files() -> dict[str, str]:
    """The YAML files of the page, by the names that the text before them gives."""
    text = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(r"`([a-z-]+\.yaml)`:\n\n```yaml\n(.*?)```", text, re.DOTALL))


def test_the_tutorial_runs_as_it_stands(table, monkeypatch, capsys):
    folder, world = table
    monkeypatch.chdir(folder)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
    assert sorted(files()) == ["mine.yaml", "neighbour.yaml"]
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("zollverein ")]
    assert len(commands) == 6
    for command in commands:
        code = main(shlex.split(command)[1:])
        said = capsys.readouterr()
        assert code == 0, (command, said.err)
    assert (folder / "first" / "report.html").stat().st_size > 10_000
    assert (folder / "neighbour" / "report.html").exists()
    case = zv.open_case(folder / "mine")
    assert list(case.table("regions")["region"]) == ["KAZ", "RUS", "CHN", "E27", "ROW"]
    assert_totals_kept(case, world)
    assert_the_answer_makes_sense(folder)


def assert_totals_kept(case, world) -> None:
    """What the case says of a pair is what the file says, but for what was drawn from stocks."""
    kaz, rus = REGIONS.index("KAZ"), REGIONS.index("RUS")
    metals = [INDUSTRIES.index(code) for code in ("C24", "C25")]
    drawn = np.minimum(world.final.sum(axis=3), 0.0)
    said = world.intermediate[kaz, metals, rus].sum() + world.final[kaz, metals, rus].sum()
    trade = case.table("trade").set_index(["exporter", "importer", "sector"])["value_usd_million"]
    # Without stocks less is made everywhere, by as much as they were of final demand.
    assert trade["KAZ", "RUS", "MET"] == pytest.approx(said, rel=3 * abs(drawn.sum()) / world.final.sum() + 1e-6)
    regions = case.table("sectors").set_index("sector")
    assert regions.loc["ENX", "theta"] == pytest.approx(10.892)
    assert regions["kind"].to_dict() == {
        **dict.fromkeys(["AGR", "ENX", "MIN", "MET", "MAN"], "goods"),
        "SVC": "services",
    }
    assert set(case.table("trade")["confidence"]) == {"derived"}


def assert_the_answer_makes_sense(folder) -> None:
    income = zv.run(folder / "neighbour.yaml", case=folder / "mine").welfare.set_index("region")["real_income_percent"]
    assert income["KAZ"] < 0, "whose metals are taxed loses"
    assert income.abs().idxmax() in {"KAZ", "RUS"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--from oecd-icio-2023 --file 2020_SML.csv", "needs --aggregation"),
        ("--from oecd-icio-2023 --aggregation mine.yaml", "needs --file"),
        ("--from oecd-icio --file 2020_SML.csv --aggregation mine.yaml", "'oecd-icio-2023' or 'oecd-icio-2025'"),
        ("--from baci-hs17-202501 --file 2020_SML.csv --aggregation mine.yaml", "holds trade"),
        ("--from oecd-icio-2025 --file 2020_SML.csv --aggregation mine.yaml", "2023"),
        ("--from oecd-icio-2023 --file nothing.csv --aggregation mine.yaml", "nothing.csv"),
        ("--file 2020_SML.csv", "name the dataset with --from"),
        ("--from oecd-icio-2023 --file 2020_SML.csv --aggregation wrong.yaml", "KZA"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(table, monkeypatch, capsys, arguments, said):
    folder, _ = table
    monkeypatch.chdir(folder)
    mine = files()["mine.yaml"]
    (folder / "mine.yaml").write_text(mine, encoding="utf-8")
    (folder / "wrong.yaml").write_text(mine.replace("of: KAZ", "of: KZA"), encoding="utf-8")
    assert main(["case", "new", "refused", *shlex.split(arguments)]) == 2
    assert said in capsys.readouterr().err
    assert not (folder / "refused").exists()
