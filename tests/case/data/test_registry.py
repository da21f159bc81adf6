"""The registry: every adaptor is in it, and of every dataset all is said that a person needs."""

import importlib
import inspect
import pkgutil
import re
from urllib.parse import urlsplit

import pytest

import zollverein.case.data
from zollverein.case.data import registry
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.fetching import CHECKSUM, by_hand
from zollverein.errors import UnknownNameError

DATASETS = registry.datasets()


def test_every_adaptor_is_registered() -> None:
    modules = [module.name for module in pkgutil.iter_modules(zollverein.case.data.__path__)]
    adaptors = {
        name for name in modules if hasattr(importlib.import_module(f"zollverein.case.data.{name}"), "DATASETS")
    }
    assert adaptors == set(registry.MODULES)
    assert len(registry.MODULES) == len(adaptors) == 15


def test_names_are_unique() -> None:
    modules = [importlib.import_module(f"zollverein.case.data.{name}") for name in registry.MODULES]
    names = [held.name for module in modules for held in module.DATASETS]
    assert len(names) == len(set(names)) == len(DATASETS)
    assert all(re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))
def test_all_is_said_of_a_dataset(dataset: Dataset) -> None:
    for told in ("title", "publisher", "page", "licence", "citation", "layout"):
        assert getattr(dataset, told).strip(), told
    assert urlsplit(dataset.page).scheme in {"http", "https"}
    assert dataset.licence.rstrip().endswith((".", ")"))
    assert dataset.files or dataset.by_hand, "no file can be fetched, and it is not said where to get one"
    if not dataset.files:
        assert dataset.by_hand in by_hand(dataset)
        assert dataset.page in by_hand(dataset)
    names = [remote.name for remote in dataset.files]
    assert len(names) == len(set(names))
    for remote in dataset.files:
        assert re.fullmatch(r"[\w.+-]+", remote.name)
        assert urlsplit(remote.url).scheme in {"http", "https"}
        assert remote.checksum is None or CHECKSUM.fullmatch(remote.checksum)
        assert remote.bytes is None or remote.bytes > 0


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))
def test_its_adaptor_reads_it_by_path_and_dataset(dataset: Dataset) -> None:
    module = registry.adaptor(dataset.name)
    assert dataset in module.DATASETS
    first, second, *_ = inspect.signature(module.read).parameters.values()
    assert first.name in {"path", "paths"}
    assert second.name == "dataset"
    assert str(second.annotation) in {"str", "Dataset"}


def test_a_name_that_is_none_has_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'gem-oil-pipelines'"):
        registry.dataset("gem-oil-pipeline")
    with pytest.raises(UnknownNameError, match="zollverein data list"):
        registry.adaptor("nothing-like-it")
