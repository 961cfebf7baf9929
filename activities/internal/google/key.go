package google

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"golang.org/x/oauth2"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
	googletransport "google.golang.org/api/transport/http"

	"hikeshi/activities/internal/transport"
)

// signer adds a token to each request, of the key that lies in the file at that moment: a key that is replaced counts at
// once. Tokens are fetched anew for a new key, and after Google has refused one.
type signer struct {
	ctx   context.Context // of the token sources, which outlive a call; its client fetches the tokens
	plain http.RoundTripper
	file  string // empty: Application Default Credentials, which look after themselves

	mu     sync.Mutex
	key    []byte
	signed http.RoundTripper // nil: to be built for the next request
}

func newSigner(ctx context.Context, plain http.RoundTripper, file string) (*signer, error) {
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, transport.Client(transport.Options{}))
	s := &signer{ctx: ctx, plain: plain, file: file}
	_, err := s.current()
	return s, err
}

// errKey is the error of a key file that cannot be used.
var errKey = errors.New("the service account's key cannot be read")

// RoundTrip sends the request with a token.
func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	signed, err := s.current()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKey, err)
	}
	answer, err := signed.RoundTrip(req)
	if err == nil && answer.StatusCode == http.StatusUnauthorized {
		s.forget(signed)
	}
	return answer, err
}

// current is the way to Google with the key as it is now.
func (s *signer) current() (http.RoundTripper, error) {
	var key []byte
	if s.file != "" {
		var err error
		if key, err = os.ReadFile(s.file); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signed != nil && bytes.Equal(key, s.key) {
		return s.signed, nil
	}
	signed, err := googletransport.NewTransport(s.ctx, s.plain, credentials(s.file, key)...)
	if err != nil {
		return nil, err
	}
	s.key, s.signed = key, signed
	return signed, nil
}

// credentials are the SDK's options for a key. Sheets alone would do with a narrower scope, but the adapter of Sheets asks
// Drive who it is, and a folder that a person made needs the full scope anyway.
func credentials(file string, key []byte) []option.ClientOption {
	opts := []option.ClientOption{option.WithScopes(drive.DriveScope, sheets.SpreadsheetsScope)}
	if file != "" {
		opts = append(opts, option.WithAuthCredentialsJSON(option.ServiceAccount, key))
	}
	return opts
}

// forget drops tokens that Google has refused, unless they are dropped already.
func (s *signer) forget(refused http.RoundTripper) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signed == refused {
		s.signed = nil
	}
}
