# make start   set everything up (first time: minutes, most of it torch) and open the app
# make test    set everything up and pass the tests
# make check   style, types, import rules
#
# START_ARGS and TEST_ARGS pass through:  make start START_ARGS="reductions --plain"
#                                         make test TEST_ARGS="tests/unit -x"

PY      := .venv/bin/python
PIP     := $(PY) -m pip install --disable-pip-version-check -c constraints.txt
PINS    := pyproject.toml constraints.txt
# Most of a screen's test is waiting, so a little more than one worker per core pays.
WORKERS ?= 4

.PHONY: start test check bench shots wheel clean
.DEFAULT_GOAL := start

start: .venv/.start
	@$(PY) -m tutor start $(START_ARGS)

test: .venv/.test
	$(PY) -m pytest -n $(WORKERS) --dist loadfile $(TEST_ARGS)

check: .venv/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: .venv/.bench
	$(PY) -m tests.bench $(BENCH_ARGS)

shots: .venv/.test
	$(PY) docs/screenshots/take.py

wheel: .venv/.test
	$(PY) -m pip wheel --disable-pip-version-check --no-build-isolation --no-deps -w dist .

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is older than what it was made from after a pull that changes the pins, and only then is pip asked again.
.venv/.start: $(PINS) | .venv/bin/python
	@echo "Installing tutor into .venv; this happens once, and torch is a large download."
	$(PIP) -e .
	@touch $@

.venv/.test: $(PINS) | .venv/bin/python
	@echo "Installing tutor and what its tests need into .venv; this happens once."
	$(PIP) -e '.[dev]'
	@touch .venv/.start $@

.venv/.bench: $(PINS) | .venv/bin/python
	@echo "Installing tutor and what its tests and measurements need into .venv; this happens once."
	$(PIP) -e '.[dev,bench]'
	@touch .venv/.start .venv/.test $@

# A candidate must run, not only be found: version switchers leave names on the path that start nothing.
.venv/bin/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.10; do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then \
	    "$$python" -m venv --clear .venv >/dev/null 2>&1 && exit 0; \
	    rm -rf .venv; \
	    "$$python" -m virtualenv -q .venv >/dev/null 2>&1 && exit 0; \
	    rm -rf .venv; without_venv=$$python; \
	  fi; \
	done; \
	if [ -n "$$without_venv" ]; then \
	  echo "$$without_venv cannot make a virtual environment: install its venv module (Debian and Ubuntu: sudo apt install python3-venv), then run make again." >&2; \
	else \
	  echo "tutor needs Python 3.10 to 3.13 and none was found: install one, or name it with make PYTHON=/path/to/python3." >&2; \
	fi; \
	exit 1
