# One command per habit. `make demo` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Other people's clients, with which the tests read our data: an environment above the other.
CLIENTS := .venv-clients

.PHONY: demo test attacks explore fuzz test-postgresql install install-test check lock release clean help

help:            ## what can be made
	@grep -E '^[a-z-]+: .*##' Makefile | sed -E 's/:[^#]*## /\t/'

demo: install    ## a region of member nodes and a hub on this machine, and a first question
	$(BIN)/safelane demo

test: install-test  ## every test, on two cores
	$(BIN)/python -m pytest -n 2 --dist loadscope

attacks: install-test  ## every attack of docs/explanation/attacks.md
	$(BIN)/python -m pytest -n 2 tests/attacks
	PYTHONPATH=.:tests/support:tests/anonymisers $(BIN)/python tests/attacks/test_clients_beside_casualties.py

MINUTES ?= 10
explore: install-test  ## new random inputs for the tests that draw them, for so many MINUTES
	$(BIN)/python tests/support/exploring.py --minutes $(MINUTES)

fuzz: install-test $(VENV)/.fuzz  ## each reader of what comes from outside, for so many MINUTES of the processor (about 90 readers)
	$(BIN)/python benchmarks/fuzz/fuzz_readers.py --minutes $(MINUTES)

# What keeps state on SQLite in the other tests, kept on PostgreSQL: a server of the run's own, from a wheel.
ON_POSTGRESQL := tests/hub tests/member tests/watching tests/bootstrap/test_backup.py tests/bootstrap/test_upgrading.py \
    tests/cli/test_account_commands.py tests/cli/test_figures_command.py tests/member/build/test_noisy_counts.py \
    tests/cli/test_log_erasing.py::test_searches_for_the_person_are_forgotten_too \
    tests/web/test_sessions.py::test_a_session_ends_when_it_is_not_used \
    tests/federation/test_fault_plans.py tests/web/test_storable_values.py

# Of these, what sends no statement to a database that the others do not: once is enough. What is in none of these
# lists is repeated; .ci/run fails where a place of gateway/store sends its statement in no test on PostgreSQL.
ONCE_IS_ENOUGH := $(addprefix tests/hub/test_,service_year.py bounds_hold_the_truth.py enrolling.py largest_question.py late_answers.py) \
    $(addprefix tests/hub/test_,merging.py merging_perturbed.py notifiers.py question_through_the_hub.py) \
    $(addprefix tests/member/answer/test_,approvals.py no_proof_no_answer.py decision_replay.py demanded_share_reaches_the_recipient.py) \
    $(addprefix tests/member/answer/test_,policy_decides.py recipient_view.py terms_reach_the_recipient.py withheld_bounds.py) \
    $(filter-out %/test_noisy_counts.py,$(wildcard tests/member/build/test_*.py)) \
    $(addprefix tests/member/policy/test_,ministry_policy.py privacy_budget.py ready_made_first.py) \
    tests/member/clients tests/member/cube tests/member/node tests/member/region \
    $(addprefix tests/member/register/test_,mapped_arrays.py missing_cases.py person_counts.py record_changes.py vault_of_a_load.py) \
    $(addprefix tests/watching/test_,former_keys.py keys_of_the_log.py lying_hub.py monitor_loop.py quorum.py reconciling.py)

test-postgresql: install-test  ## the tests that touch storage once more, on PostgreSQL, one after the other
	SAFELANE_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(ON_POSTGRESQL) $(addprefix --ignore=,$(ONCE_IS_ENOUGH))

check: install-test ## style and types, without the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports setup.cfg

install: $(VENV)/.runtime $(VENV)/.engine $(VENV)/.report  ## .venv with the command safelane
install-test: $(VENV)/.runtime $(VENV)/.test $(VENV)/.report $(CLIENTS)/.made

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Safelane needs Python 3.11 or newer; try make PYTHON=python3.13") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# uv takes a fifth of pip's time. It reads no pip.conf: where it fails, pip does the same, and says what is wrong.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
UV_INSTALL := $(BIN)/uv pip install --quiet --no-config --no-deps --python $(BIN)/python
install_with = $(UV_INSTALL) $(1) 2>/dev/null || $(PIP_INSTALL) $(1)

$(VENV)/.uv: $(BIN)/python requirements/uv.txt
	-$(PIP_INSTALL) --only-binary :all: --require-hashes -r requirements/uv.txt
	@touch $@

# The lock comes first and with hashes; the package itself then needs nothing from outside.
$(VENV)/.runtime: $(VENV)/.uv requirements/runtime.txt setup.cfg pyproject.toml
	$(call install_with,--require-hashes -r requirements/runtime.txt)
	$(call install_with,--no-build-isolation -e .)
	@touch $@

# Tables as Parquet, and registers of millions of rows: an extra elsewhere, and never missed in the demo.
$(VENV)/.engine: $(VENV)/.uv requirements/engine.txt
	$(call install_with,--require-hashes -r requirements/engine.txt)
	@touch $@

# Reports as DOCX and PDF: an extra elsewhere, and never missed in the demo or by a test.
# After the lock of the program itself: two that install a package of both at once disturb each other.
$(VENV)/.report: $(VENV)/.runtime requirements/report.txt
	$(call install_with,--require-hashes -r requirements/report.txt)
	@touch $@

# The fuzzer, which no test needs.
$(VENV)/.fuzz: $(VENV)/.test requirements/fuzz.txt
	$(call install_with,--require-hashes -r requirements/fuzz.txt)
	@touch $@

# What the tests need besides, so that `make --jobs` installs it at the same time.
$(VENV)/.test: $(VENV)/.uv requirements/runtime.txt requirements/test.txt
	awk 'FNR == 1 {files++} /^[a-z0-9]/ {known = $$1 in runtime; if (files == 1) runtime[$$1]} files == 2 && !known' \
	    requirements/runtime.txt requirements/test.txt >$(VENV)/besides.txt
	$(call install_with,--require-hashes -r $(VENV)/besides.txt)
	@touch $@

RELEASE ?= dist
release: install-test  ## source archive, wheels, bill of materials, bundle and Debian package in dist, with signed checksums
	deploy/release/make.sh $(RELEASE)

lock:            ## pin requirements/*.in again, with hashes (needs uv on the PATH)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/uv.in -o requirements/uv.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/runtime.in -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/engine.in -o requirements/engine.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/sources.in -o requirements/sources.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/installer.in -o requirements/installer.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/release.in -o requirements/release.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -c requirements/runtime.txt requirements/report.in -o requirements/report.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/test.in -o requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/clients.in -o requirements/clients.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/fuzz.in -o requirements/fuzz.txt

$(CLIENTS)/.made: requirements/clients.txt tests/clients/node/package-lock.json $(VENV)/.runtime $(VENV)/.test
	$(BIN)/python -m venv --clear --without-pip $(CLIENTS)
	$(BIN)/python tests/support/other_clients.py $(CLIENTS)
	$(BIN)/python -m pip --python $(CLIENTS)/bin/python install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/clients.txt
	if command -v npm >/dev/null; then npm ci --silent --ignore-scripts --prefix $(CLIENTS)/node; fi
	@touch $@

clean:           ## away with the environment and the demo
	rm -rf $(VENV) $(CLIENTS) safelane-demo
