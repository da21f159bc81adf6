.PHONY: test check
PYTHON ?= python3
VENV ?= .venv

$(VENV)/.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -e . pytest hypothesis scipy ruff mypy pandas-stubs types-PyYAML
	touch $@

test: $(VENV)/.stamp
	$(VENV)/bin/python -m pytest

check: $(VENV)/.stamp
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
