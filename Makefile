# make demo      install what is missing, build, detect the scheduler, run a job to its end
# make test      install what is missing, build, run the tests
# make cluster-test  as root: run the tests that need a scheduler, on a Slurm cluster of this machine;
#                with SUITE=trixie (or sid, …) on the Slurm of that Debian, in a system of its own
# make faults    as root: break things while jobs are submitted and followed on a Slurm of this machine, and count
#                what was lost or doubled; with FULL=1 at full size
# make sge-test  as root: run the stories on a Grid Engine that is started for it, in a layer over this machine's files
# make ssh-test  as root: the same tests and the stories over ssh, by an sshd on loopback
# make conformance  hold our adapters against all recordings and damaged copies of them, others each day
# make cases     inputs that were once got wrong, each with what is right, as a table
# make long      as root: all of that in full; .ci/run does a sample of conformance, cluster-test, ssh-test and fuzz
#                (SAMPLE=1)
# make record-slurm  as root: run the stories of Tests/Stories on a Slurm of this machine, and record it
# make record-sge    the same on a Grid Engine
# make fuzz      feed the readers with what becomes of recorded answers (Fuzzing/README.md)
# make bench     time our readers beside a peer's (Benchmarks/README.md)
# make install   a release build under PREFIX (default /usr/local)
# make docs      the library's documentation, in .build/documentation
# make format    bring the sources into the project's format
# make lint      check the format
# make clean     remove what was built

PREFIX ?= /usr/local
# As a sample with the same seed each time: what a change did not break is no reason to refuse it.
FUZZING = $(if $(SAMPLE),--quick-build --seed 1 --runs 8000 --seconds 60,--seconds 60)
SWIFT ?= swift
export SWIFT
# A sample of each kind of thing, the same each time: make conformance SAMPLE=1
SAMPLE =
FULL =
SUITE =
export LAUNCHER_TEST_SAMPLE = $(SAMPLE)
# In a folder of its own: its options differ from those of Scripts/build, and each would undo what the other built.
RELEASE = $(SWIFT) build -c release --scratch-path .build/installed --static-swift-stdlib \
	$(shell Scripts/static-libraries)

FORMATTED = Sources Tests Examples Package.swift Benchmarks/Package.swift $(wildcard Benchmarks/*/main.swift) \
	Fuzzing/Package.swift Fuzzing/Fuzzer $(wildcard Fuzzing/*/*.swift)

.PHONY: demo test cases conformance cluster-test ssh-test faults sge-test long record-slurm record-sge fuzz bench install \
	docs format lint clean packages build release

demo: packages
	Scripts/build --product launcher
	Scripts/build --product local-adapter
	Scripts/build --product slurm-adapter
	Scripts/build --product pbs-adapter
	Scripts/build --product cobalt-adapter
	Scripts/build --product lsf-adapter
	@Scripts/demo

test: build
	@Scripts/test

cluster-test: build
	@Scripts/cluster-test $(SUITE)

faults: build
	@Tests/Clusters/slurm/rounds "$(CURDIR)/Tests/Faults/run" $(if $(FULL),--full)

sge-test: build
	@Tests/Clusters/sge/on-gridengine Tests/Clusters/sge/stories

ssh-test: build
	@Scripts/ssh-test

cases: build
	@Tests/Cases/run

conformance: build
	@Scripts/conformance

long:
	@Scripts/gate --long

record-sge: build
	Tests/Clusters/sge/on-gridengine Tests/Clusters/sge/stories --record

record-slurm: build
	@Tests/Clusters/slurm/record

build: packages
	Scripts/build --build-tests

fuzz: packages
	@Fuzzing/run $(FUZZING)

bench: packages
	@Benchmarks/run

packages:
	@Scripts/packages

release: packages
	@Scripts/static-libraries --prepare
	$(RELEASE) --product launcher
	$(RELEASE) --product local-adapter
	$(RELEASE) --product slurm-adapter
	$(RELEASE) --product pbs-adapter
	$(RELEASE) --product cobalt-adapter
	$(RELEASE) --product lsf-adapter

install: release
	@Scripts/install "$(DESTDIR)$(PREFIX)" "$$($(RELEASE) --show-bin-path)"

docs: packages
	LAUNCHER_DOCUMENTATION=1 $(SWIFT) package --allow-writing-to-directory .build/documentation generate-documentation \
		--target LauncherKit --output-path .build/documentation

format:
	$(SWIFT) format format --in-place --recursive $(FORMATTED)

lint:
	$(SWIFT) format lint --strict --recursive $(FORMATTED)

clean:
	rm -rf .build Benchmarks/.build Fuzzing/.build
