# nsearch. GNU make, not recursive; everything made goes to .build/. `make help` lists what there is to make.
#
# Variables, all of them fit for the command line (make CC=clang check):
#
#   CC          the compiler, gcc (default) or clang; another one than gcc builds in a folder of its own
#   SAN         sanitizers: address,undefined or thread; each choice builds in a folder of its own
#   CFLAGS      how to optimise and debug: -O2 -g. What the code needs is added to it and not replaced by it
#   CPPFLAGS, LDFLAGS   yours, added to every compilation and every link
#   WERROR      -Werror; empty lets warnings pass
#   XAPIAN      0 leaves out the engine xapian, and with it libxapian, C++ and the GPL; it builds in a folder of its own
#   CXX         the C++ compiler for the one file of the engine xapian: g++, with CC=clang clang++
#   LIBS        the libraries that libnsearch stands on
#   V           1 shows the commands
#   JOBS        how many to run at once: as many as there are processors; make -j N says the same
#   TESTS       what of the suite `make check` runs: parts (unit, cli; tests/run.sh has them all) or single tests
#               (unit/test_date); everything unless given
#   FUZZ_SECONDS    how long `make fuzz` tries each of its targets: 60
#   PREFIX      where to install: /usr/local; also BINDIR LIBDIR INCLUDEDIR MANDIR COMPLETIONDIR below it
#   DESTDIR     a folder to stage the installation in, put before PREFIX
#   NSEARCH_CORPORA     a folder of real collections for tests and benchmarks that can use them
#   PEERS       whom `make bench` compares nsearch with: lucene tantivy pisa xapian fts5; empty: nsearch alone
#   ARTICLES    of the largest collection that it generates: 1000000; beyond that nsearch alone grows
#   BENCH_ARGS  more for tests/bench/bench.py, as --queries 40; it describes them with --help

ifeq ($(origin CC),default)
CC := gcc
endif
ifneq ($(filter fuzz,$(MAKECMDGOALS)),)
override CC := $(if $(findstring clang,$(CC)),$(CC),clang)
override CXX := $(subst clang,clang++,$(CC))
endif
XAPIAN ?= 1
ifneq ($(filter-out 0 1,$(XAPIAN)),)
$(error XAPIAN=$(XAPIAN): give 1, or 0 to leave the engine xapian out)
endif
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
endif
CFLAGS ?= -O2 -g
WERROR ?= -Werror
LIBS ?= $(if $(filter 1,$(XAPIAN)),-lxapian -lstdc++) -lutf8proc -lstemmer -lyajl -lyaml -lxml2 -luchardet -lisal -larchive -lbrotlidec -lz -lpthread -lm
OBJCOPY ?= objcopy
JOBS ?= $(shell nproc)
TESTS ?=
FUZZ_SECONDS ?= 60
PEERS ?= lucene tantivy pisa xapian fts5
ARTICLES ?= 1000000
BENCH_ARGS ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

# Debian packages: to build, to test, to lint.
PACKAGES := gcc libc6-dev make libutf8proc-dev libstemmer-dev libxxhash-dev zlib1g-dev libisal-dev libarchive-dev libbrotli-dev libyajl-dev libyaml-dev libuchardet-dev libxml2-dev
ifeq ($(XAPIAN),1)
PACKAGES += g++ libxapian-dev
endif
PACKAGES_CHECK := g++ xapian-tools pkg-config libcmocka-dev python3 python3-stemmer python3-xxhash bsdutils xz-utils zstd valgrind libc6-dbg procps
PACKAGES_FUZZ := clang libclang-rt-14-dev
PACKAGES_LINT := clang clang-tidy clang-format cppcheck
# Peers that come from Debian, and what the others are fetched with; Rust and a JDK of version 21 are not in Debian 12.
PACKAGES_BENCH := g++ python3 python3-venv libsqlite3-dev libxapian-dev $(if $(shell command -v mvn),,maven)
ifneq ($(findstring clang,$(CC)),)
PACKAGES += clang
endif

# ---- Folders and flags ------------------------------------------------------------------------------------------------

