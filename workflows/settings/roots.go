package settings

import (
	"crypto/x509"
	"fmt"
	"os"
)

// TimestampRoots reads the root certificate of the timestamp authority, the only one that counts; nil: none is
// configured.
func (c *Config) TimestampRoots() (*x509.CertPool, error) {
	if c.Audit.TimestampCA == "" {
		return nil, nil
	}
	return ReadRoots(c.Audit.TimestampCA)
}

// ReadRoots reads certificates from a PEM file.
func ReadRoots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the timestamp authority's certificate: %w: correct audit.timestamp_ca", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the timestamp authority's certificate %s: it holds none in PEM form: correct audit.timestamp_ca", path)
	}
	return roots, nil
}
