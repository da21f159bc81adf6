# `make` alone says what there is. Everything is installed into .venv; nothing else on the machine is touched.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test search check format docs bench picture readme lock clean

VENV ?= .venv
OUT ?= demo
JOBS ?= 2
SCENARIO ?= novorossiysk-90-days
BIN := $(VENV)/bin
export PYTHON
# The program is started again and again: compiled once, it starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Stamps: installed once, and again when a lock or the project's settings change.
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed

$(RUN): requirements.lock pyproject.toml tools/environment.sh
	@tools/environment.sh $(VENV) requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml tools/environment.sh
	@tools/environment.sh $(VENV) requirements-dev.lock
	@touch $@ $(RUN)

demo: $(RUN) ## run the 90-day halt of Novorossiysk and write its report to demo/
	@$(BIN)/zollverein run $(SCENARIO) --out $(OUT)

test: $(DEV) ## every test (PYTEST=... adds options, JOBS=... sets the processes)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST)

search: $(DEV) ## the laws again, on examples that were not tried before
	@HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -n $(JOBS) -m hypothesis $(PYTEST)

check: $(DEV) ## style, format and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: $(DEV) ## put imports and lines in order
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: $(DEV) ## the manual, in docs/_build/html
	@$(BIN)/sphinx-build -W --keep-going --quiet --jobs $(JOBS) docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(DEV) ## how long each part takes
	@$(BIN)/python -m benchmarks $(BENCH)

picture: $(DEV) ## draw the README's picture again
	@$(BIN)/python tools/picture.py $(SCENARIO) docs/images/$(SCENARIO).png

readme: $(DEV) ## run the README's commands again and write what they print into it
	@$(BIN)/python tools/readme.py README.md

lock: $(DEV) ## choose the newest libraries that pyproject.toml allows
	@$(BIN)/python tools/lock.py

clean: ## remove what was made (the environment too)
	rm -rf $(VENV) $(OUT) docs/_build build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
