"""What the union is worth: the manual's table is what the program answers, and signs are as they must be."""

import re
from pathlib import Path

import pytest

MEMBERS = ("ARM", "BLR", "KAZ", "KGZ", "RUS")
PAGE = Path(__file__).parents[2] / "docs" / "union.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (-?\d.*) \|$", re.MULTILINE)
TOLD = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def answers(answer_of):
    return {name: answer_of(name).welfare.set_index("region") for name in TOLD}


def test_the_manual_tells_of_every_scenario_of_the_union(answers):
    assert len(answers) == 7


def test_the_manual_s_table_is_what_is_answered(answers):
    columns = ("real_income_percent", "real_income_low_percent", "real_income_high_percent")
    for name, cells in TOLD.items():
        for member, cell in zip(MEMBERS, cells.split(" | "), strict=True):
            told = [float(number) for number in re.findall(r"-?\d+\.\d+", cell)]
            assert told == pytest.approx([answers[name].loc[member, c] for c in columns], abs=0.00501), (name, member)


def test_what_others_published_stands_beside_the_answer(answer_of):
    beside = answer_of("no-internal-barriers").published
    knobel = beside[beside["author"].str.startswith("Knobel")].set_index("country")["published"]
    assert knobel.to_dict() == {"RUS": 0.8, "KAZ": 1.7, "ARM": 3.1, "BLR": 4.8}
    assert set(answer_of("deeper-with-eu").published["country"]) >= {"RUS"}
    assert answer_of("kazakhstan-leaves").published.empty


def incomes(answers, name):
    return answers[name]["real_income_percent"]


def test_members_gain_most_in_the_order_that_was_published(answers):
    gains = incomes(answers, "no-internal-barriers")
    assert list(gains[["BLR", "ARM", "KAZ", "RUS"]].sort_values(ascending=False).index) == ["BLR", "ARM", "KAZ", "RUS"]
    assert (gains[list(MEMBERS)] > 0).all()


def test_who_takes_barriers_down_gains_and_who_leaves_loses(answers):
    pair = incomes(answers, "kazakhstan-russia-barriers")
    assert pair["KAZ"] > 0.5
    assert pair["RUS"] > 0
    assert pair["KAZ"] < incomes(answers, "no-internal-barriers")["KAZ"]
    leaves = incomes(answers, "kazakhstan-leaves")
    assert leaves["KAZ"] < -0.5
    assert leaves["KAZ"] < leaves[["ARM", "BLR", "KGZ", "RUS"]].min()


@pytest.mark.parametrize(("partner", "code"), [("china", "CHN"), ("turkey", "TUR"), ("eu", "E27")])
def test_an_agreement_is_worth_something_to_its_parties_and_nothing_to_others(answers, partner, code):
    gains = incomes(answers, f"deeper-with-{partner}")
    assert (gains[[*MEMBERS, code]] > 0).all()
    others = [c for c in ("CHN", "TUR", "E27") if c != code]
    assert (gains[others] < 0.01).all()
