package serve

import (
	"fmt"
	"net/http"

	"hikeshi/workflows/audit"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// recordDecode records each time that payloads are about to be shown in plain text. Browsers do not say who looks: the
// address they come from is all that is known.
func recordDecode(config *settings.Config) func(*http.Request, int) error {
	book := ledger.Open(config.Audit.Ledger)
	return func(r *http.Request, n int) error {
		return book.Record(audit.Act{
			Who: r.RemoteAddr, Door: "codec", Act: "decode", Count: n, Reason: fmt.Sprintf("namespace %.80s, page %.200s", r.Header.Get("X-Namespace"), r.Header.Get("Origin")),
		})
	}
}
