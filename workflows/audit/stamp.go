package audit

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// CheckToken checks a time-stamp token (RFC 3161) over a head: that it is over this head, that its signer may sign
// timestamps, and that one of the roots vouches for the signer at the time it says. The certificates inside the token
// are believed only as far as the roots do. It returns the time.
func CheckToken(token []byte, head string, roots *x509.CertPool) (time.Time, error) {
	imprint, err := hex.DecodeString(head)
	if err != nil {
		return time.Time{}, fmt.Errorf("the head %.20q is no digest: %w", head, err)
	}
	var whole asn1.RawValue
	if rest, err := asn1.Unmarshal(token, &whole); err == nil && len(rest) > 0 { // the library overlooks them
		return time.Time{}, fmt.Errorf("%d bytes follow on the timestamp: they were added", len(rest))
	}
	stamp, err := timestamp.Parse(token)
	if err != nil {
		return time.Time{}, fmt.Errorf("it is no timestamp, or its signature is wrong: %w", err)
	}
	if stamp.HashAlgorithm != crypto.SHA256 || !bytes.Equal(stamp.HashedMessage, imprint) {
		return stamp.Time, errors.New("it is a timestamp of something else")
	}
	signed, err := pkcs7.Parse(token)
	if err != nil {
		return stamp.Time, err
	}
	if roots == nil {
		return stamp.Time, errUnpinned
	}
	err = signed.VerifyWithOpts(x509.VerifyOptions{
		Roots: roots, Intermediates: pool(signed.Certificates), CurrentTime: stamp.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return stamp.Time, fmt.Errorf("the pinned certificate does not vouch for it: %w", err)
	}
	return stamp.Time.UTC(), nil
}

// errUnpinned: the timestamp is of this head, but whose it is cannot be said.
var errUnpinned = errors.New("no certificate is pinned: nobody vouches for it")

func pool(list []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range list {
		p.AddCert(c)
	}
	return p
}
