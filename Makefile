# Everything a person types. Each target does its own set-up; `make` alone prints this list.
TONO := .venv/bin/tono
BIN := .venv/bin
.PHONY: help run stop test test-long check bench lock clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## install what is missing, start the database, serve the map at http://127.0.0.1:8000/
	@requirements/setup.sh run
	@$(TONO) up

stop: ## stop the private database
	@$(TONO) db stop

test: ## install what is missing and run every test
	@requirements/setup.sh dev
	$(BIN)/pytest --numprocesses=auto --dist=loadgroup

test-long: ## run every test with four times as many drawn examples
	@requirements/setup.sh dev
	$(BIN)/pytest --numprocesses=auto --dist=loadgroup --hypothesis-profile=ci

check: ## format, lint, types, import contracts, docstrings, spelling; Biome and types of the scripts
	@requirements/setup.sh dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(git ls-files 'geo/*.py')
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(BIN)/typos
	cd app/web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

bench: ## measure travel times and siting beside other software, installed in .venv-bench, never shipped
	@requirements/setup.sh bench
	@mkdir -p build/bench
	.venv-bench/bin/python tests/bench/bench_travel_times.py > build/bench/travel_times.json
	.venv-bench/bin/python tests/bench/bench_siting.py > build/bench/siting.json
	.venv-bench/bin/python tests/bench/bench_what_if.py > build/bench/what_if.json
	.venv-bench/bin/python tests/bench/bench_critical_links.py > build/bench/critical_links.json

lock: ## write requirements/*.txt anew from pyproject.toml
	@requirements/setup.sh dev
	requirements/lock.sh

clean: ## remove what the set-up and the database made
	-@$(TONO) db stop
	rm -rf .venv .venv-bench .tono build app/web/node_modules app/web/static/vendor
