# The developers' manual: `make help` lists what there is.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help tools web demo book gallery test test-web screenshots test-clients test-readers test-postgres test-interruptions test-kills lint doc bench bench-peers bench-serve bench-siting bench-units bench-scaling bench-desk target/release/lifecircle-bench fuzz clean

CARGO ?= cargo
PYTHON ?= python3

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

tools: ## what a build needs besides the Rust toolchain: a C compiler, and Node for the page
	@if command -v cc >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq build-essential; \
	else echo "A C compiler is needed. Run this line, then again:"; echo "  sudo apt-get update && sudo apt-get install -y build-essential"; exit 1; fi
	@web/node.sh >/dev/null

# The page. Node is this machine's own if it is recent, or else one in target/node.
WEB_SOURCES = $(shell find web/src web/public -type f) web/index.html web/api.html web/vite.config.ts web/svelte.config.js web/tsconfig.json docs/openapi.json
IN_WEB = cd web && export PATH="$$(./node.sh):$$PATH" &&

web/node_modules/.package-lock.json: web/package-lock.json web/.npmrc
	$(IN_WEB) PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	$(IN_WEB) npm run -s build

web: web/dist/index.html ## the page, built into web/dist, from where it goes into the binary

# The whole workspace in the profile of the tests, so that `make test` compiles no dependency again.
demo: tools web ## build, measure a synthetic city, and serve its map
	$(CARGO) build --workspace --bins --locked
	target/debug/lifecircle demo -o lifecircle-demo --force --no-open
	@if [ -t 1 ]; then target/debug/lifecircle serve lifecircle-demo/demo.city --desk --keep-in lifecircle-demo-desk --open; \
	else echo "See its map: target/debug/lifecircle serve lifecircle-demo/demo.city --desk --keep-in lifecircle-demo-desk --open"; \
	echo "See its report: open lifecircle-demo/report.html in a browser."; fi

test: tools ## every test; says how many were skipped because their data is not here
	@mkdir -p target
	set -o pipefail; $(CARGO) test --workspace --locked 2>&1 | tee target/test.log
	@echo "$$(grep -c '^SKIPPED ' target/test.log) tests were skipped: their data is not in this repository"

# Readers that are not ours, in a Python of their own.
READERS = target/readers/bin/python

$(READERS): tests/readers/requirements.txt
	@command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv --help >/dev/null 2>&1 || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq python3 python3-venv; \
	else echo "Python 3 with venv is needed. Run this line, then again:"; echo "  sudo apt-get install -y python3 python3-venv"; exit 1; fi
	$(PYTHON) -m venv target/readers
	target/readers/bin/pip install -q -r tests/readers/requirements.txt
	touch $@

test-readers: tools $(READERS) ## the results of every standard, opened by pandas, pyarrow and GeoPandas
	$(CARGO) test --workspace --locked --no-run
	$(READERS) tests/readers/read_results.py target/debug/lifecircle
	$(READERS) tests/readers/check_proofs.py target/debug/lifecircle

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

