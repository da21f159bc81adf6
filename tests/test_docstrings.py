"""Examples in docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import zollverein

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(zollverein.__path__, "zollverein.")
    if not name.endswith("__main__") and "._cli" not in name
]


@pytest.mark.parametrize("name", ["zollverein", *MODULES])
def test_examples_print_what_they_say(name):
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
