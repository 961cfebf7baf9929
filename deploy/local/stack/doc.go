// Package stack runs a whole Temporal in this process: the server on SQLite, and the Web UI. The local stack and the
// end-to-end tests start it; worker and doors never link it, because it brings four hundred modules with it.
//
// It is made for one machine: it listens on 127.0.0.1 only, everyone there is its administrator, and all four services
// share one database connection. Production uses a Temporal cluster.
//
// # The data directory
//
//	temporal.db      the database, in WAL mode (temporal.db-wal and -shm belong to it)
//	temporal.log     the server's log, JSON lines; above 16 MiB it becomes temporal.log.old at the next start
//	temporal.lock    held while a process uses the directory; holds its process id
//	temporal.setup   there only while the database is being made
//
// A kill -9 loses nothing that the server had confirmed; a power cut may lose its last moments. The database is not
// migrated: after an upgrade of the server, cases in an older file may not run. Move the file away then.
package stack
