package host

import (
	"log/slog"

	"hikeshi/workflows/runbook"
)

// sayRunbooks tells operators what is wrong with files, and which built-in runbooks theirs take the place of. Nothing of
// it keeps the worker from working.
func sayRunbooks(library runbook.Library, log *slog.Logger) {
	for _, problem := range library.Problems() {
		log.Warn("a runbook cannot be run", "problem", problem)
	}
	for _, book := range library.List("en") {
		if book.Replaces && book.Problem == "" {
			log.Info("a file takes the place of a built-in runbook", "runbook", book.Name, "file", book.File)
		}
	}
}
