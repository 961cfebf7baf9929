package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is which build this is.
type version struct {
	Version  string `json:"version"`  // of the module; (devel) for a build from a working tree
	Revision string `json:"revision"` // commit; empty if it is not known
	Modified bool   `json:"modified"` // built with changes that are not in the commit
	Go       string `json:"go"`
}

func (c *cli) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show which build this is",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "version takes no words")
			}
			v := versionOf()
			c.print(v, func(p *page) { p.line("hikeshi %s %s %s", v.Version, v.Revision, v.Go) })
			return nil
		},
	}
}

func versionOf() version {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version{Version: "unknown"}
	}
	v := version{Version: info.Main.Version, Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
