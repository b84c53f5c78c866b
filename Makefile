# What a developer types. `make check` is what CI runs, no more and no less.
# Helper scripts lie in internal/dev.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# PKG, RUN and FUZZTIME narrow the longer targets:
#   make torture PKG=./internal/server/... RUN=Kill
PKG ?= ./...
RUN ?= .
FUZZTIME ?= 30s

# SEED and FAULTS choose what the torture run does.
SEED ?= 1
FAULTS ?= 1000

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@$(file < internal/dev/staticcheck.version)

.PHONY: help check needs fmt vet lint generated build-all tidy test build generate torture fuzz bench clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | expand -t 12

# The order is from seconds to minutes, so the cheap complaints come first.
check: needs fmt vet lint generated build-all tidy test ## everything CI asks for (at most 15 minutes on two cores)
	@echo "check: all green"

needs: ## install the Debian packages the checks use, when they are missing
	@bash internal/dev/needs.sh go git gcc libc chromium tmux

fmt: ## fail when a file is not as gofmt writes it
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not as gofmt writes it (run gofmt -w):"; echo "$$files"; exit 1; fi

vet: ## go vet
	go vet ./...

lint: ## staticcheck, at the version in internal/dev/staticcheck.version
	go run $(STATICCHECK) ./...

generated: ## fail when a generated file is not what go generate makes
	@bash internal/dev/generated.sh

build-all: ## every package builds without cgo
	CGO_ENABLED=0 go build -buildvcs=false -o /dev/null ./...

tidy: ## fail when go.mod or go.sum lists too much or too little
	go mod tidy -diff

# The race detector needs cgo; the product does not.
test: ## every test, with the race detector, in random order
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 10m ./...

build: ## bin/ventanilla
	CGO_ENABLED=0 go build -trimpath -o bin/ventanilla ./cmd/ventanilla

generate: ## write the generated files anew
	go generate ./...

torture: needs ## a whole desk hurt in every way, then every test for longer (SEED, FAULTS, PKG, RUN)
	VENTANILLA_TORTURE=1 VENTANILLA_TORTURE_SEED=$(SEED) VENTANILLA_TORTURE_FAULTS=$(FAULTS) CGO_ENABLED=1 \
		go test -race -count=1 -timeout 2h -v ./internal/torture
	VENTANILLA_TORTURE=1 CGO_ENABLED=1 go test -race -shuffle=on -count=1 -timeout 2h -run '$(RUN)' \
		$$(go list $(PKG) | grep -v internal/torture)

fuzz: ## every fuzz target for FUZZTIME each (PKG, FUZZTIME)
	@bash internal/dev/fuzz.sh '$(FUZZTIME)' $(PKG)

bench: ## the Go benchmarks, then the end-to-end figures into docs/performance.md
	go test -run '^$$' -bench . -benchmem $(PKG)
	go run ./internal/bench

clean: ## remove what the targets built
	rm -rf bin
