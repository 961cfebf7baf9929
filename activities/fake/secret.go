package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// Secret is the product's own token at a vendor. It can be revoked, and another one issued, while the fake runs; a new
// start of the fake knows the first one again. Safe for concurrent use.
type Secret struct {
	mu    sync.Mutex
	token string
	known map[string]bool // every one that ever counted
}

// NewSecret makes a secret whose first token counts.
func NewSecret(token string) *Secret {
	return &Secret{token: token, known: map[string]bool{token: true}}
}

// Issue makes another token the only one that counts; empty: none does.
func (s *Secret) Issue(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
	s.known[token] = true
}

// Is reports whether the token counts, and whether it ever did.
func (s *Secret) Is(token string) (counts, did bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return token != "" && token == s.token, token != "" && s.known[token]
}

// Handle lets POST /_control/token {"token": "…"} issue a token; an empty one revokes.
func (s *Secret) Handle(c *Control) { s.HandleAs(c, "token") }

// HandleAs is Handle under another name, where the product has more than one secret.
func (s *Secret) HandleAs(c *Control, name string) {
	c.Handle("POST /_control/"+name, func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Token string `json:"token"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, fmt.Sprintf("%s: %v", name, err), http.StatusBadRequest)
			return
		}
		s.Issue(in.Token)
		w.WriteHeader(http.StatusNoContent)
	})
}
