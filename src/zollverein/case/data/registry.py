"""Which publishers' data there are adaptors for, and which adaptor reads which.

An adaptor is one module of this package with ``DATASETS``, what it knows of its publisher's files before it reads them,
and ``read(path, dataset, ...)``. To add one: write the module, and its name below.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType

from zollverein.case.data.dataset import Dataset
from zollverein.errors import UnknownNameError

__all__ = ["MODULES", "adaptor", "dataset", "datasets"]

MODULES = (
    "oecd_icio",
    "wiod",
    "eora26",
    "adb_mrio",
    "exiobase",
    "gloria",
    "itpde",
    "baci",
    "cepii_gravity",
    "comtrade",
    "imf_dots",
    "wdi",
    "wits",
    "gem_pipelines",
    "geojson",
)
"""World tables, then plain files, then networks; each is imported when the registry is first asked."""


def datasets() -> dict[str, Dataset]:
    """Return every dataset by its name, in the order of the adaptors."""
    return {name: held for name, (held, _) in _registered().items()}


def dataset(name: str) -> Dataset:
    """Return what is known of a dataset.

    Raises
    ------
    UnknownNameError : there is none of this name; with near ones.
    """
    return _entry(name)[0]


def adaptor(name: str) -> ModuleType:
    """Return the module whose ``read(path, name, ...)`` reads a dataset's files.

    Raises
    ------
    UnknownNameError : there is no dataset of this name; with near ones.
    """
    return _entry(name)[1]


def _entry(name: str) -> tuple[Dataset, ModuleType]:
    known = _registered()
    if name not in known:
        raise UnknownNameError("dataset", name, known, "the registry (zollverein data list)")
    return known[name]


@cache
def _registered() -> dict[str, tuple[Dataset, ModuleType]]:
    modules = [import_module(f"zollverein.case.data.{name}") for name in MODULES]
    return {held.name: (held, module) for module in modules for held in module.DATASETS}
