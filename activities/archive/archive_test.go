package archive_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOrdinaryCase(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	require.Equal(t, 2, m.manifest.Files)
	require.Equal(t, 2, m.manifest.NotKept)
	v, err := w.verify(t, m)
	require.NoError(t, err)
	require.Empty(t, v.Changed)
	require.Equal(t, 12, v.Messages)
	require.Equal(t, 2, v.Files)
}
