# make demo      install what is missing, build, detect the scheduler, run a job to its end
# make test      install what is missing, build, run the tests
# make cluster-test  as root: run the tests that need a scheduler, on a Slurm cluster of this machine;
#                with SUITE=trixie (or sid, …) on the Slurm of that Debian, in a system of its own
# make faults    as root: break things while jobs are submitted and followed on a Slurm of this machine, and count
#                what was lost or doubled; with FULL=1 at full size
# make sge-test  as root: tell the stories on a Grid Engine that is started for it, in a layer over this machine's files
# make ssh-test  as root: the same tests and the stories over ssh, by an sshd on loopback
# make conformance  hold our adapters against all recordings and damaged copies of them
# make record-slurm  as root: tell the stories of Tests/Stories on a Slurm of this machine, and record it
# make record-sge    the same on a Grid Engine
# make fuzz      feed the readers with what becomes of recorded answers (Fuzzing/README.md)
# make bench     time our readers beside a peer's (Benchmarks/README.md)
# make install   a release build under PREFIX (default /usr/local)
# make docs      the library's documentation, in .build/documentation
# make format    bring the sources into the project's format
# make lint      check the format
# make clean     remove what was built

PREFIX ?= /usr/local
FUZZING ?= --seconds 60
SWIFT ?= swift
RELEASE = $(SWIFT) build -c release --static-swift-stdlib $(shell Scripts/static-libraries)

FORMATTED = Sources Tests Examples Package.swift Benchmarks/Package.swift $(wildcard Benchmarks/*/main.swift) \
	Fuzzing/Package.swift Fuzzing/Fuzzer $(wildcard Fuzzing/*/*.swift)

record-sge: packages
	$(SWIFT) build --product launcher
	Tests/Clusters/sge/on-gridengine Tests/Clusters/sge/stories --record

record-slurm: packages
	$(SWIFT) build
	@SWIFT="$(SWIFT)" Tests/Clusters/slurm/record

.PHONY: demo test conformance cluster-test ssh-test faults sge-test record-slurm record-sge fuzz bench install docs \
	format lint clean packages release

demo: packages
	$(SWIFT) build --product launcher
	$(SWIFT) build --product local-adapter
	$(SWIFT) build --product slurm-adapter
	$(SWIFT) build --product pbs-adapter
	$(SWIFT) build --product cobalt-adapter
	$(SWIFT) build --product lsf-adapter
	@SWIFT="$(SWIFT)" Scripts/demo

test: packages
	$(SWIFT) build --build-tests
	@SWIFT="$(SWIFT)" Scripts/test

cluster-test: packages
	@SWIFT="$(SWIFT)" Scripts/cluster-test $(SUITE)

faults: packages
	$(SWIFT) build
	@SWIFT="$(SWIFT)" Tests/Clusters/slurm/rounds "$(CURDIR)/Tests/Faults/run" $(if $(FULL),--full)

sge-test: packages
	$(SWIFT) build --product launcher
	Tests/Clusters/sge/on-gridengine Tests/Clusters/sge/stories

ssh-test: packages
	@SWIFT="$(SWIFT)" Scripts/ssh-test

conformance: packages
	$(SWIFT) build
	@SWIFT="$(SWIFT)" Scripts/conformance

fuzz: packages
	@SWIFT="$(SWIFT)" Fuzzing/run $(FUZZING)

bench: packages
	@SWIFT="$(SWIFT)" Benchmarks/run

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
	$(SWIFT) package --allow-writing-to-directory .build/documentation generate-documentation \
		--target LauncherKit --output-path .build/documentation

format:
	$(SWIFT) format format --in-place --recursive $(FORMATTED)

lint:
	$(SWIFT) format lint --strict --recursive $(FORMATTED)

clean:
	rm -rf .build Benchmarks/.build Fuzzing/.build