comma := ,
ifneq ($(filter fuzz,$(MAKECMDGOALS)),)
override SAN := fuzzer-no-link,$(or $(SAN),address$(comma)undefined)
# Tracing comparisons takes more time than all else together.
override CPPFLAGS += -fno-sanitize-coverage=trace-cmp
endif
variant := $(filter-out gcc,$(notdir $(firstword $(CC)))) $(if $(filter 0,$(XAPIAN)),no-xapian) $(if $(SAN),san-$(subst $(comma),-,$(SAN)))
space := $(subst ,, )
BUILD := .build$(addprefix /,$(subst $(space),-,$(strip $(variant))))

MAKEFLAGS += -j$(JOBS) --no-print-directory
SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:

version_part = $(shell sed -n 's/^\#define NSEARCH_VERSION_$(1) //p' common/nsearch.h)
MAJOR := $(call version_part,MAJOR)
VERSION := $(MAJOR).$(call version_part,MINOR).$(call version_part,PATCH)

warnings := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 $(WERROR)
sanitize := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# No contraction of a * b + c: scores must agree to the bit on every machine.
defines := -I. -isystem /usr/include/libxml2 -D_GNU_SOURCE -DNSEARCH_BUILD -DNSEARCH_XAPIAN=$(XAPIAN)
code := $(defines) -fvisibility=hidden -fPIC -ffp-contract=off -fno-math-errno -pthread
compile := $(CC) -std=gnu11 $(CFLAGS) $(code) $(warnings) $(sanitize) $(CPPFLAGS)
# A C header may give a function and a struct one name, which C++ calls shadowing.
warnings_cxx := $(filter-out -Wshadow -Wstrict-prototypes -Wmissing-prototypes,$(warnings))
compile_cxx := $(CXX) -std=gnu++17 $(CFLAGS) $(code) -fvisibility-inlines-hidden $(warnings_cxx) $(sanitize) $(CPPFLAGS)
# What C++ is checked for takes a part of clang's sanitizers that its C driver leaves out.
cxx_runtime := $(if $(and $(SAN),$(findstring clang,$(CC)),$(filter 1,$(XAPIAN))),-fsanitize-link-c++-runtime)
link := $(CC) $(CFLAGS) -pthread $(sanitize) $(cxx_runtime) $(LDFLAGS)

ifeq ($(V),1)
say = @:
quiet =
else
say = @printf '  %-5s %s\n' $(1) $(2)
quiet = @
endif

# ---- Sources ------------------------------------------------------------------------------------------------------------

sources := $(sort $(wildcard $(foreach half,common indexer query,$(half)/*.c $(half)/*/*.c $(half)/*/*/*.c)))
cxx_sources := common/xapian/xap.cc
ifneq ($(XAPIAN),1)
sources := $(foreach source,$(sources),$(if $(findstring /xapian/,$(source)),,$(source)))
cxx_sources :=
endif
program_sources := $(filter common/program/%,$(sources))
library_sources := $(filter-out common/program/%,$(sources))
unit_sources := $(sort $(wildcard tests/unit/test_*.c))
ifneq ($(XAPIAN),1)
unit_sources := $(filter-out tests/unit/test_xapian%,$(unit_sources))
endif
unit_support := $(sort $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
fuzz_targets := question files commits sources values
fuzz_support := $(patsubst %,tests/fuzz/%.c,shared edits ask)
fuzz_sources := $(patsubst %,tests/fuzz/%.c,$(fuzz_targets) replay) $(fuzz_support)
fault_sources := tests/fault/shim.c

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
cxx_objects := $(patsubst %.cc,$(BUILD)/obj/%.o,$(cxx_sources))
eval_sources := tests/eval/page.c
library_objects := $(call object,$(library_sources)) $(cxx_objects)
program_objects := $(call object,$(program_sources))
objects := $(call object,$(library_sources)) $(program_objects) \
  $(call object,$(unit_sources) $(unit_support) $(fuzz_sources) $(eval_sources) $(fault_sources))
replays := $(patsubst %,$(BUILD)/replay/%,$(fuzz_targets))
fuzzers := $(patsubst %,$(BUILD)/fuzz/%,$(fuzz_targets))
unit_tests := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(unit_sources))

program := $(BUILD)/nsearch
fault_program := $(BUILD)/fault/nsearch
static_library := $(BUILD)/libnsearch.a
internal_library := $(BUILD)/libnsearch-internal.a
shared_name := libnsearch.so.$(MAJOR)
shared_library := $(BUILD)/libnsearch.so.$(VERSION)

# ---- Build --------------------------------------------------------------------------------------------------------------

