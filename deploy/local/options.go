package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"go.temporal.io/sdk/interceptor"
)

// options are the command line, and what tests set beside it.
type options struct {
	demo, exit                                     bool
	data, sandbox                                  string
	noWorker, noGateway                            bool
	temporalPort, uiPort, sandboxPort, gatewayPort int

	searchLag time.Duration // of a sandbox of our own; see site.Options
	probe     time.Duration // 0: the configuration's default
	reopen    time.Duration // how long a closed case can be reopened; 0: the configuration's default
	patience  time.Duration // of the sandbox's Slack with the gateway; 0: as the real one's
	noUI      bool
	noLimits  bool     // neither the vendors' rate limits nor our own
	lacks     []string // calls that Temporal does not have, as an older server
	rewrite   func(config string) string
	deciding  []interceptor.WorkerInterceptor // around the workflows
}

// parse reads the command line. What is wrong with it has been said when it returns an error.
func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("local", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&o.demo, "demo", false, "play a scripted case and check what comes of it")
	f.BoolVar(&o.exit, "exit", false, "exit when all is ready, or when the demonstration has been checked, even on a terminal")
	f.StringVar(&o.data, "data", ".hikeshi", "`directory` that keeps everything between starts")
	f.StringVar(&o.sandbox, "sandbox", "", "`address` of the pages of a sandbox that runs already; none: run one here")
	without := f.String("without", "", "`parts` to leave out, to run them separately: worker,gateway")
	f.IntVar(&o.temporalPort, "temporal-port", 7233, "`port` of Temporal; 0: any free port")
	f.IntVar(&o.uiPort, "ui-port", 8233, "`port` of the Temporal Web UI; 0: any free port")
	f.IntVar(&o.sandboxPort, "sandbox-port", 8090, "`port` of the sandbox's pages, followed by those of Slack, JIRA, Google and the pager; 0: any free ports")
	f.IntVar(&o.gatewayPort, "gateway-port", 8080, "`port` to which Slack's commands and events go; 0: any free port")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if err = o.leaveOut(*without); err == nil {
		err = o.check(f.Args())
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
	}
	return o, err
}

func (o *options) leaveOut(parts string) error {
	for part := range strings.SplitSeq(parts, ",") {
		switch strings.TrimSpace(part) {
		case "":
		case "worker":
			o.noWorker = true
		case "gateway":
			o.noGateway = true
		default:
			return fmt.Errorf("--without %s: unknown part: use worker, gateway or both with a comma", part)
		}
	}
	return nil
}

func (o *options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q: flags only, see --help", rest[0])
	}
	if u, err := url.Parse(o.sandbox); o.sandbox != "" && (err != nil || u.Host == "") {
		return fmt.Errorf("--sandbox %s: not an address: give that of its pages, such as http://127.0.0.1:8090", o.sandbox)
	}
	o.sandbox = strings.TrimSuffix(o.sandbox, "/")
	return nil
}
