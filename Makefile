# Two commands on a fresh machine: `make plan`, then `make app`. Needs python3 >= 3.11 with venv, or uv.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

ifeq ($(UV),)
VENV = $(PYTHON) -m venv .venv
INSTALL = $(BIN)/python -m pip install -q
else
VENV = uv venv -q --allow-existing --python $(PYTHON) .venv
INSTALL = uv pip install -q --python $(BIN)/python
endif

.PHONY: plan app test test-long lint bench clean

plan: .venv/.installed-app
	$(BIN)/geo-planner plan data/scenarios/lai_chau_sample.yaml -o out
	@echo "Open out/map.html in a browser and out/priority_list.xlsx in a spreadsheet."

app: .venv/.installed-app
	$(BIN)/geo-planner app

test: .venv/.installed-dev
	sh scripts/install_browser.sh
	sh scripts/install_office.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

# Six visits at the same time for three minutes, and the long journeys in a browser: no error, nothing of one in another, memory flat.
test-long: .venv/.installed-dev
	sh scripts/install_browser.sh
	sh scripts/install_office.sh
	GEO_PLANNER_LONG=180 $(BIN)/python -m pytest -n 0 tests/ui/test_side_by_side.py tests/ui/test_while_importing.py tests/ui/journeys tests/documents tests/batch

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf .venv out build dist .pytest_cache .ruff_cache .mypy_cache

.venv/bin/python:
	$(VENV)

.venv/.installed-app: pyproject.toml | .venv/bin/python
	$(INSTALL) -e '.[app]'
	@touch $@

.venv/.installed-dev: pyproject.toml | .venv/bin/python
	$(INSTALL) -e '.[dev]'
	@touch $@
