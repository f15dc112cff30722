# Two commands for a newcomer; each does all set-up itself on Debian 12 or 64-bit Raspberry Pi OS.
#   make demo   a whole session without microphone, loudspeaker or downloaded model
#   make test   lint, types and all tests
# What else there is: make bench, bench-hearing, bench-power-cut, docs-tables, train-spotter, clean.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# espeak-ng is the default voice, PortAudio the way to the sound card, Speex takes the echo out, flite is the person
# in the demo.
APT_RUN := python3-venv libespeak-ng1 espeak-ng-data libportaudio2 libspeexdsp1 flite
# The tests also speak with the espeak-ng and festival programs and play through a virtual sound card.
APT_TEST := espeak-ng pulseaudio pulseaudio-utils libasound2-plugins alsa-utils mosquitto openssl
# The second ear is trained with festival's voices, too.
APT_TRAIN := espeak-ng festival festvox-kallpc16k festvox-kdlpc16k

.PHONY: demo test lint types bench bench-hearing bench-power-cut docs-tables train-spotter clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(BIN)/voiceguide demo

test: $(VENV)/.test lint types
	$(BIN)/pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.session

# An hour on one core; HUMAN=DIR lets people speak as well as synthetic voices.
bench-hearing: $(VENV)/.test
	sh packaging/apt.sh $(APT_RUN) $(APT_TRAIN)
	$(BIN)/python -m benchmarks.echo
	$(BIN)/python -m benchmarks.hearing $(if $(HUMAN),--human $(HUMAN))

# Fifty sessions killed at random points; half an hour on a busy machine.
bench-power-cut: $(VENV)/.test
	$(BIN)/python -m benchmarks.power_cut

# Draws the diagram and the tables of docs/safety.md; a test fails while they are out of date.
docs-tables: $(VENV)/.test
	$(BIN)/python docs/tables.py

# Twenty minutes; HUMAN=DIR lets people speak as well as synthetic voices. See training/README.md.
train-spotter: $(VENV)/.test
	sh packaging/apt.sh $(APT_RUN) $(APT_TRAIN)
	$(BIN)/pip install --quiet --editable '.[train]'
	nice -n 5 $(BIN)/python -m training.spotter --seed 1 $(if $(HUMAN),--human $(HUMAN))

$(VENV)/.demo: pyproject.toml packaging/apt.sh
	sh packaging/apt.sh $(APT_RUN)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[natural,plot]'
	touch $@

$(VENV)/.test: pyproject.toml packaging/apt.sh
	sh packaging/apt.sh $(APT_RUN) $(APT_TEST)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
