package settings

import "hikeshi/workflows/runbook"

// Library reads the runbooks that there are now: the built-in ones and those of the configured directory. It is a
// [workflows.Librarian].
func (c *Config) Library() runbook.Library { return runbook.Read(c.Runbooks) }
