package fake_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

type row struct {
	Name string
	Tags []string
}

func open(t *testing.T, path string) (*fake.Store, *fake.Table[row]) {
	t.Helper()
	s, err := fake.OpenStore(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // a second time where the test closes it
	table, err := fake.NewTable[row](s, "rows")
	require.NoError(t, err)
	return s, table
}

func TestStoreSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, table := open(t, path)
	require.NoError(t, s.Locked(func() {
		table.Put("b", row{Name: "事案", Tags: []string{"x"}})
		table.Put("a", row{Name: "first"})
		table.Put("c", row{Name: "gone"})
	}))
	require.NoError(t, s.Locked(func() {
		table.Put("a", row{Name: "changed"})
		table.Delete("c")
	}))
	require.NoError(t, s.Close())

	_, again := open(t, path)
	require.Equal(t, []string{"a", "b"}, again.Keys())
	require.Equal(t, []row{{Name: "changed"}, {Name: "事案", Tags: []string{"x"}}}, again.All())
	require.Equal(t, 2, again.Len())
	_, there := again.Get("c")
	require.False(t, there)
}

func TestStoreWritesNothingBeforeTheRequestEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, table := open(t, path)
	table.Put("a", row{Name: "not committed"})
	require.NoError(t, s.Close())
	_, again := open(t, path)
	require.Equal(t, 0, again.Len())
}

func TestStoreIsOpenedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, path)
	_, err := fake.OpenStore(path)
	require.ErrorContains(t, err, "open state "+path)
	require.ErrorContains(t, err, "another sandbox may be using it")
}

func TestStoreRefusesRowsItCannotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, table := open(t, path)
	require.NoError(t, s.Locked(func() { table.Put("a", row{Name: "x"}) }))
	_, err := fake.NewTable[int](s, "rows")
	require.ErrorContains(t, err, "table rows: row a:")
}

func TestStoreInMemory(t *testing.T) {
	s, table := open(t, "")
	require.NoError(t, s.Locked(func() { table.Put("a", row{Name: "x"}) }))
	require.Equal(t, map[string]any{"rows": map[string]row{"a": {Name: "x"}}}, s.Dump())
	require.NoError(t, s.Close())
}
