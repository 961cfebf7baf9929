package cases

import (
	"errors"

	"go.temporal.io/sdk/client"

	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// Options are those of a client as the configuration says: where Temporal is, and the keys of all that it keeps.
func Options(config *settings.Config, role string) (client.Options, error) {
	if config.KeyRing == "" {
		return client.Options{}, errors.New("read key ring: none is configured: set key_ring in the configuration file to the worker's key file")
	}
	ring, err := wire.LoadKeyRing(config.KeyRing)
	if err != nil {
		return client.Options{}, err
	}
	return wire.ClientOptions(wire.Connection{Role: role, Ring: ring, Environ: config.Environ()})
}
