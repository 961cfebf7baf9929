package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/workflows/wire"
)

const webUI = "http://localhost:8233"

// ask sends one request to a codec endpoint that lets webUI in; headers are "Name: value".
func ask(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	wire.CodecHandler(testRing(t), wire.CodecOptions{Origins: []string{webUI}}).ServeHTTP(w, r)
	return w.Result()
}

func sealedBody(t *testing.T, text string) string {
	t.Helper()
	sealed := seal(t, wire.NewCodec(testRing(t)), jsonPayload(text))
	body, err := protojson.Marshal(&commonpb.Payloads{Payloads: []*commonpb.Payload{sealed}})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestCodecHandlerOrigins(t *testing.T) {
	body := sealedBody(t, `"x"`)
	for _, tt := range []struct {
		origin string
		want   int
	}{
		{webUI, 200},
		{"", 200}, // not a browser
		{"http://localhost:8234", 403},
		{"https://localhost:8233", 403},
		{"http://127.0.0.1:8233", 403},
		{"http://localhost:8233.evil.example", 403},
		{"http://evil.example", 403},
		{"null", 403},
	} {
		headers := []string{"Content-Type: application/json", "X-Namespace: hikeshi"}
		if tt.origin != "" {
			headers = append(headers, "Origin: "+tt.origin)
		}
		post := ask(t, "POST", "/decode", body, headers...)
		if post.StatusCode != tt.want {
			t.Errorf("origin %q: status %d, want %d", tt.origin, post.StatusCode, tt.want)
		}
		wantAllowed := ""
		if tt.want == 200 {
			wantAllowed = tt.origin
		}
		preflight := ask(t, "OPTIONS", "/decode", "", append(headers, "Access-Control-Request-Headers: content-type,x-namespace")...)
		for name, resp := range map[string]*http.Response{"request": post, "preflight": preflight} {
			if got := resp.Header.Get("Access-Control-Allow-Origin"); got != wantAllowed {
				t.Errorf("%s, origin %q: allowed origin %q, want %q", name, tt.origin, got, wantAllowed)
			}
			if resp.Header.Get("Vary") != "Origin" {
				t.Errorf("%s, origin %q: a cache may give it to another origin", name, tt.origin)
			}
		}
		if allowed := preflight.Header.Get("Access-Control-Allow-Headers"); tt.want == 200 && !strings.Contains(allowed, "X-Namespace") {
			t.Errorf("origin %q: allowed headers %q lack X-Namespace", tt.origin, allowed)
		}
	}
}

func TestCodecHandlerAnswers(t *testing.T) {
	const json = "Content-Type: application/json"
	for _, tt := range []struct {
		name, method, path, body, kind string
		want                           int
		text                           string
	}{
		{"decode", "POST", "/decode", sealedBody(t, `"open sesame"`), json, 200, "Im9wZW4gc2VzYW1lIg=="},
		{"charset", "POST", "/decode", sealedBody(t, `1`), json + "; charset=utf-8", 200, "payloads"},
		{"nothing", "POST", "/decode", `{}`, json, 200, "{}"},
		{"encode", "POST", "/encode", `{"payloads":[]}`, json, 403, "only decodes"},
		{"get", "GET", "/decode", "", json, 405, ""},
		{"elsewhere", "POST", "/keys", `{}`, json, 404, ""},
		{"form", "POST", "/decode", sealedBody(t, `1`), "Content-Type: text/plain", 415, "send application/json"},
		{"not JSON", "POST", "/decode", `<xml>`, json, 400, "payloads"},
		{"tampered", "POST", "/decode", strings.Replace(sealedBody(t, `1`), "dGVzdC0y", "dGVzdC0x", 1), json, 400, "changed after"},
		{"too large", "POST", "/decode", `{"payloads":[{"data":"` + strings.Repeat("A", 16<<20) + `"}]}`, json, 413, "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := ask(t, tt.method, tt.path, tt.body, tt.kind)
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.want || !strings.Contains(string(text), tt.text) {
				t.Errorf("got %d %.200s, want %d with %q", resp.StatusCode, text, tt.want, tt.text)
			}
		})
	}
}

func TestCodecHandlerTellsWhoReadWhat(t *testing.T) {
	var namespace string
	var payloads int
	h := wire.CodecHandler(testRing(t), wire.CodecOptions{OnDecode: func(r *http.Request, n int) error {
		namespace, payloads = r.Header.Get("X-Namespace"), n
		return nil
	}})
	r := httptest.NewRequest("POST", "/decode", strings.NewReader(sealedBody(t, `1`)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Namespace", "hikeshi")
	h.ServeHTTP(httptest.NewRecorder(), r)
	if namespace != "hikeshi" || payloads != 1 {
		t.Errorf("recorded %d payloads of %q, want 1 of hikeshi", payloads, namespace)
	}
}

// What cannot be recorded is not shown.
func TestCodecHandlerShowsNothingUnrecorded(t *testing.T) {
	h := wire.CodecHandler(testRing(t), wire.CodecOptions{OnDecode: func(*http.Request, int) error { return errors.New("the disk is full") }})
	r := httptest.NewRequest("POST", "/decode", strings.NewReader(sealedBody(t, `"secret"`)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "the disk is full") || strings.Contains(w.Body.String(), "payloads") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// The SDK's own remote codec is the client here: it speaks what the Web UI speaks.
func TestServeCodec(t *testing.T) {
	l, err := wire.ListenCodec(0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(l.Addr().String(), "127.0.0.1:") {
		t.Errorf("listens on %s: not only on this machine", l.Addr())
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- wire.ServeCodec(ctx, l, wire.CodecHandler(testRing(t), wire.CodecOptions{})) }()

	remote := converter.NewRemotePayloadCodec(converter.RemotePayloadCodecOptions{Endpoint: "http://" + l.Addr().String()})
	got, err := open(remote, seal(t, wire.NewCodec(testRing(t)), jsonPayload(`"over HTTP"`)))
	if err != nil || string(got.Data) != `"over HTTP"` {
		t.Errorf("decoded %v, %v", got, err)
	}
	if _, err := remote.Encode([]*commonpb.Payload{jsonPayload(`1`)}); err == nil {
		t.Error("it encrypts for everyone")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
	if _, err := http.Get("http://" + l.Addr().String() + "/"); err == nil {
		t.Error("it still answers after its end")
	}
}
