# The developers' manual: `make help` lists what there is.

.DEFAULT_GOAL := help
.PHONY: help tools demo test lint doc bench fuzz clean

CARGO ?= cargo

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

tools: ## what a build needs besides the Rust toolchain: a C compiler
	@if command -v cc >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq build-essential; \
	else echo "A C compiler is needed. Run this line, then again:"; echo "  sudo apt-get update && sudo apt-get install -y build-essential"; exit 1; fi

demo: tools ## build, measure a synthetic city, say where its report lies
	$(CARGO) run --release --locked --bin lifecircle -- demo -o lifecircle-demo --force
	@echo "Open lifecircle-demo/report.html in a browser."

test: tools ## every test
	$(CARGO) test --workspace --locked

lint: tools ## rustfmt, clippy and rustdoc with warnings denied, dependencies' licences and sources
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	@command -v cargo-deny >/dev/null 2>&1 || $(CARGO) install --locked cargo-deny@0.20.2
	$(CARGO) deny check bans licenses sources

doc: ## the library's documentation
	$(CARGO) doc --workspace --no-deps --open

bench: ## the reach kernels on four by four copies of the demo city, as JSON
	$(CARGO) run --release --locked --bin lifecircle-bench -- --side 4 --targets 1000

fuzz: ## ten minutes for each fuzz target (needs a nightly toolchain and cargo-fuzz)
	cd fuzz && for target in pbf csv xml; do mkdir -p corpus/$$target && \
	$(CARGO) +nightly fuzz run $$target corpus/$$target seeds/$$target -- -max_total_time=600 -rss_limit_mb=4096 || exit 1; done

clean: ## remove what was built
	$(CARGO) clean
	rm -rf lifecircle-demo
