// Package timestamptest is a stand-in for a timestamp authority (RFC 3161). It has a root certificate and a signing key
// of its own, kept in a file so that what it signed before a restart is still vouched for after it.
package timestamptest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"time"

	"github.com/digitorus/timestamp"

	"hikeshi/activities/fake"
)

// Options configure an authority. The zero value has a new key, and the time of the machine.
type Options struct {
	Path string           // file of the key and the certificates; it is made if missing; empty: in memory
	Now  func() time.Time // nil: time.Now
}

// Server is an authority: POST / takes a request, GET /ca.pem gives the root certificate, and /_control/ injects faults.
type Server struct {
	*fake.Control
	CA []byte // PEM of the root certificate

	now    func() time.Time
	signer *x509.Certificate
	key    *ecdsa.PrivateKey
}

// Open opens the authority on its file.
func Open(o Options) (*Server, error) {
	s := &Server{now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	text, err := os.ReadFile(o.Path)
	if o.Path == "" || errors.Is(err, fs.ErrNotExist) {
		if text, err = found(s.now()); err == nil && o.Path != "" {
			err = keep(o.Path, text)
		}
	}
	if err == nil {
		err = s.load(text)
	}
	if err != nil {
		return nil, fmt.Errorf("open the timestamp authority %s: %w", o.Path, err)
	}
	store, err := fake.OpenStore("")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", s.stamp)
	mux.HandleFunc("GET /ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(s.CA) // the reader is gone: nothing to do
	})
	s.Control = &fake.Control{Store: store, Handler: mux}
	return s, nil
}

// keep writes the file as a whole: a kill in the middle must not leave half a key.
func keep(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// found makes an authority: a root, and a signer that it vouches for. The root's key is thrown away.
func found(now time.Time) ([]byte, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Sandbox Timestamp Root", Organization: []string{"Hikeshi sandbox"}},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(20, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}) // timeStamping, and it must be critical (RFC 3161, 2.3)
	if err != nil {
		return nil, err
	}
	signer := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Sandbox Timestamps", Organization: []string{"Hikeshi sandbox"}},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(20, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}
	signerDER, err := x509.CreateCertificate(rand.Reader, signer, root, &key.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	var text []byte
	for _, b := range []*pem.Block{{Type: "CERTIFICATE", Bytes: rootDER}, {Type: "CERTIFICATE", Bytes: signerDER}, {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		text = append(text, pem.EncodeToMemory(b)...)
	}
	return text, nil
}

func (s *Server) load(text []byte) (err error) {
	var blocks []*pem.Block
	for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
		blocks = append(blocks, b)
	}
	if len(blocks) != 3 {
		return errors.New("its file is damaged: delete it for a new authority")
	}
	s.CA = pem.EncodeToMemory(blocks[0])
	if s.signer, err = x509.ParseCertificate(blocks[1].Bytes); err != nil {
		return err
	}
	s.key, err = x509.ParseECPrivateKey(blocks[2].Bytes)
	return err
}

// policy is under the arc for examples.
var policy = asn1.ObjectIdentifier{2, 999, 1}

// stamp answers a request. https://www.rfc-editor.org/rfc/rfc3161#section-3.4
func (s *Server) stamp(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "send application/timestamp-query", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(s.answer(body)) // the reader is gone: nothing to do
}

func (s *Server) answer(body []byte) []byte {
	request, err := timestamp.ParseRequest(body)
	if err != nil {
		return refusal(timestamp.BadDataFormat)
	}
	if request.HashAlgorithm != crypto.SHA256 || len(request.HashedMessage) != crypto.SHA256.Size() {
		return refusal(timestamp.BadAlgorithm)
	}
	token, err := s.Stamp(request.HashedMessage, request.Nonce, s.now())
	if err != nil {
		return refusal(timestamp.SystemFailure)
	}
	return token
}

// Stamp signs a digest at a time: the whole answer, of which the token is a part.
func (s *Server) Stamp(sum []byte, nonce *big.Int, at time.Time) ([]byte, error) {
	t := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: sum, Time: at.UTC().Truncate(time.Second), Nonce: nonce, Policy: policy, AddTSACertificate: true,
	}
	return t.CreateResponseWithOpts(s.signer, s.key, crypto.SHA256)
}

func refusal(why timestamp.FailureInfo) []byte {
	b, err := timestamp.CreateErrorResponse(timestamp.Rejection, why)
	if err != nil {
		return nil
	}
	return b
}
