# `make run` and `make test` do all the set-up that is missing; see README.md.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
WEIR := .build/release/weir

.PHONY: run build test lint packages test-packages docs fuzz bench clean

# Builds in release, runs config.yaml on Examples/, and shows what happened.
run: build
	@scripts/run-example.sh $(WEIR)

build: packages
	swift build -c release --product weir --static-swift-stdlib $(SWIFT_FLAGS)

# Everything, including what CI runs.
test: test-packages lint
	scripts/build-without-warnings.sh $(SWIFT_FLAGS)
	swift test --skip-build $(SWIFT_FLAGS)

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests

# Writes the generated pages of Documentation/ anew.
docs: packages
	WEIR_UPDATE_DOCUMENTATION=1 swift test $(SWIFT_FLAGS) --filter GeneratedDocumentation

# Fuzzes parsing and splicing for SECONDS.
SECONDS := 60
fuzz: packages
	scripts/fuzz.sh $(SECONDS)

# Measures Weir beside its peers (Benchmarks/README.md): make bench [QUICK=1] [SEED=N] [ONLY=w1,w2].
BENCH_PEERS ?= .build/bench/peers
bench: build
	Benchmarks/install-peers.sh $(BENCH_PEERS)
	BENCH_PEERS=$(abspath $(BENCH_PEERS)) Benchmarks/bench.py $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) \
	  $(if $(ONLY),--only $(ONLY))

packages:
	@scripts/install-packages.sh

test-packages:
	@scripts/install-packages.sh --tests

clean:
	rm -rf .build .build-fuzz out weir-state
