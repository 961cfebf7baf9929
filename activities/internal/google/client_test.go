package google

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hikeshi/activities"
)

func TestEndpoints(t *testing.T) {
	for _, c := range []struct {
		service            Service
		given, want, drive string
	}{
		{Drive, "", "https://www.googleapis.com/drive/v3/", "https://www.googleapis.com/drive/v3/"},
		{Drive, "http://localhost:8093", "http://localhost:8093/drive/v3/", "http://localhost:8093/drive/v3/"},
		{Drive, "http://localhost:8093/drive/v3", "http://localhost:8093/drive/v3/", "http://localhost:8093/drive/v3/"},
		{Sheets, "", "https://sheets.googleapis.com/", "https://www.googleapis.com/drive/v3/"},
		{Sheets, "http://localhost:8093/", "http://localhost:8093/", "http://localhost:8093/drive/v3/"},
	} {
		base, err := c.service.base(c.given)
		if err != nil {
			t.Fatal(err)
		}
		conn := &Connection{Endpoint: base.String()}
		if to, err := conn.Uploads(); c.service.name == "drive" && (err != nil || to.String() != strings.Replace(c.drive, "/drive/v3/", "/upload/drive/v3/files", 1)) {
			t.Errorf("contents go to %s (%v)", to, err)
		}
		if conn.Endpoint != c.want || conn.drive() != c.drive {
			t.Errorf("%s %q: %s and Drive at %s, want %s and %s", c.service.name, c.given, conn.Endpoint, conn.drive(), c.want, c.drive)
		}
	}
}

// keyFile writes a service account's key whose tokens come from the given server.
func keyFile(t *testing.T, tokens string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@project.iam.gserviceaccount.com", "private_key_id": "1", "token_uri": tokens,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A key that Google refuses is nobody's case's fault; a token server that is down passes.
func TestRefusedKey(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		want   activities.Class
	}{
		{http.StatusBadRequest, `{"error":"invalid_grant","error_description":"account not found"}`, activities.Credentials},
		{http.StatusUnauthorized, `{"error":"invalid_client"}`, activities.Credentials},
		{http.StatusNotImplemented, `oops`, activities.Unavailable},
	} {
		tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.answer))
		}))
		conn, err := Connect(t.Context(), Drive, Options{CredentialsFile: keyFile(t, tokens.URL)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Account(t.Context())
		tokens.Close()
		f := Call{System: "drive", Op: "ask", Kind: Read}.Fault(err)
		if f.Class != c.want || strings.Contains(f.Cause, "assertion") {
			t.Errorf("token server answers %d: %+v (%v), want %s", c.status, f, err, c.want)
		}
	}
}

type seen struct{ hosts *[]string }

func (s seen) RoundTrip(r *http.Request) (*http.Response, error) {
	*s.hosts = append(*s.hosts, r.URL.Scheme+"://"+r.URL.Host)
	return &http.Response{StatusCode: 204, Body: http.NoBody, Request: r}, nil
}

func TestTokensGoToGoogleOnly(t *testing.T) {
	var signed, plain []string
	base, err := url.Parse("https://sheets.googleapis.com/")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &hostOnly{base: base, signed: seen{&signed}, plain: seen{&plain}}}
	for _, address := range []string{"https://sheets.googleapis.com/v4", "https://www.googleapis.com/drive/v3/about", "https://www.googleapis.com/upload/drive/v3/files?upload_id=1", "http://sheets.googleapis.com/v4", "https://evil.example/"} {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close() // there is none
	}
	if strings.Join(signed, " ") != "https://sheets.googleapis.com https://www.googleapis.com https://www.googleapis.com" {
		t.Errorf("a token went to %q", signed)
	}
	if strings.Join(plain, " ") != "http://sheets.googleapis.com https://evil.example" {
		t.Errorf("without a token: %q", plain)
	}
}
