package wire

import (
	"io"
	"mime"
	"net/http"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// CodecOptions configure the codec endpoint.
type CodecOptions struct {
	// Origins lists the pages that may call it from a browser, exactly as browsers write them: http://localhost:8233.
	// No pattern and no null. Empty: none may.
	Origins []string
	// OnDecode is called before n payloads are handed out decrypted; the request's X-Namespace says for which
	// namespace. With its error nothing is handed out. Nil: nothing is recorded.
	OnDecode func(r *http.Request, n int) error
}

// maxCodecBody bounds a request: the Web UI sends one event's payloads at a time, and Temporal's limit for them is 4 MiB.
const maxCodecBody = 16 << 20

// CodecHandler serves POST /decode, with which the Web UI shows payloads in plain text. It never encrypts: whoever
// could have it do so could start a workflow with a forged input that looks like ours.
//
// It guards against other pages in the user's browser, not against programs on the same machine: requests without an
// Origin, which browsers always send here, are answered.
// See https://docs.temporal.io/production-deployment/data-encryption#codec-server-setup.
func CodecHandler(ring *KeyRing, o CodecOptions) http.Handler {
	h := &codecHandler{codec: NewCodec(ring), o: o}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /decode", h.decode)
	mux.HandleFunc("/encode", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this endpoint only decodes: encrypt with the key ring", http.StatusForbidden)
	})
	return h.listedOrigins(mux)
}

type codecHandler struct {
	codec *Codec
	o     CodecOptions
}

// listedOrigins refuses pages that are not listed and answers the browser's questions before a request (preflight).
func (h *codecHandler) listedOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" {
			if !slices.Contains(h.o.Origins, origin) {
				http.Error(w, "this page may not read payloads: its origin is not listed", http.StatusForbidden)
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Credentials", "true")
		}
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
			w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
			w.Header().Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h *codecHandler) decode(w http.ResponseWriter, r *http.Request) {
	// A page can send text/plain without asking first; JSON it cannot.
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCodecBody))
	if err != nil {
		http.Error(w, "the request is too large or broke off", http.StatusRequestEntityTooLarge)
		return
	}
	var sealed commonpb.Payloads
	if err := protojson.Unmarshal(body, &sealed); err != nil {
		http.Error(w, `send {"payloads":[{"metadata":{…},"data":"…"}]} with base64 values`, http.StatusBadRequest)
		return
	}
	opened, err := h.codec.Decode(sealed.GetPayloads())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.answer(w, r, opened)
}

func (h *codecHandler) answer(w http.ResponseWriter, r *http.Request, opened []*commonpb.Payload) {
	reply, err := protojson.Marshal(&commonpb.Payloads{Payloads: opened})
	if err != nil {
		http.Error(w, "what was decrypted cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	if h.o.OnDecode != nil {
		if err := h.o.OnDecode(r, len(opened)); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(reply) // an error here is the reader's going away
}
