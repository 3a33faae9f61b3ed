# Go and make are all that these targets need (race, and race alone, also needs a C compiler). `make` lists them.

GO ?= go

# Pure Go everywhere, so that a machine without a C compiler builds and tests the same program.
export CGO_ENABLED := 0

ARGS      ?=
BENCH     ?= .
BENCHTIME ?= 0.2s
COUNT     ?= 1
FUZZTIME  ?= 10m
LIMIT     ?= 10m
SET       ?= short

# The modules below the main one, such as examples: each is checked alone, there is no go.work. tools has no code.
MODULES := $(filter-out tools,$(patsubst ./%/go.mod,%,$(shell find . -mindepth 2 -name go.mod -not -path '*/testdata/*')))

# Linters carry the Go version they were built with: one built by an older Go refuses newer sources.
TOOLS := bin/tools/$(shell $(GO) env GOVERSION)

# Packages whose code runs on several goroutines, or is handed to code that does.
RACE := ./physics/lattice ./physics/rng ./physics/gauge ./physics/fermion ./physics/dirac ./physics/solver \
        ./physics/action ./physics/observe ./covnet ./sampler ./verify ./internal/rundir ./cmd/...

CROSS := linux/arm64 darwin/arm64 windows/amd64

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: build ## build, and run the main job: HMC, training and SLHMC (ARGS="FILE.toml --set key=value")
	./bin/slhmc run $(ARGS)

.PHONY: build
build: ## build bin/slhmc
	$(GO) build -buildvcs=auto -o bin/ ./cmd/slhmc

.PHONY: test
test: ## run the tests of every module
	$(GO) test ./...
	@for m in $(MODULES); do echo "module $$m"; $(GO) -C "$$m" test ./... || exit 1; done

# The set that the machine prefers is what make test runs on. One that it cannot run is passed over, and said. Results
# in the test cache do not know the set, which is chosen before a test begins: -count=1. Only what is built on kernels.
.PHONY: kernels
kernels: build ## run the short tests on every other kernel set of this machine, and without assembly
	@on=$$($(GO) list -f '{{.ImportPath}} {{join .Deps " "}}' ./... | awk '/internal\/kernel/ { print $$1 }'); \
	best=$$(./bin/slhmc version | sed 's/.*, \(.*\) kernels/\1/'); \
	for k in portable avx2 avx512; do \
	  if [ "$$k" = "$$best" ]; then continue; fi; \
	  if ! SLHMC_KERNEL=$$k ./bin/slhmc version >/dev/null 2>&1; then echo "kernels: this machine has no $$k"; continue; fi; \
	  echo "kernels: $$k"; SLHMC_KERNEL=$$k $(GO) test -count=1 -short $$on || exit 1; \
	done
	@echo "kernels: purego"; $(GO) test -short -tags purego ./internal/kernel ./physics/... ./covnet

# The race detector does not see assembly: the portable kernels stand in for it.
.PHONY: race
race: ## run the short tests of the concurrent packages under the race detector (needs a C compiler)
	@cc=$$($(GO) env CC); command -v "$${cc%% *}" >/dev/null || \
	  { echo "make race: no C compiler ($$cc): the race detector is linked through cgo; install gcc, or set CC" >&2; exit 1; }
	CGO_ENABLED=1 SLHMC_KERNEL=portable $(GO) test -race -short -timeout 30m $(RACE)

# One package at a time, so that its output is seen while it runs and it has every core.
.PHONY: verify-long
verify-long: ## run the long statistical tests: TestLong... in files with //go:build long (hours)
	$(GO) test -tags long -run '^TestLong' -timeout 0 -p 1 -v ./...

# Some six minutes on two cores. Each test prints its seed and how to replay it; full disks want root, and Linux.
.PHONY: chaos
chaos: ## 1000 kills, 51 full disks, damaged files, 500 configurations, 100000 mutants of gauge files (minutes)
	$(GO) test -tags chaos -run '^TestChaos' -timeout 0 -count 1 -p 1 -v ./physics/format ./cmd/slhmc/internal/root

.PHONY: e2e
e2e: ## look at the report pages in a headless Chromium (needs chromium in PATH)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { echo "make e2e: no chromium in PATH" >&2; exit 1; }
	$(GO) -C e2e test -count 1 -v ./...

# The table of cases is the package bench; SET=full takes minutes. Other packages have benchmarks of their parts.
.PHONY: bench
bench: ## run the table's short set into bench.out, in benchstat's form (BENCH=name BENCHTIME=1s COUNT=10 SET=full)
	@$(GO) test $(if $(filter full,$(SET)),,-short) -run '^$$' -bench '^BenchmarkCases$$/$(BENCH)' -benchmem -benchtime $(BENCHTIME) -count $(COUNT) \
	  -timeout 0 ./bench > bench.out; rc=$$?; cat bench.out; exit $$rc

.PHONY: bench-gate
bench-gate: build ## compare speed with the merge base of BENCH_BASE (else HEAD~1), within LIMIT (10m)
	./bin/slhmc bench gate --limit $(LIMIT)

.PHONY: fuzz
fuzz: ## fuzz every Fuzz... target for FUZZTIME (10m) each
	@list=$$($(GO) test -list "^Fuzz" ./...) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ { f[n++] = $$1 } /^ok/ { while (n) print $$2, f[--n] }' | \
	while read -r pkg name; do \
	  echo "fuzz: $$pkg $$name"; \
	  $(GO) test -run "^$$" -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 200x "$$pkg" </dev/null || exit 1; \
	done

.PHONY: generate
generate: ## write the generated sources again
	$(GO) generate ./...

.PHONY: fmt
fmt: $(TOOLS)/gofumpt ## format the sources
	$(TOOLS)/gofumpt -w .

.PHONY: lint
lint: $(TOOLS)/gofumpt $(TOOLS)/staticcheck $(TOOLS)/golangci-lint ## formatting, vet, staticcheck, house rules, tidy modules
	@files=$$($(TOOLS)/gofumpt -l .) || exit 1; \
	test -z "$$files" || { echo "not formatted, run make fmt:"; echo "$$files"; exit 1; }
	@for m in . tools $(MODULES); do $(GO) -C "$$m" mod tidy -diff || exit 1; done
	@for m in . $(MODULES); do \
	  echo "lint: module $$m"; \
	  ( cd "$$m" && $(GO) vet -tags long,chaos ./... && \
	    "$(CURDIR)/$(TOOLS)/staticcheck" -tags long,chaos ./... && \
	    "$(CURDIR)/$(TOOLS)/golangci-lint" run --config "$(CURDIR)/.golangci.yml" ./... ) || exit 1; \
	done

.PHONY: cross
cross: ## build and vet for the other platforms
	@for p in $(CROSS); do \
	  echo "cross: $$p"; \
	  GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build ./... && GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet -tags long,chaos ./... || exit 1; \
	done

.PHONY: clean
clean: ## remove what the targets above made
	rm -rf bin bench.out

$(TOOLS)/%: tools/go.mod tools/go.sum
	$(GO) build -C tools -o ../$(TOOLS)/ $$($(GO) -C tools list tool | grep '/$*$$')
	@touch $@
