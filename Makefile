# Two commands for a newcomer; each does all set-up itself on Debian 12 or 64-bit Raspberry Pi OS.
#   make demo   a whole session without microphone, loudspeaker or downloaded model
#   make test   lint, types and all tests
# What else there is: make docs, fuzz, bench, bench-hearing, bench-power-cut, bench-device, bench-safety, bench-page, screenshots, test-install, docs-tables, fit-words, fit-verdict, lock, clean.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

apt = $(shell sed -n 's/^$(1): //p' packaging/apt-packages.txt)
APT_RUN := $(call apt,run) $(call apt,demo)
APT_TEST := $(call apt,test)
APT_TRAIN := $(call apt,train)

.PHONY: lock demo test lint types docs fuzz bench bench-hearing bench-power-cut bench-device bench-safety bench-page screenshots test-install docs-tables fit-words fit-verdict clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(BIN)/voiceguide demo

# All tests pass with plain `pytest` as well, one after the other. Files stay whole, so that what they set up is set up once.
test: $(VENV)/.test lint types
	$(BIN)/pytest -m "not real_time" --numprocesses=auto --dist=loadfile --no-loadscope-reorder
	$(BIN)/pytest -m real_time

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.session

# Hours on two cores, of which the voices' first rendering is one; HUMAN=DIR lets people speak as well.
bench-hearing: $(VENV)/.test
	sh packaging/apt.sh $(APT_RUN) $(call apt,bench)
	$(BIN)/pip install --quiet --editable '.[voices]'
	$(BIN)/python -m benchmarks.hearing --jobs 2 $(if $(HUMAN),--human $(HUMAN))

# Sound cards that fail, done for real on a virtual one; as root. PART=live or hours for the long ones.
bench-device: $(VENV)/.test
	sh packaging/apt.sh $(APT_RUN) $(APT_TEST) $(call apt,device)
	$(BIN)/python -m benchmarks.device $(PART)
	$(if $(PART),,$(BIN)/python -m benchmarks.waiting)

# Fifty sessions killed at random points; half an hour on a busy machine.
bench-power-cut: $(VENV)/.test
	$(BIN)/python -m benchmarks.power_cut

# Installs, installs again and removes in clean Debian systems; needs root, and ten minutes for each of the two.
test-install:
	sh packaging/apt.sh debootstrap
	sh packaging/test_install.sh

# Every reachable state, whole conversations about pain by sound, and what the history costs; half an hour.
bench-safety: $(VENV)/.test
	$(BIN)/python -m benchmarks.exploration
	$(BIN)/python -m benchmarks.talks
	$(BIN)/python -m benchmarks.history

# The documentation as a site that needs no network; make test builds it as well.
docs: $(VENV)/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "build/site is written. To read it: $(BIN)/python -m http.server --directory build/site 8000"

# The pictures of docs/page.md, from the real page.
screenshots: $(VENV)/.test
	sh packaging/apt.sh chromium fonts-noto-core
	$(BIN)/python docs/screenshots.py

# What the page costs, and how far its circle is from the voice; five minutes.
bench-page: $(VENV)/.test
	sh packaging/apt.sh chromium
	$(BIN)/python -m benchmarks.page

# Twelve thousand files that no person would write, judged by `voiceguide check`; ten minutes.
fuzz: $(VENV)/.test
	$(BIN)/pytest -q tests/routine/test_routine_any_text.py --hypothesis-profile=fuzz

# Draws the diagram and the tables of docs/safety.md; a test fails while they are out of date.
docs-tables: $(VENV)/.test
	sh packaging/apt.sh graphviz
	$(BIN)/python docs/tables.py
	$(BIN)/python docs/reference.py

# Ten minutes; HUMAN=DIR is the folder of people's recordings. See training/README.md.
fit-words: $(VENV)/.test
	$(BIN)/pip install --quiet --editable '.[train]'
	nice -n 5 $(BIN)/python -m training.words --human $(HUMAN)

# Half an hour; HUMAN=DIR lets people speak as well as synthetic voices. See training/README.md.
fit-verdict: $(VENV)/.test
	sh packaging/apt.sh $(APT_RUN) $(APT_TRAIN)
	$(BIN)/pip install --quiet --editable '.[train]'
	nice -n 5 $(BIN)/python -m training.verdict $(if $(HUMAN),--human $(HUMAN))

# The packages that install.sh installs, with their hashes, after pyproject.toml has changed. NEWEST=yes takes newer ones.
lock: $(VENV)/.test
	$(BIN)/pip install --quiet uv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python packaging/lock.py $(if $(NEWEST),--newest)

$(VENV)/.demo: pyproject.toml packaging/apt.sh packaging/apt-packages.txt
	sh packaging/apt.sh $(APT_RUN)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[demo,natural,plot]'
	touch $@

$(VENV)/.test: pyproject.toml packaging/apt.sh packaging/apt-packages.txt
	sh packaging/apt.sh $(APT_RUN) $(APT_TEST)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
