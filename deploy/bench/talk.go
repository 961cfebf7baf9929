package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// talkOptions are the command line of bench mirror.
type talkOptions struct {
	n        int
	lagTime  time.Duration
	perSec   float64
	timeout  time.Duration
	archived bool
}

func parseTalk(args []string, stderr io.Writer) (o talkOptions, err error) {
	f := flag.NewFlagSet("bench mirror", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.n, "n", 5000, "`messages` that are there before the mirror is told of any")
	f.DurationVar(&o.lagTime, "lag", 30*time.Second, "for how `long` people talk while the lag is measured; 0: not at all")
	f.Float64Var(&o.perSec, "rate", 5, "`messages` a second while they do")
	f.BoolVar(&o.archived, "archive", true, "close the case and measure its archive")
	f.DurationVar(&o.timeout, "timeout", 30*time.Minute, "give up after")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if len(f.Args()) > 0 || o.n < 1 || o.n > 100_000 || o.perSec <= 0 || o.perSec > 50 || o.lagTime < 0 || o.lagTime > 10*time.Minute {
		err = errors.New("use -n between 1 and 100000, -rate up to 50, -lag up to 10m")
		fmt.Fprintf(stderr, "error: %v\n", err)
	}
	return o, err
}

// talked is what a run of bench mirror has measured.
type talked struct {
	messages   int
	took       time.Duration // from the bell until all are logged
	events     int64         // of the mirror's history after that
	memory     int           // of the worker, MiB, its most
	lags       []time.Duration
	archive    time.Duration
	archiveMem int
}

// measureTalk fills a channel while nobody rings, rings, and waits until everything is logged; then people talk, and
// each message's lag is measured; then the case is archived. The vendors answer at once and without limits: what is
// measured is our own work.
func measureTalk(ctx context.Context, o talkOptions, stderr io.Writer) (r talked, err error) {
	say := func(format string, args ...any) { fmt.Fprintf(stderr, "bench: "+format+"\n", args...) }
	p, err := startProduct(ctx, options{limits: false})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.vendors.limit(ctx, false); err != nil {
		return r, err
	}
	c, err := p.command(ctx, 0)
	if err == nil {
		err = p.follow(ctx, []*opened{c}, cases.Linked)
	}
	if err != nil {
		return r, err
	}
	say("%d messages in case %s", o.n, c.number)
	if err := p.fill(ctx, c.channel, o.n); err != nil {
		return r, err
	}
	began := time.Now()
	mirror := workflows.MirrorWorkflowID(c.workflow)
	if err := p.client.SignalWorkflow(ctx, mirror, "", workflows.BellSignal, workflows.Bell{Channels: []string{c.channel}}); err != nil {
		return r, err
	}
	if err := p.logged(ctx, c, o.n); err != nil {
		return r, err
	}
	r.messages, r.took = o.n, time.Since(began)
	d, err := p.client.DescribeWorkflowExecution(ctx, mirror, "")
	if err != nil {
		return r, err
	}
	r.events, r.memory = d.GetWorkflowExecutionInfo().GetHistoryLength(), p.peak()
	say("people talk for %s at %g a second", o.lagTime, o.perSec)
	if r.lags, err = p.lag(ctx, c, o); err != nil || !o.archived {
		return r, err
	}
	say("the case is archived")
	r.archive, err = p.archive(ctx, c)
	r.archiveMem = p.peak()
	return r, err
}

// fill posts messages that nobody is told of.
func (p *product) fill(ctx context.Context, channel string, n int) error {
	return p.vendors.slack.control(ctx, http.MethodPost, "fill", map[string]any{"channel": channel, "messages": n}, nil)
}

