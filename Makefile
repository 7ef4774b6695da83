# `make demo` and `make test` are all a newcomer needs; both make .venv first.
# `make test` is what one runs all day; `make test-all` runs every test but those on a cluster, which `make test-cluster` runs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo
BENCH := demo/large

WORKERS := 2
SUITE := $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: demo test test-full test-all test-cluster mutants install install-test bench docs clean

install: .venv/installed
install-test: .venv/installed-test

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, or name one with PYTHON=..."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or name one with PYTHON=..."; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "the virtual environment could not be made: install python3-venv, and see that the disk has 2 GB left"; exit 2; }

.venv/installed: .venv/bin/python constraints.txt pyproject.toml
	@echo "Installing the pinned dependencies into .venv (once, a few minutes) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e . || { echo "installation failed: is the network or proxy to PyPI open, and are 2 GB of disk free?"; exit 2; }
	@touch $@

.venv/installed-test: .venv/installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[test]" || { echo "installation failed: is the network or proxy to PyPI open, and are 2 GB of disk free?"; exit 2; }
	@touch $@

demo: export SIMULATED := $(DEMO)/logs
demo: install
	@rm -rf $(DEMO)/logs $(DEMO)/lake
	@$(BIN)/python bench/demo.py --logs $(DEMO)/logs

test: install-test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(SUITE) -m quick

test-full: install-test
	@$(SUITE) -m full

test-all: test test-full

# a standalone cluster on loopback; ONE="-k TestSomeTablesOfEveryRoom" is the quick half, which CI runs
test-cluster: install-test
	@$(BIN)/python -m pytest tests/cluster -m cluster -s $(ONE)

# small wrong changes to the code, each shown to the tests that run its line; goes on where it was stopped, and writes docs/mutants.md
mutants: install-test
	@[ -f .mutants/quick.json ] || $(BIN)/python -m bench.mutants record
	@for tier in quick tiny full; do $(BIN)/python -m bench.mutants show --tier $$tier; done
	@$(BIN)/python -m bench.mutants page

bench: install-test
	@$(BIN)/python bench/features.py
	@$(BIN)/python bench/kmeans.py
	@$(BIN)/python bench/dbscan.py
	@$(BIN)/python bench/identity.py
	@$(BIN)/python bench/tiers.py
	@$(BIN)/python bench/rules.py
	@$(BIN)/python bench/journeys.py
	@$(BIN)/python bench/chances.py
	@$(BIN)/python bench/topn.py
	@$(BIN)/python bench/factors.py
	@if [ -d "$${DATA:-}/m4_weekly" ]; then $(BIN)/python bench/forecasts.py && $(BIN)/python bench/values.py --data "$${DATA}"; else echo "bench/forecasts.py needs DATA, the folder with m4_weekly and oulad"; fi
	@if [ -d "$${DATA:-}/online_retail" ]; then $(BIN)/python bench/later_lists.py --data "$${DATA}"; else echo "bench/later_lists.py needs DATA, the folder with online_retail and oulad"; fi
	@rm -rf $(BENCH)
	@SIMULATED=$(BENCH)/logs $(BIN)/python bench/demo.py --logs $(BENCH)/logs --lake $(BENCH)/lake --users 100000 --days 60 \
		--only gold.segments --only gold.portraits

docs: install-test
	@$(BIN)/python docs/make.py

clean:
	rm -rf .venv $(DEMO) lake spark.log
