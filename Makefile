PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help env test test-all fuzz faults peers robustness test-floor test-versions lint types tests slow coverage house dist demo paper docs audit bench bench-accuracy accuracy-page bench-unseen bench-path bench-scale bench-larger bench-depth bench-p-values bench-foundation soak clean

help: ## say what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1	/'

# torch first and pinned: a bare requirement may pull gigabytes of CUDA libraries.
$(VENV)/done: setup.cfg constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch==$$(sed -n 's/^torch==//p' constraints.txt)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[test]
	touch $@

env: $(VENV)/done ## make .venv and install the package and its tools

test: lint types tests ## environment, lint, types, and every test but the slow ones

test-all: test slow ## the slow tests too, minutes more

lint: env ## style, spelling, and the floors: imports go down, privacy is kept
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell sklearn_sparcs tests examples benchmarks docs/*.md README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/lint-imports

types: env ## mypy, strict
	$(BIN)/mypy

# a process a core, each of one thread: more threads than cores wait for each other
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q
EVERY_CORE := -n auto --dist worksteal

tests: env ## tests and examples, without lint and types
	$(PYTEST) $(EVERY_CORE) -m "not slow"

slow: env ## the tests that must be large
	$(PYTEST) $(EVERY_CORE) -m slow

# What was tried to break it: reports, which `make robustness` makes tables of.
REPORTS := robustness
REPORT = --junitxml=$(REPORTS)/$@.xml

EXAMPLES ?= 300
fuzz: env ## property tests, longer and with other data each time (EXAMPLES=300 each)
	FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/properties --hypothesis-profile=fuzz $(REPORT)

FAULTS := tests/estimators/test_faults.py tests/estimators/test_interrupts.py tests/recruitment/test_interrupts.py \
  tests/exports/test_faulty_files.py tests/exports/test_hostile_names.py tests/project/test_hostile_files.py \
  tests/estimators/test_torch_switches.py tests/numerics/test_threads.py tests/dask/test_cluster.py
faults: env ## memory that runs out, interrupts, files cut short, hostile names, threads, forks and workers killed
	$(PYTEST) $(FAULTS) $(REPORT)

peers: env ## scikit-learn's own tests of networks, paths and cross-validation, against ours
	OMP_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -m peers $(REPORT)
	$(PYTEST) tests/estimators/test_common.py --junitxml=$(REPORTS)/checks.xml

robustness: env ## the page on what was tried to break it, from the reports that there are
	$(BIN)/python benchmarks/robustness.py $(REPORTS)

FLOOR ?=
test-floor: env ## the tests of one floor: FLOOR=_networks
	$(PYTEST) tests/$(FLOOR:_%=%)

VERSIONS ?= 1.7.2 1.8.0 pre
PYTHONS ?= 3.11 3.12 3.13 3.14
test-versions: env ## what meets scikit-learn's ways, with other releases of it, and under every Python that is found: VERSIONS="1.7.2 1.8.0 pre" PYTHONS="3.11 3.12 3.13 3.14"
	$(BIN)/python tests/versions.py --scikit-learn $(VERSIONS) --python $(PYTHONS)

coverage: env ## which lines and branches no test runs; less than 95 % is an error
	$(PYTEST) $(EVERY_CORE) -m "not slow" --cov

house: env ## draw the floors and their imports into docs/images/house.svg
	$(BIN)/python docs/house.py

# from another folder, so that what runs is what the wheel holds
dist: env ## build wheel and archive into dist, check them, and fit with what the wheel holds
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[dist]
	rm -rf build dist
	$(BIN)/python -m build --outdir dist . >build.log || (cat build.log; exit 1)
	rm -r build build.log
	$(BIN)/python -m twine check --strict dist/*
	alone=$$(mktemp -d) && $(BIN)/pip install --quiet --no-deps --target $$alone dist/*.whl && \
	  cd $$alone && PYTHONPATH=$$alone $(CURDIR)/$(BIN)/python -W error -c \
	  "import sklearn_sparcs as s; print(s.__file__, s.SparcsRegressor().fit([[0], [1], [2]], [0, 1, 2]).active_architecture_)"

# A file or a column may have any name: as it was given, for the shell to hand on.
DATA ?=
TARGET ?=
TASK ?=
override DATA := $(value DATA)
override TARGET := $(value TARGET)
override TASK := $(value TASK)
export DATA TARGET TASK

MODELS ?=
demo: env ## fit SPARCS on three tables, or on yours: DATA=table.csv TARGET=column [TASK=...]
	$(BIN)/python examples/demo.py $(if $(DATA),--data="$$DATA" --target="$$TARGET") $(if $(TASK),--task="$$TASK")

FULL ?=
JOBS ?= 2
PAPER := $(BIN)/python examples/paper
paper: env ## the paper's experiments, a minute each (FULL=1: whole, hours; DATA=CIFAR-10: images too)
	$(PAPER)/parameter_counts.py $(if $(FULL),,--quick)
	$(PAPER)/penalty_scan.py $(if $(FULL),,--quick) --jobs $(JOBS)
	$(PAPER)/linear_to_nonlinear.py $(if $(FULL),,--quick) --jobs $(JOBS)
	$(PAPER)/linear_to_nonlinear_networks.py $(if $(FULL),,--quick) --jobs $(JOBS)
	$(PAPER)/teacher_student.py $(if $(FULL),,--quick) --jobs $(JOBS)
	$(PAPER)/teacher_student_notebook.py $(if $(FULL),--width 200 --epochs 200,--quick)
	$(if $(FULL),$(PAPER)/teacher_student_notebook.py --width 2000 --epochs 16)
ifneq ($(DATA),)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[backbone]
	$(PAPER)/cifar10.py $(if $(FULL),,--quick) --jobs $(JOBS) --data="$$DATA"
	$(PAPER)/backbone.py $(if $(FULL),,--quick) --jobs $(JOBS) --data="$$DATA"
	$(PAPER)/fine_tuning.py $(if $(FULL),,--quick) --jobs $(JOBS) --data="$$DATA"
endif

# -W: a link that leads nowhere, or an example that fails, ends the build
docs: env ## build the pages and the gallery into docs/_build/html
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[docs]
	rm -rf docs/generated
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build -W --keep-going --quiet docs docs/_build/html

bench: env ## speed as ratios in one run, some minutes long (DATA=folder of tables adds three rows)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/speed.py --json speed.json $(if $(DATA),--data="$$DATA")
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/cost_growth.py --json cost-growth.json --picture cost-growth.png

EXTRAS ?= bench
ASIDE ?=
RESULTS := benchmarks/results/tabular.json
RFOLDER ?= build/r-tables
UNSEEN := benchmarks/results/r_tables.json
ACCURACY := OMP_NUM_THREADS=1 $(BIN)/python benchmarks/tabular.py --json $(RESULTS) $(if $(ASIDE),--aside $(ASIDE))
bench-accuracy: env ## accuracy beside other models, hours long (DATA=folder of tables; MODELS="linear mlp …"; EXTRAS=bench,realmlp,ebm,aplr; ASIDE="table …")
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[$(EXTRAS)]
	$(ACCURACY) $(if $(DATA),--data="$$DATA") $(if $(MODELS),--models $(MODELS))

bench-unseen: env ## accuracy on a hundred tables of R packages, on which nothing was chosen; hours long (RFOLDER=where the tables go)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[bench,rtables]
	$(BIN)/python benchmarks/r_tables.py "$(RFOLDER)"
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/tabular.py --data "$(RFOLDER)" --draws 0 --splits 3 --models linear mlp sparcs sparcs_cv --json $(UNSEEN)

accuracy-page: env ## the page and picture on accuracy, from the results that there are
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[bench]
	$(ACCURACY) --report-only --page docs/accuracy.md --picture docs/images/accuracy.png

ROWS ?=
bench-path: env ## what a path of alphas costs, and cross-validation along it
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/path_cost.py

bench-scale: env ## rounds and bytes that a fit over partitions takes, on one and two workers (ROWS="100000 1000000")
	$(BIN)/python benchmarks/scale.py --json scale.json $(if $(ROWS),--rows $(ROWS))

PIECES ?= 600
bench-larger: env ## a fit of 20 GB that a generator makes, piece by piece: its peak of memory (PIECES=600)
	$(BIN)/python benchmarks/larger.py --pieces $(PIECES) --json larger.json

bench-coverage: env ## how often intervals of 90 % hold (DATA=folder of tables; CV=1 for cross-validation)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/coverage.py $(if $(DATA),--data="$$DATA") $(if $(CV),--cv)

bench-depth: env ## a second layer opened in the same run, against a restart (DATA=folder of tables)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/depth.py $(if $(DATA),--data="$$DATA")

bench-p-values: env ## how often a p-value is below .05 where a linear model of classes is true, and where not
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/p_values.py

bench-foundation: env ## the foundation's figures: accuracy, neurons and seconds (needs benchmark data for two of them)
	$(BIN)/python benchmarks/foundation.py $(if $(DATA),--data="$$DATA")

audit: env ## bandit over the package, and advisories of the packages that are pinned; not to reach any is an error
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .[audit]
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive sklearn_sparcs
	$(BIN)/python benchmarks/advisories.py

FITS ?= 10000
PREDICTIONS ?= 1000000
soak: env ## ten thousand fits and a million predictions in one process, half an hour: is memory flat, no handle left? (FITS=10000 PREDICTIONS=1000000)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/soak.py --fits $(FITS) --predictions $(PREDICTIONS) --json $(REPORTS)/soak.json

clean: ## remove what make made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache docs/_build docs/gallery docs/generated
