package main

import "github.com/spf13/cobra"

func (c *cli) analyze() *cobra.Command {
	cmd := c.act("analyze NUMBER", "Open an analysis with a channel of its own; or hand one over, change it, bring people in",
		`  starter analyze SEC-12 --name mailbox --lead @aoi --hypothesis "one account was taken over"
  starter analyze SEC-12 --analysis a1 --lead @ben
  starter analyze SEC-12 --analysis a1 --invite @chie --invite S0NETWORK`)
	f := cmd.Flags()
	f.String("name", "", "what is looked at, in a `word` or two: mailbox, network …")
	f.String("lead", "", "`person` who leads it: Slack id, @handle, e-mail address or name (default for a new one: you)")
	f.String("hypothesis", "", "what is believed to have happened, as `text`")
	f.String("analysis", "", "`id` of the one to change: a1 … (default: a new one)")
	f.StringArray("invite", nil, "`person` or group to bring in: Slack id, @handle or e-mail address; may be given several times")
	return cmd
}

func (c *cli) conclude() *cobra.Command {
	cmd := c.act("conclude NUMBER", "End an analysis with what it has found, or drop it with the reason",
		`  starter conclude SEC-12 --analysis a1 --finding "one mailbox was read, from 3 to 5 March"
  starter conclude SEC-12 --analysis a2 --drop "the logs are gone"`)
	f := cmd.Flags()
	f.String("analysis", "", "`id` of the analysis: a1 …")
	f.String("finding", "", "what was found, as `text`")
	f.String("drop", "", "`reason` why nobody goes on with it")
	return cmd
}
