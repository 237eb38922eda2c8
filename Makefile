# `make run` and `make test` do all the set-up that is missing; see README.md.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
# A start takes a tenth less time where types are not looked up by name (Documentation/Decisions/StartUp.md), and a
# millisecond less where the program has no table of its names.
RELEASE_FLAGS := -c release --static-swift-stdlib $(SWIFT_FLAGS) -Xlinker --no-export-dynamic \
  -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors
WEIR := .build/release/weir

.PHONY: run build test lint packages test-packages docs fuzz bench bench-check micro clean

# Builds in release, runs config.yaml on Examples/, and shows what happened.
run: build
	@scripts/run-example.sh $(WEIR)

build: packages
	swift build --product weir $(RELEASE_FLAGS)

# Everything, including what CI runs. What kills, fills and floods the built program goes last, with the machine to itself.
test: test-packages lint
	scripts/build-without-warnings.sh $(SWIFT_FLAGS)
	scripts/test-and-name-failures.sh --skip-build $(SWIFT_FLAGS) --skip EndToEndTests
	scripts/test-and-name-failures.sh --skip-build $(SWIFT_FLAGS) --filter EndToEndTests
	scripts/test-report-page.py .build/debug/weir
	$(MAKE) bench-check

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests Benchmarks/Micro

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

# Compares instruction counts with the committed baseline. WHY="…" makes what is found the new baseline.
bench-check: test-packages build
	Benchmarks/instructions.py $(if $(WHY),--accept "$(WHY)")

# What the steps of an alert's way cost, with their allocations.
micro: packages
	$(MAKE) -s -C Benchmarks/native OUT=$(abspath .build/bench/bin)
	.build/bench/bin/corpus alerts 1 usual 5000 .build/bench/micro.ndjson >/dev/null
	swift build --product Micro $(RELEASE_FLAGS)
	.build/release/Micro .build/bench/micro.ndjson

packages:
	@scripts/install-packages.sh

test-packages:
	@scripts/install-packages.sh --tests

clean:
	rm -rf .build .build-fuzz out weir-state
