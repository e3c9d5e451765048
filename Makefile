# policyc: `make demo` shows what it does, `make test` checks all of it. Both install what they need (Debian 12, root
# or sudo for the packages) and are quick the second time.
SHELL := /bin/bash
.DELETE_ON_ERROR:
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# To build, then what the demo and the tests run besides.
PACKAGES := clang clang-tidy libclang-rt-14-dev llvm bpftool gcc make pkg-config libc6-dev libbpf-dev libelf-dev zlib1g-dev \
	chromium-headless-shell git curl util-linux iproute2 e2fsprogs btrfs-progs python3 python3-venv pre-commit bash-completion zsh fish
# What `make test-tools` tries the standard policies with: more than a gigabyte, so only that target installs them.
TOOL_PACKAGES := python3 python3-venv cargo golang-go default-jdk-headless maven gradle libmaven-compiler-plugin-java \
	libmaven-resources-plugin-java libmaven-jar-plugin-java libsurefire-java buildah uidmap vim nano emacs-nox less
NODE_AT_LEAST := 20.15
SOURCES := $(shell find src -name '*.ts')

all: build

# ---- what the machine needs ------------------------------------------------------------------------------------------

build/.packages: NEEDED := $(PACKAGES)
build/.tool-packages: NEEDED := $(TOOL_PACKAGES)
build/.packages build/.tool-packages: Makefile
	@mkdir -p build
	@missing=$$(for p in $(NEEDED); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing $$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@touch $@

# Debian 12 has an older Node than the packages below work with.
node_modules/.package-lock.json: package-lock.json
	@at_least() { [ "$$(printf '%s\n' "$$1" "$$2" | sort -V | head -n 1)" = "$$1" ]; }; \
	at_least $(NODE_AT_LEAST) "$$(node -p process.versions.node 2>/dev/null)" && command -v npm >/dev/null || \
	  { echo "install Node $(NODE_AT_LEAST) or newer, with npm, first" >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# ---- build -----------------------------------------------------------------------------------------------------------

build: dist/.built dist/native/policyd

dist/.built: $(SOURCES) scripts/bundle.mjs tsconfig.json tsconfig.build.json node_modules/.package-lock.json
	npm run -s build
	@touch $@

build/native/policyd build/native/harness &: $(wildcard bpf/*) build/.packages
	$(MAKE) -s -C bpf

dist/native/policyd: build/native/policyd
	install -D -m 755 $< $@

# What is generated and committed: the IR's types, the CST's types, the layout of the image.
generate: node_modules/.package-lock.json build/.packages
	npm run -s generate

# ---- use -------------------------------------------------------------------------------------------------------------

demo: build
	@test/demo/run

# What `npm pack` puts into the package: nothing that an earlier build left behind.
package:
	rm -rf dist
	$(MAKE) build

check: build
	npm run -s typecheck
	npm run -s lint

test: build
	test/run

# Each fuzzer for that many minutes; test/fuzz/run says how to run one.
MINUTES := 1
fuzz: build
	test/fuzz/run all $(MINUTES)

# The ordinary work of each tool under its standard policy: 20 minutes in software emulation, and no part of `test`.
test-tools: build build/.tool-packages
	test/e2e/run 6.12 tools

clean:
	rm -rf build/native build/native-asan dist

.PHONY: all build generate demo package check test fuzz test-tools clean