test-web: tools web ## the page in a real browser: every view, both languages, both themes, desk and phone
	$(CARGO) build --workspace --bins --locked
	@if [ -n "$(CHROMIUM)" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; \
	else echo "Chromium is needed. Run this line, then again:"; echo "  sudo apt-get install -y chromium fonts-noto-cjk"; exit 1; fi
	@if ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq faketime; \
	else echo "SKIPPED a test that sets the clock: sudo apt-get install -y faketime"; fi
	$(IN_WEB) npm run -s check && npx playwright test

screenshots: web ## the pictures of the map in docs/images
	$(CARGO) build --workspace --bins --locked
	$(IN_WEB) npx playwright test --config screenshots.config.ts

CLIENTS = target/clients/bin/python

$(CLIENTS): tests/clients/requirements.txt $(READERS)
	$(PYTHON) -m venv target/clients
	target/clients/bin/pip install -q -r tests/clients/requirements.txt
	touch $@

test-clients: tools $(CLIENTS) ## the server, asked by openrouteservice-py, routingpy, GDAL, GeoPandas and schemathesis
	$(CARGO) build --workspace --bins --locked
	$(CLIENTS) tests/clients/ask_server.py target/debug/lifecircle

test-interruptions: tools ## three hundred runs interrupted at random moments: the earlier result or the new one, and nothing else
	$(CARGO) build --release --locked --bin lifecircle
	tests/interruptions.sh target/release/lifecircle 300

test-postgres: tools ## the desk's tests once more, on a PostgreSQL that is started for them
	tests/with_postgres.sh $(CARGO) test --workspace --locked --test both_databases

# An hour and a thousand kills: make test-kills; on PostgreSQL: make test-kills DATABASE=postgres
KILLS = tests/kill_desk.py target/release/lifecircle target/kills/demo.city --kills 1000 --minutes 60

test-kills: tools ## a desk's server killed a thousand times under load: everything that it acknowledged is there, nothing twice
	$(CARGO) build --release --locked --bin lifecircle
	target/release/lifecircle demo -o target/kills --force --no-open --no-desk --quiet >/dev/null
	$(if $(DATABASE),tests/with_postgres.sh bash -c '$(PYTHON) $(KILLS) --database "$$LIFECIRCLE_TEST_DATABASE"',$(PYTHON) $(KILLS))

lint: tools ## rustfmt, clippy and rustdoc with warnings denied, dependencies' licences and sources
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	@command -v cargo-deny >/dev/null 2>&1 || $(CARGO) install --locked cargo-deny@0.20.2
	$(CARGO) deny check bans licenses sources

doc: ## the library's documentation
	$(CARGO) doc --workspace --no-deps --open

book: ## the documents as a site, in target/book
	@command -v mdbook >/dev/null 2>&1 || $(CARGO) install --locked mdbook@0.4.52
	mdbook build

# Extracts of the gallery: make gallery CITIES="malta.osm.pbf helsinki.osm.pbf"
CITIES ?= $(wildcard ../shared/data/*/*.osm.pbf)

gallery: tools ## reports of real cities, in target/gallery: CITIES="a.osm.pbf b.osm.pbf"
	$(CARGO) build --release --locked --bin lifecircle
	tools/gallery.sh target/release/lifecircle target/gallery $(CITIES)

bench: ## every reach kernel and measuring, for regressions: the demo city, tiles of it, real cities where present
	$(CARGO) bench --locked -p lifecircle-bench --bench reach --bench measure

# The city that peers are compared on: make bench-peers CITY=extract.osm.pbf; the demo city if there is no other.
CITY ?= $(wildcard ../shared/data/helsinki/helsinki.osm.pbf)
BENCH = target/release/lifecircle-bench
PEERS = target/peers/bin/python

$(BENCH): tools
	$(CARGO) build --release --locked --bin lifecircle-bench

$(PEERS): benches/requirements.txt
	$(PYTHON) -m venv target/peers
	target/peers/bin/pip install -q -r benches/requirements.txt
	touch $@

bench-peers: $(BENCH) $(PEERS) ## pandana, cityseer and SciPy on the very same work, then spopt on published problems: tables of ratios (about 25 minutes)
	$(PEERS) benches/peers.py $(BENCH) $(if $(CITY),--city $(CITY))
	if [ -d ../shared/data/orlib ]; then $(MAKE) bench-siting; fi

bench-serve: tools web $(CLIENTS) ## how quickly a served city answers, by the load tool wrk; VALHALLA=directory of its programs to compare
	$(CARGO) build --release --locked --bin lifecircle
	target/release/lifecircle import $(CITY) -o target/bench-serve.city --force
	target/clients/bin/pip install -q mercantile pyarrow
	$(CLIENTS) benches/serve.py target/release/lifecircle target/bench-serve.city $(if $(VALHALLA),--valhalla $(VALHALLA) $(CITY))

bench-desk: tools ## how many requests a desk takes a second, each on the disk, and how long its lists take; N=requests that are there
	$(CARGO) run --release --locked -p lifecircle-desk --example load -- $(or $(N),100000)

	$(CARGO) build --release --locked --bin lifecircle
	target/release/lifecircle demo -o target/bench-desk --force --no-open --no-desk --quiet >/dev/null
	rm -rf target/bench-desk-kept && $(CARGO) run --release --locked -p lifecircle-desk --example load -- $(or $(N),100000) 0 0 target/bench-desk-kept
	$(PYTHON) benches/desk.py target/release/lifecircle target/bench-desk/demo.city target/bench-desk-kept

bench-siting: tools $(PEERS) ## published problems of siting: `plan solve` and spopt with HiGHS on the same files (about 15 minutes)
	$(CARGO) build --release --locked --bin lifecircle
	target/peers/bin/pip install -q spopt==0.7.0 pulp==3.3.2 highspy==1.16.0
	$(PEERS) benches/siting.py target/release/lifecircle ../shared/data

bench-units: tools $(PEERS) ## units of communities: `plan units`, GerryChain and spopt on the same communities
	$(CARGO) build --release --locked --bin lifecircle
	target/peers/bin/pip install -q spopt==0.7.0 gerrychain==1.0.0 geopandas==1.2.0
	target/release/lifecircle demo -o target/bench-units --force --no-open --no-desk >/dev/null
	$(PEERS) benches/units.py target/release/lifecircle target/bench-units/demo.city

bench-scaling: $(BENCH) $(PEERS) ## the kernels on 1 to 256 tiles: a table, and docs/images/scaling.svg
	$(PEERS) benches/scaling.py $(BENCH) docs/images/scaling.svg $(if $(CITY),--city $(CITY))

# How long each target is fuzzed: make fuzz SECONDS_EACH=3600
SECONDS_EACH ?= 600

fuzz: ## ten minutes for each fuzz target, 1 GB and 10 s an input (needs a nightly toolchain and cargo-fuzz)
	cd fuzz && for target in pbf csv xml toml parquet geojson geopackage xlsx geotiff wkb city shapefile flatgeobuf kml scenario requests photo; do mkdir -p corpus/$$target seeds/$$target && \
	$(CARGO) +nightly fuzz run $$target corpus/$$target seeds/$$target -- -max_total_time=$(SECONDS_EACH) -rss_limit_mb=1024 -timeout=10 || exit 1; done

clean: ## remove what was built
	$(CARGO) clean
	rm -rf lifecircle-demo lifecircle-demo-desk