all: $(program) $(static_library) $(shared_library) $(BUILD)/nsearch.pc ## the program and both libraries

# What the commands were: objects are made anew when they change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(compile) $(compile_cxx) $(link) $(LIBS)' | cmp -s - $@ || \
	  printf '%s\n' '$(compile) $(compile_cxx) $(link) $(LIBS)' > $@

$(objects): $(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(quiet)$(compile) -MMD -MP -c -o $@ $<

$(cxx_objects): $(BUILD)/obj/%.o: %.cc $(BUILD)/flags
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(quiet)$(compile_cxx) -MMD -MP -c -o $@ $<

-include $(objects:.o=.d) $(cxx_objects:.o=.d)

# Every object as it is, for the unit tests, which look inside.
$(internal_library): $(library_objects)
	$(call say,AR,$@)
	$(quiet)rm -f $@ && $(AR) rcs $@ $(library_objects)

# One object in which only nsearch_*() is visible, so that no name of ours meets one of the caller's; what C++ makes of
# its templates is ours too, and must not be thrown away for somebody else's. A sanitizer
# registers its own symbols per object, which must stay as they are.
ifeq ($(SAN),)
$(static_library): $(library_objects)
	$(call say,AR,$@)
	$(quiet)$(LD) -r --force-group-allocation -o $(BUILD)/libnsearch.o $(library_objects)
	$(quiet)$(OBJCOPY) --wildcard --keep-global-symbol='nsearch_*' $(BUILD)/libnsearch.o
	$(quiet)rm -f $@ && $(AR) rcs $@ $(BUILD)/libnsearch.o
else
$(static_library): $(internal_library)
	$(quiet)cp $< $@
endif

$(shared_library): $(library_objects)
	$(call say,LD,$@)
	$(quiet)printf '{ global: nsearch_*; local: *; };\n' > $(BUILD)/exports
	$(quiet)$(link) -shared -Wl,-soname,$(shared_name) $(if $(SAN),,-Wl$(comma)-z$(comma)defs \
	  -Wl$(comma)--version-script=$(BUILD)/exports) -o $@ $^ $(LIBS)
	$(quiet)ln -sf $(@F) $(BUILD)/$(shared_name)
	$(quiet)ln -sf $(shared_name) $(BUILD)/libnsearch.so

$(program): $(program_objects) $(static_library)
	$(call say,LD,$@)
	$(quiet)$(link) -o $@ $(program_objects) $(static_library) $(LIBS)

$(unit_tests): $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(call object,$(unit_support)) $(internal_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(link) -o $@ $^ -lcmocka -lbrotlienc $(LIBS)

page_reader := $(BUILD)/eval/page
$(page_reader): $(call object,$(eval_sources)) $(internal_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(link) -o $@ $^ $(LIBS)

# A fuzz target with a plain main, for the kept corpus, and with libFuzzer's.
$(replays): $(BUILD)/replay/%: $(BUILD)/obj/tests/fuzz/%.o $(call object,tests/fuzz/replay.c $(fuzz_support)) $(internal_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(link) -o $@ $^ $(LIBS)

$(fuzzers): $(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(call object,$(fuzz_support)) $(internal_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(link) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# The program with the calls of the two seams led through the shim: whatever it has a fault_ twin for.
seam_objects := $(call object,common/system/file.c common/system/memory.c)
fault_seams := $(patsubst $(BUILD)/obj/common/system/%,$(BUILD)/fault/%,$(seam_objects))

$(BUILD)/fault/twins: $(call object,$(fault_sources))
	@mkdir -p $(@D)
	$(quiet)nm --defined-only --format=posix $^ | sed -n 's/^fault_\([a-z]*\) T .*/\1 fault_\1/p' > $@

$(fault_seams): $(BUILD)/fault/%.o: $(BUILD)/obj/common/system/%.o $(BUILD)/fault/twins
	$(quiet)$(OBJCOPY) --redefine-syms=$(BUILD)/fault/twins $< $@

$(fault_program): $(program_objects) $(filter-out $(seam_objects),$(library_objects)) $(fault_seams) $(call object,$(fault_sources))
	$(call say,LD,$@)
	$(quiet)$(link) -o $@ $^ $(LIBS)

$(BUILD)/nsearch.pc: common/nsearch.h Makefile FORCE
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' 'Name: nsearch' \
	  'Description: Full-text search for news corpora' 'Version: $(VERSION)' 'Libs: -L$${libdir} -lnsearch' \
	  'Libs.private: $(LIBS)' 'Cflags: -I$${includedir}' > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# ---- Try and test -------------------------------------------------------------------------------------------------------

demo_index := $(BUILD)/demo

demo: $(program) ## install what is missing, build, index tests/corpus and ask it two questions
	@rm -rf $(demo_index)
	@run() { printf '\n$$ %s\n' "$$(printf '%q ' "$$@" | sed 's/Alibaba\\ PLA/"Alibaba PLA"/; s/ $$//')"; "$$@"; }; set -e; \
	run $(program) index --index $(demo_index) tests/corpus; \
	run $(program) query --index $(demo_index) "Alibaba PLA"; \
	best=$$($(program) query --index $(demo_index) --json -n 1 "Alibaba PLA" | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p'); \
	run $(program) related --index $(demo_index) -n 3 "$$best"

check: all $(unit_tests) $(replays) $(page_reader) $(fault_program) ## install what is missing, build, run the test suite
	$(quiet)BUILD='$(abspath $(BUILD))' NSEARCH='$(abspath $(program))' CC='$(CC)' SAN='$(SAN)' TESTS='$(TESTS)' \
	  JOBS='$(JOBS)' MAKE_ARGS='$(MAKEOVERRIDES)' tests/run.sh

eval-html: $(page_reader) ## how well articles are read out of pages; NSEARCH_CORPORA names their folder
	$(quiet)BUILD='$(abspath $(BUILD))' tests/eval/run.sh

# Of fault and damage no sample but all, a writer and readers for minutes, larger inputs, then libFuzzer for ten minutes a
# target; what was tried is counted.
check-long: ## the tests that try a sample, exhaustively: an hour and more
	$(quiet)NSEARCH_LONG=1 TEST_TIMEOUT=36000 $(MAKE) check TESTS='unit/test_damage unit/test_concurrent memory fault'
	$(quiet)$(MAKE) fuzz FUZZ_SECONDS=$(if $(filter file default,$(origin FUZZ_SECONDS)),600,$(FUZZ_SECONDS))

fuzz: $(fuzzers) ## try hostile questions and files with libFuzzer, FUZZ_SECONDS for each target
	$(quiet)BUILD='$(abspath $(BUILD))' FUZZ_SECONDS='$(FUZZ_SECONDS)' tests/fuzz/fuzz.sh $(fuzz_targets)

bench_folder := $(BUILD)/bench

# The comparison with other engines; hours at a million articles. It goes on where it stopped.
bench: $(bench_folder)/bin/nsearch $(bench_folder)/bin/generate ## compare with other engines, write the tables into docs/
	$(quiet)BENCH_COMMAND='make bench PEERS="$(PEERS)" ARTICLES=$(ARTICLES)$(if $(BENCH_ARGS), BENCH_ARGS="$(BENCH_ARGS)")' \
	  python3 tests/bench/bench.py --folder $(bench_folder) --peers '$(PEERS)' --articles $(ARTICLES) $(BENCH_ARGS)
	$(quiet)python3 tests/bench/report.py --folder $(bench_folder)

$(bench_folder)/bin/nsearch: tests/bench/driver_nsearch.c tests/bench/driver.c tests/bench/driver.h $(internal_library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(compile) -o $@ $(filter %.c,$^) $(internal_library) $(LDFLAGS) $(LIBS)

$(bench_folder)/bin/generate: tests/bench/generate.c
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(quiet)$(CC) -std=gnu11 -O3 $(warnings) -o $@ $< -lm

# $(call install_packages,names): installs those that are not there and says nothing when all are.
define install_packages
@command -v dpkg-query >/dev/null || { echo 'This is no Debian system; needed are: $(1)' >&2; exit 0; }; \
missing=; for package in $(1); do \
  dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
done; \
[ -n "$$missing" ] || exit 0; \
as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
echo "Installing$$missing"; export DEBIAN_FRONTEND=noninteractive; \
$$as_root apt-get update -q </dev/null >/dev/null && \
$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing </dev/null >/dev/null \
  || { echo "These Debian packages are needed and could not be installed:$$missing" >&2; exit 1; }
endef

deps: ## install the Debian packages that building needs
	$(call install_packages,$(PACKAGES))

deps-check: ## install those that the tests need too
	$(call install_packages,$(PACKAGES) $(PACKAGES_CHECK))

deps-bench: ## install those that the comparison needs
	$(call install_packages,$(PACKAGES) $(PACKAGES_BENCH))

deps-fuzz:
	$(call install_packages,$(PACKAGES) $(PACKAGES_FUZZ))

deps-lint:
	$(call install_packages,$(PACKAGES) $(PACKAGES_CHECK) $(PACKAGES_LINT))

# The packages come before the first object, however many jobs there are.
deps_first := $(firstword $(if $(filter check,$(MAKECMDGOALS)),deps-check) $(if $(filter bench,$(MAKECMDGOALS)),deps-bench) \
  $(if $(filter fuzz,$(MAKECMDGOALS)),deps-fuzz) $(if $(filter demo,$(MAKECMDGOALS)),deps))
ifneq ($(deps_first),)
$(objects) $(cxx_objects): | $(deps_first)
demo check bench fuzz: | $(deps_first)
endif

# Headers are laid out by hand: their comments stand in columns.
c_files := $(sources) $(cxx_sources) $(unit_sources) $(unit_support) $(fuzz_sources) $(eval_sources) $(fault_sources) $(wildcard docs/examples/*.c tests/bench/*.c)

lint: lint-format lint-tidy lint-cppcheck ## clang-format, clang-tidy and cppcheck

lint-format: deps-lint
	$(quiet)clang-format --dry-run --Werror $(c_files)

lint-tidy: deps-lint
	$(quiet)printf '%s\n' $(sources) $(cxx_sources) | xargs -P $(JOBS) -n 1 sh -c 'clang-tidy --quiet "$$1" -- $(defines) \
	  $$(case "$$1" in *.c) echo -std=gnu11 ;; *) echo -std=gnu++17 ;; esac) 2>&1 | \
	  grep -v "warnings* generated\.$$" | grep . && exit 1 || exit 0' lint

lint-cppcheck: deps-lint
	$(quiet)cppcheck --quiet -j $(JOBS) --std=c11 --std=c++17 -D__GNUC__ $(defines) --enable=warning,performance,portability \
	  --inline-suppr --suppress=missingIncludeSystem --error-exitcode=1 $(sources) $(cxx_sources)

format: deps-lint ## bring the sources into the form that lint wants
	$(quiet)clang-format -i $(c_files)

# ---- Install ------------------------------------------------------------------------------------------------------------

install: all ## install below DESTDIR PREFIX: header, libraries, nsearch.pc, program, man page, completion
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(program) $(DESTDIR)$(BINDIR)/nsearch
	install -m 644 common/nsearch.h $(DESTDIR)$(INCLUDEDIR)/nsearch.h
	install -m 644 $(static_library) $(DESTDIR)$(LIBDIR)/libnsearch.a
	install -m 755 $(shared_library) $(DESTDIR)$(LIBDIR)/$(notdir $(shared_library))
	ln -sf $(notdir $(shared_library)) $(DESTDIR)$(LIBDIR)/$(shared_name)
	ln -sf $(shared_name) $(DESTDIR)$(LIBDIR)/libnsearch.so
	install -m 644 $(BUILD)/nsearch.pc $(DESTDIR)$(LIBDIR)/pkgconfig/nsearch.pc
	install -D -m 644 docs/man/nsearch.1 $(DESTDIR)$(MANDIR)/man1/nsearch.1
	install -D -m 644 docs/completion/nsearch.bash $(DESTDIR)$(COMPLETIONDIR)/nsearch

uninstall: ## take all of that away again
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/nsearch $(INCLUDEDIR)/nsearch.h $(addprefix $(LIBDIR)/,libnsearch.a \
	  libnsearch.so $(shared_name) $(notdir $(shared_library)) pkgconfig/nsearch.pc) $(MANDIR)/man1/nsearch.1 \
	  $(COMPLETIONDIR)/nsearch)

clean: ## remove everything that was made
	rm -rf .build

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16
	@echo 'The variables (CC, SAN, V, PREFIX, ...) are described at the top of the Makefile.'

FORCE:
.PHONY: all bench check check-long clean demo deps deps-bench deps-check deps-fuzz deps-lint eval-html format fuzz help install lint \
        lint-cppcheck lint-format lint-tidy uninstall FORCE
