package cases

import (
	"errors"
	"maps"
	"os"
	"slices"

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
	return wire.ClientOptions(wire.Connection{Role: role, Ring: ring, Environ: environ(config)})
}

// environ is what TEMPORAL_* is read from: the process's environment, which wins, over the configuration's.
func environ(config *settings.Config) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(config.Environment)) {
		list = append(list, name+"="+config.Getenv(name))
	}
	return append(list, os.Environ()...)
}
