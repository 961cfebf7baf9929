package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"hikeshi/starter/serve"
)

func (c *cli) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the gateway for Slack, and the endpoint that decodes payloads for the Temporal Web UI",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "serve takes no words: addresses stand in the configuration file")
			}
			config, err := c.load()
			if err != nil {
				return err
			}
			slog.SetDefault(logger(c.stderr, slog.LevelInfo))
			return serve.Run(cmd.Context(), config, func(a serve.Addresses) {
				c.print(a, func(p *page) {
					if a.Sockets {
						p.line("taking Slack's requests over Socket Mode; how it is: %s/readyz", a.Gateway)
					}
					if a.HTTP {
						p.line("taking Slack's requests at %s", a.Gateway)
					}
					if a.Codec != "" {
						p.line("decoding for the Web UI at %s", a.Codec)
					}
				})
			})
		},
	}
}
