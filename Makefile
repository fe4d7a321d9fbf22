# Thin wrappers; every target is one command that also works without make.
.PHONY: run test check bench fuzz shots mutate year

run: # the demo desk
	go run ./cmd/kept demo

test: # all tests, with what they need
	bash scripts/test.sh

check: # all that CI does
	bash .ci/run

bench: # intake, pages and search over HTTP, beside raw loops of the same engine
	go run ./cmd/keptbench

fuzz: # half a minute for each reader of what strangers send
	bash scripts/fuzz.sh

shots: # pictures of every screen
	mkdir -p bin/shots
	KEPT_SHOTS=$(CURDIR)/bin/shots go test -count 1 -run TestShots ./internal/browser

mutate: # lines of the engine are broken one at a time; a test must notice each
	go run ./scripts/mutate

year: # every night: a year of 250 hospitals, all laws checked; the report is bin/year.html
	mkdir -p bin
	go run ./cmd/kept simulate --days 365 --report bin/year.html --figures bin/year.json
