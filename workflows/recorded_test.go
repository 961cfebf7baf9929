package workflows

import (
	"compress/gzip"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
)

// Recorded reads a history. They are compressed: there are many, and nobody reads what is encrypted.
func Recorded(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	plain, err := gzip.NewReader(f)
	require.NoError(t, err)
	h, err := client.HistoryFromJSON(plain, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return h
}
