# Two commands are all the set-up there is: `make lab` opens the course, `make test` checks all of it.
# Both build .venv once and reuse it until pyproject.toml changes.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
COLAB := .venv-colab
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
LAB_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help lab test test-colab check book slides format benchmark clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(READY)  ## set up once, then open the start page in JupyterLab
	@echo "Opening JupyterLab. If no browser appears, open the address with the token that it prints below."
	@exec $(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks \
		--LabApp.default_url=/lab/tree/00_start_here.ipynb $(LAB_ARGS)

test: check  ## set up once, then run everything, notebooks and a real browser included
	@$(BIN)/python tests/browser.py
	@echo "Running the notebooks, the widgets in a browser and the set-up tests, two at a time"
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "notebook or browser or setup"

# The libraries of Colab warn of each other's age; whether this package does is for `make check` to say.
test-colab: $(COLAB)/ready  ## package tests and two chapters on Google Colab's versions of the libraries
	$(COLAB)/bin/python -m pytest -n 2 --dist load -W ignore::DeprecationWarning \
		-m "colab or not (notebook or browser or setup or site)"

check: $(READY)  ## the quick half: lint, types and package tests, about two minutes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist load -m "not notebook and not browser and not setup and not site and not colab"

book: $(READY)  ## run the chapters and build the site, then read every page of it without a network
	@$(BIN)/python tests/browser.py
	$(BIN)/python docs/book.py
	$(BIN)/python -m pytest -n 2 --dist worksteal -m site tests/test_site_in_browser.py tests/test_accessibility.py

slides: $(READY)  ## make slides of the chapters, then look at every screen without a network
	@$(BIN)/python tests/browser.py
	$(BIN)/python docs/execute.py
	$(BIN)/python docs/slides.py
	$(BIN)/python -m pytest -s -m site tests/test_slides.py

format: $(READY)  ## mend what ruff and nbstripout can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout --keep-id notebooks/*.ipynb

benchmark: $(READY)  ## measure speed as ratios against stated baselines
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

clean:  ## remove the environment and every cache
	rm -rf $(VENV) $(COLAB) docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# uv knows PyTorch's own indexes and picks CPU or the CUDA that fits the driver. Where those cannot be
# reached it fails at once, and pip takes the pinned release from the ordinary index.
$(READY): pyproject.toml Makefile
	@test -n "$(PYTHON)" || { echo "This course needs Python 3.11 or newer, and none was found on the PATH."; exit 1; }
	@if [ -x $(BIN)/python ]; then echo "Updating the environment in $(VENV)"; \
	else echo "Creating the environment in $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); fi
	@$(BIN)/python -m pip install -qq uv
	@if $(BIN)/python -c 'import torch' 2>/dev/null; then echo "Keeping the torch that is installed"; \
	elif echo "Installing torch (CUDA where there is an NVIDIA GPU, else the CPU build)"; \
		UV_HTTP_TIMEOUT=10 UV_HTTP_RETRIES=0 $(BIN)/uv pip install --quiet --python $(BIN)/python \
		--torch-backend=auto "torch>=2.10" 2>$(VENV)/torch.log; then :; \
	else echo "PyTorch's own index did not answer; taking torch 2.13.0 from the ordinary Python index (which may add CUDA packages on Linux)"; \
		$(BIN)/python -m pip install -qq "torch==2.13.0"; fi
	@echo "Installing the course"
	@$(BIN)/python -m pip install -qq --editable ".[dev]"
	@touch $(READY)

# As a learner's Colab comes about: what Colab has, then what the first cell of every notebook installs.
$(COLAB)/ready: $(READY) tests/colab.txt
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 14))' || \
		{ echo "Colab's libraries do not exist for Python 3.14; call make with PYTHON=python3.13, in a new checkout."; exit 1; }
	@echo "Installing the libraries of Google Colab in $(COLAB)"
	@$(BIN)/python -m venv $(COLAB)
	@$(COLAB)/bin/python -c 'import torch' 2>/dev/null || \
		UV_HTTP_TIMEOUT=10 UV_HTTP_RETRIES=0 $(BIN)/uv pip install --quiet --python $(COLAB)/bin/python \
		--torch-backend=cpu "torch==2.13.0" 2>$(COLAB)/torch.log || \
		$(COLAB)/bin/python -m pip install -qq "torch==2.13.0"
	@$(COLAB)/bin/python -m pip install -qq --requirement tests/colab.txt
	@$(COLAB)/bin/python -m pip install -q --no-deps POT --editable .
	@$(COLAB)/bin/python -m pip check
	@touch $@
