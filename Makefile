# Every target is a line or two; what needs more is a script in .ci/.
PREFIX ?= /usr/local
DESTDIR ?=
PROGRAM := .build/release/trunkline

.PHONY: all help setup build module test check lint format unit e2e stores sanitize fuzz bench bench-smoke demo docs install clean

all: build

setup: ## every dependency, by apt and pip
	@contrib/setup test

build: ## release build
	@contrib/setup build
	@.ci/build.sh

module: ## the archive module, for the PostgreSQL of PG_CONFIG
	@$(MAKE) -C contrib/archive_module

test: ## all tests, as in continuous integration
	@.ci/test.sh

check: ## the quick ones: dependencies, lint, unit tests
	@.ci/test.sh setup lint unit

lint: ## formatting and lint, changing nothing
	@.ci/lint.sh

format: ## formats all Swift sources
	@swift format --in-place --recursive Package.swift Sources Tests Benchmarks

unit: ## unit tests, debug build
	@.ci/unit.sh

e2e: setup build ## end-to-end tests with real PostgreSQL and stores
	@.ci/e2e.sh

stores: setup ## the stores' conformance suite on moto, OpenStack Swift and Ceph
	@.ci/stores.sh

sanitize: ## unit tests under the thread and the address sanitizer
	@.ci/sanitize.sh thread
	@.ci/sanitize.sh address

fuzz: ## every fuzz target for a minute
	@.ci/fuzz.sh 60

bench: ## the full benchmarks, beside other archivers
	@contrib/setup bench
	@Benchmarks/run

bench-smoke: build ## every path of the benchmarks, tiny
	@Benchmarks/run --tiny

demo: build ## a throwaway PostgreSQL loses a table and gets it back
	@contrib/setup demo
	@contrib/demo

docs: ## checks what documents say against the code
	@.ci/docs.sh

install: ## into $(DESTDIR)$(PREFIX)
	@test -x $(PROGRAM) -a -x $(PROGRAM)-wal || $(MAKE) build
	install -D -m 0755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/trunkline
	install -D -m 0755 $(PROGRAM)-wal $(DESTDIR)$(PREFIX)/bin/trunkline-wal
	install -D -m 0644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/trunkline/LICENSE
	install -D -m 0644 README.md $(DESTDIR)$(PREFIX)/share/doc/trunkline/README.md

clean: ## what the builds made; the test tools below .build stay
	@rm -rf .build/*-linux-gnu .build/debug .build/release .build/static .build/*.yaml .build/build.db .build/log
	@rm -rf .build/thin .build/thread .build/address .build/fuzz/*-linux-gnu .build/fuzz/release

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
