# Everything a newcomer runs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The modules: the gateway's own, two that only examples need, and the harness
# that compares it with others.
MODULES := . examples/slow-api examples/demo bench
# What tests use beside Go, gcc and make: commands, each with Debian's package.
PARTS := curl:curl systemd-analyze:systemd
# What the comparison uses.
BENCHPARTS := wrk:wrk nginx:nginx-light haproxy:haproxy varnishd:varnish
# How long each fuzz target runs, and how long each benchmark.
FUZZTIME ?= 30s
BENCHTIME ?= 1s
# How long each of the long tests runs.
SOAK ?= 10m
# The demo's: FORMAT=json prints only the report; KEEP=1 leaves both running.
FORMAT ?= table
KEEP ?=
# Flags of the comparison: BENCH="-scenario hit1k -rounds 9 -json".
BENCH ?=

.PHONY: help build demo test race soak check fuzz bench bench-code bench-parts docs parts

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 19

build: ## Build bin/afterburner, bin/slow-api and bin/demo
	@go build -o bin/afterburner ./cmd/afterburner
	@cd examples/slow-api && go build -o ../../bin/slow-api .
	@cd examples/demo && go build -o ../../bin/demo .

demo: build ## Put the gateway before a slow API and show what it saves (FORMAT=json, KEEP=1)
	@bin/demo -format $(FORMAT) $(if $(filter-out 0,$(KEEP)),-keep)

test: parts ## Run every test
	@for module in $(MODULES); do (cd $$module && go test ./...); done

race: parts ## Run every test under the race detector
	@for module in $(MODULES); do (cd $$module && go test -race ./...); done

soak: ## Run the long tests, chaos and hammer, each for SOAK (10m)
	@for module in $(MODULES); do (cd $$module && SOAK=$(SOAK) go test -tags soak -count 1 -timeout 0 -v -run '^TestSoak' ./...); done

check: ## Check format, vet, staticcheck, the arrows, go.mod, generated docs
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted; run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	@staticcheck=$$(go tool -n staticcheck); \
	for module in $(MODULES); do (cd $$module && go vet -tags soak ./... && "$$staticcheck" -tags soak ./... && go mod tidy -diff); done
	@go test ./test -run '^TestArrows'
	@go run ./docs/gen -check
	@go test ./cmd/afterburner -run '^TestCLIPage$$'
	@go test ./cache -run '^TestRFC9111Page$$'

fuzz: ## Run every fuzz target for FUZZTIME (30s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file target; do \
		echo "$${target#func } in $${file%/*}"; \
		(cd "$${file%/*}" && go test -run '^$$' -fuzz "^$${target#func }$$" -fuzztime $(FUZZTIME) . </dev/null); \
	done

bench: bench-parts ## Compare with nginx, HAProxy and Varnish (BENCH="-scenario hit1k")
	@go build -o bin/afterburner ./cmd/afterburner
	@cd bench && go build -o ../bin/bench .
	@bin/bench $(BENCH)

bench-code: ## Run the benchmarks in the code (BENCHTIME)
	@for module in $(MODULES); do (cd $$module && go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...); done

docs: ## Write the generated pages in docs/ anew
	@go run ./docs/gen
	@go test ./cmd/afterburner -run '^TestCLIPage$$' -update
	@go test ./cache -run '^TestRFC9111Page$$' -update

# What is missing is installed where that is possible: on Debian, as root. Else
# its tests are skipped, loudly, and under CI=true that is a failure.
parts:
	@for part in $(PARTS); do \
		package="$${part#*:}"; part="$${part%:*}"; \
		if command -v "$$part" >/dev/null; then continue; fi; \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			echo "installing $$package: tests use $$part" >&2; \
			apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$$package" >&2 || true; \
		fi; \
		if command -v "$$part" >/dev/null; then continue; fi; \
		if [ "$${CI:-}" = true ]; then echo "FAILED: $$part is missing, and CI=true allows no skipped test" >&2; exit 1; fi; \
		echo "SKIPPED: the tests that use $$part; install it to run them" >&2; \
	done

# The same for the comparison. The packages would start their servers on public
# ports; a policy forbids that while they are installed.
bench-parts:
	@missing=""; for part in $(BENCHPARTS); do \
		command -v "$${part%:*}" >/dev/null || missing="$$missing $${part#*:}"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
		echo "SKIPPED:$$missing; install Debian's packages to compare with them" >&2; exit 0; \
	fi; \
	echo "installing$$missing: the comparison uses them" >&2; \
	policy=/usr/sbin/policy-rc.d; \
	if [ ! -e $$policy ]; then \
		trap "rm -f $$policy" EXIT; \
		printf '#!/bin/sh\nexit 101\n' >$$policy && chmod +x $$policy; \
	fi; \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; } >&2 || \
		echo "SKIPPED: what could not be installed of$$missing" >&2