// logged waits until so many messages are logged. It asks the mirror itself: the case hears of progress once a minute.
func (p *product) logged(ctx context.Context, c *opened, n int) error {
	for {
		var s workflows.MirrorStatus
		answer, err := p.client.QueryWorkflow(ctx, workflows.MirrorWorkflowID(c.workflow), "", workflows.StatusQuery)
		if err == nil {
			err = answer.Get(&s)
		}
		if err != nil || s.Messages >= n {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// lag posts messages at an even pace as a person does and returns how long each took until a comment of the log told
// of it. When that was is read off the log itself: the case hears of progress once a minute only.
func (p *product) lag(ctx context.Context, c *opened, o talkOptions) (lags []time.Duration, err error) {
	if o.lagTime == 0 {
		return nil, nil
	}
	said := map[string]time.Time{}
	for i := range int(o.lagTime.Seconds() * o.perSec) {
		var posted struct{ TS string }
		in := map[string]string{"user": "aoi", "channel": c.channel, "text": fmt.Sprintf("while people talk, %d", i)}
		if err := p.vendors.slack.control(ctx, http.MethodPost, "message", in, &posted); err != nil {
			return nil, err
		}
		said[posted.TS] = time.Now()
		if err := pause(ctx, time.Duration(float64(time.Second)/o.perSec)); err != nil {
			return nil, err
		}
	}
	if err := p.logged(ctx, c, o.n+len(said)); err != nil {
		return nil, err
	}
	written, err := p.written(ctx)
	for ts, at := range said {
		lags = append(lags, written[ts].Sub(at))
	}
	slices.Sort(lags)
	return lags, err
}

// written says when the log got each message, as JIRA's sandbox knows it.
func (p *product) written(ctx context.Context) (map[string]time.Time, error) {
	var state struct {
		Comments map[string]struct {
			Created    time.Time
			Properties map[string]struct {
				Entries []struct {
					TS string `json:"t"`
				} `json:"entries"`
			}
		} `json:"comments"`
	}
	err := p.vendors.jira.control(ctx, http.MethodGet, "state", nil, &state)
	at := map[string]time.Time{}
	for _, c := range state.Comments {
		for _, e := range c.Properties["hikeshi"].Entries {
			at[e.TS] = c.Created
		}
	}
	return at, err
}

// archive closes the case and waits until everything is kept and verified.
func (p *product) archive(ctx context.Context, c *opened) (time.Duration, error) {
	by := incident.By{Who: "bench", Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal}
	began := time.Now()
	if _, err := p.desk.Send(ctx, c.number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: by}, "bench-close"); err != nil {
		return 0, err
	}
	for {
		_, s, err := p.desk.Wait(ctx, c.request, cases.Settled)
		if err != nil {
			return 0, err
		}
		if s.Phase == incident.PhaseClosed {
			return time.Since(began), nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// peak is the most memory that the worker has had.
func (p *product) peak() int { return peakOf(p.worker) }

// peakOf is the most memory that a process has had, in MiB; 0 where the system does not say.
func peakOf(pid int) int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0]) // 0 then
			return kib >> 10
		}
	}
	return 0
}

func (r talked) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintf(t, "messages logged\t%d\tin %.1f s: %.0f a second; target ≥ 1000\n", r.messages, r.took.Seconds(), float64(r.messages)/r.took.Seconds())
	fmt.Fprintf(t, "events of the mirror's history\t%d\ttarget ≤ 3000 for 100,000 messages\n", r.events)
	fmt.Fprintf(t, "the worker's memory at its most\t%d MiB\ttarget ≤ 256\n", r.memory)
	if n := len(r.lags); n > 0 {
		fmt.Fprintf(t, "lag while people talk\t%.1f s\tmedian; p95 %.1f, max %.1f of %d messages; target p95 ≤ 10\n",
			r.lags[n/2].Seconds(), r.lags[n*95/100].Seconds(), r.lags[n-1].Seconds(), n)
	}
	if r.archive > 0 {
		fmt.Fprintf(t, "closed until archived and verified\t%.1f s\tthe worker's memory at its most: %d MiB\n", r.archive.Seconds(), r.archiveMem)
	}
	return t.Flush()
}
