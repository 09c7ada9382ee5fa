# make demo      install what is missing, build, detect the scheduler, run a job to its end
# make test      install what is missing, build, run the tests
# make install   a release build under PREFIX (default /usr/local)
# make format    bring the sources into the project's format
# make lint      check the format
# make clean     remove what was built

PREFIX ?= /usr/local
SWIFT ?= swift
RELEASE = $(SWIFT) build -c release --static-swift-stdlib $(shell Scripts/static-libraries)

.PHONY: demo test install format lint clean packages release

demo: packages
	$(SWIFT) build --product launcher
	$(SWIFT) build --product local-adapter
	$(SWIFT) build --product slurm-adapter
	@SWIFT="$(SWIFT)" Scripts/demo

test: packages
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

packages:
	@Scripts/packages

release: packages
	@Scripts/static-libraries --prepare
	$(RELEASE) --product launcher
	$(RELEASE) --product local-adapter
	$(RELEASE) --product slurm-adapter

install: release
	@Scripts/install "$(DESTDIR)$(PREFIX)" "$$($(RELEASE) --show-bin-path)"

format:
	$(SWIFT) format format --in-place --recursive Sources Tests Examples Package.swift

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Examples Package.swift

clean:
	rm -rf .build
