# Targets for everyday work. What a merge needs is in .ci/run.
.DEFAULT_GOAL := help
.PHONY: help build check fmt vet lint test race demo chaos bench record pictures ci

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build worker, starter, local, sandbox and bench to bin/ (the first time takes minutes; -v shows progress)
	go build -v -o bin/ ./worker ./starter ./deploy/...

check: fmt vet lint race ## Format, vet, staticcheck, workflowcheck, and the tests that do not link the server, with the race detector

fmt: ## Say which files are not formatted
	@wrong=$$(gofmt -l .); if [ -n "$$wrong" ]; then echo "not formatted (gofmt -w):"; echo "$$wrong"; exit 1; fi

vet: ## Run go vet
	go vet ./...

lint: ## Run staticcheck, and workflowcheck for what would not replay
	go tool staticcheck ./...
	go tool workflowcheck ./workflows/...

test: ## Run every test
	go test ./...

race: ## Run the tests that do not link the Temporal server, with the race detector
	packages=$$(.ci/race-packages) && go test -race $$packages

demo: ## Play a case on the local stack
	go run ./deploy/local --demo

chaos: ## Let something go wrong at every vendor call of a case's life, and kill everything at random (MATRIX=full: in each kind of life)
	go test ./deploy/local -count=1 -v -timeout 6h -run 'TestCrashMatrix|TestRandomRun|TestKillsOfTheDemonstration' -matrix $(or $(MATRIX),wide) -chaos.rounds 20 -kills 50

bench: ## Measure how long people wait for a case; bin/bench open -h shows what can be varied
	go build -o bin/ ./worker ./starter ./deploy/local ./deploy/bench
	bin/bench open

record: ## Record the golden files and histories anew; look at the diff before committing it
	go test ./workflows/notice -update
	go test ./deploy/local -record

pictures: ## Photograph the product in a browser, in English and Japanese, into pictures/
	mkdir -p pictures
	go test -count=1 -artifacts -outputdir pictures ./deploy/sandbox/site
	go test -count=1 -artifacts -outputdir pictures ./deploy/local -run 'InTheBrowser|TestTheWebUI'

ci: ## Everything that a merge needs
	.ci/run
