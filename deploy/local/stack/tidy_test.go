package stack

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The log is moved to the database while its only other connection, the server's, goes on.
func TestTheDatabaseIsTidied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "temporal.db")
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?_pragma=journal_mode=wal&_pragma=wal_autocheckpoint=0")
	require.NoError(t, err)
	defer db.Close() //nolint:errcheck // the test has ended
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE t (x)")
	require.NoError(t, err)
	var s Stack
	require.NoError(t, s.startTidying(path))
	for range 100 {
		_, err = db.Exec("INSERT INTO t VALUES (randomblob(4096))")
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		file, err := os.Stat(path)
		return err == nil && file.Size() >= 100*pageSize
	}, time.Minute, 50*time.Millisecond, "what was written is in the database itself")
	require.NoError(t, s.Stop())
	var n int
	require.NoError(t, db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	require.Equal(t, 100, n)
}
