"""One entity for a name in any spelling or language."""

import pytest
from tests.union.toys import table

import zollverein as zv
from zollverein.errors import UnionError, UnknownNameError
from zollverein.union import Entities


@pytest.fixture(scope="module")
def entities():
    return zv.open_case("eurasia").union().entities


@pytest.mark.parametrize(
    ("spellings", "kind"),
    [
        (("Tokajew", "Tokayev", "TOKAYEV", "Токаев"), "person"),
        (("Noworossijsk", "Novorossiysk", "Новороссийск", "novorossiysk "), "place"),
        (("Kasachstan", "Kazakhstan", "Казахстан", "KAZ"), "country"),
    ],
)
def test_spellings_of_one_thing_mean_one_thing(entities, spellings, kind):
    assert len({entities.resolve(name, kind) for name in spellings}) == 1


def test_a_name_that_is_nearly_right_is_helped(entities):
    with pytest.raises(UnknownNameError, match="did you mean"):
        entities.resolve("Kazahkstan")


def test_a_name_of_several_asks_for_the_kind():
    told = Entities.from_table(
        table([("GEO", "country", "Georgia", "en"), ("us-ga", "place", "Georgia", "en")],
              ("entity_id", "entity_type", "alias", "language"))
    )  # fmt: skip
    with pytest.raises(UnionError, match=r"GEO \(country\), us-ga \(place\)"):
        told.resolve("Georgia")
    assert told.resolve("georgia", "place") == "us-ga"


def test_spellings_are_listed(entities):
    assert {"de", "en", "ru"} <= set(entities.spellings("KAZ")["language"])
    with pytest.raises(UnknownNameError):
        entities.spellings("KZA")


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(UnionError, match="lacks the column"):
        Entities.from_table(table([], ("alias",)))
