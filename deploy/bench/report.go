package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"text/tabwriter"
)

// Targets. They are shown beside what was measured; missing one is no error of the measurement.
const (
	targetRatio  = 1.15 // of the critical path of the vendors' calls
	targetSlow   = 5000 // ms until people are together while JIRA is slow
	targetEngine = 8    // ms a step
)

// report is what one run has measured. Times are in milliseconds.
type report struct {
	Cases        int     `json:"cases"`
	Limits       bool    `json:"limits"`
	PerMinute    float64 `json:"per_minute"`
	Concurrency  int     `json:"concurrency"`
	CriticalPath float64 `json:"critical_path_ms"` // of the vendors' latencies
	First        float64 `json:"first_case_ms"`    // until people were together, in the first case after a start
	Together     span    `json:"together"`         // from the signed command until people are together
	Ratio        float64 `json:"ratio"`            // the median of that to the critical path
	// Load is the machine's load average of a minute before and after the measured cases. At more than there are
	// processors, the engine's figures tell of the other work on the machine.
	Load         [2]float64 `json:"load"`
	Acknowledged span       `json:"acknowledged"` // until the gateway has answered Slack
	Legs         []leg      `json:"legs"`         // where the time goes
	Engine       engine     `json:"engine"`
	// Linked is from the command to the end of the last step. At more than twenty cases a minute it includes the wait
	// for Slack's rates, where they are on.
	Linked       span          `json:"linked"`
	LinkedFirst  span          `json:"linked_first"`  // of as many cases as the baseline has, while the buckets were full
	FirstCalls   []count       `json:"first_calls"`   // of the first case, which has to find out who everybody is
	Calls        []count       `json:"calls"`         // of the measured cases together
	WatcherMails int           `json:"watcher_mails"` // that JIRA sent somebody who watches a case through open and triage
	Sequential   *sequentially `json:"sequential,omitempty"`
	Slow         *slowly       `json:"slow,omitempty"`

	list []*opened
	json bool
}

// sequentially is the baseline: the same steps one after the other.
type sequentially struct {
	Together      span    `json:"together"`
	Linked        span    `json:"linked"`
	TogetherRatio float64 `json:"together_ratio"` // the product's to it
	LinkedRatio   float64 `json:"linked_ratio"`
}

// slowly is the wait for each other while JIRA is slow.
type slowly struct {
	Jira     float64 `json:"jira_ms"`
	Together span    `json:"together"`
}

func newReport(o options) *report {
	return &report{
		json: o.json, Cases: o.n, Limits: o.limits, PerMinute: o.rate, Concurrency: o.concurrency,
		CriticalPath: milliseconds(o.latencies.criticalPath()),
	}
}

func printJSON(w io.Writer, report any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(report)
}

func (r *report) print(w io.Writer) error {
	if r.json {
		return printJSON(w, r)
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	limits := "on"
	if !r.Limits {
		limits = "off"
	}
	fmt.Fprintf(t, "%d cases, %g a minute, %d at once, rate limits %s; load of the machine %.1f before, %.1f after, on %d processors\n\n",
		r.Cases, r.PerMinute, r.Concurrency, limits, r.Load[0], r.Load[1], runtime.NumCPU())
	fmt.Fprintf(t, "ms\tmedian\tp90\tmax\t\n")
	row(t, "open until people are together", r.Together, "%.2f × the critical path of %g ms; target ≤ %g", r.Ratio, r.CriticalPath, targetRatio)
	fmt.Fprintf(t, "the first case after a start\t%.1f\t\t\t%.2f ×\n", r.First, ratio(r.First, r.CriticalPath))
	if r.Slow != nil {
		row(t, "while JIRA is slow", r.Slow.Together, "JIRA takes %g ms; target ≤ %d", r.Slow.Jira, targetSlow)
	}
	row(t, "the gateway's answer to Slack", r.Acknowledged, "")
	row(t, "open until everything is linked", r.Linked, "")
	if s := r.Sequential; s != nil {
		row(t, "one after the other: together", s.Together, "the product takes %.2f × of it", s.TogetherRatio)
		row(t, "one after the other: linked", s.Linked, "the product takes %.2f × of it (median of its first %d: %.1f)", s.LinkedRatio, r.LinkedFirst.N, r.LinkedFirst.Median)
	}
	row(t, "engine, each step", r.Engine.Step, "%d steps, %d retried ones left out; target ≤ %d", r.Engine.Steps, r.Engine.Retried, targetEngine)
	row(t, "  scheduled → started", r.Engine.Dispatch, "")
	row(t, "  completed → next scheduled", r.Engine.Decision, "")
	fmt.Fprintf(t, "\nwhere the time goes\tmedian\tp90\tmax\tof it the vendor\n")
	for _, l := range r.Legs {
		row(t, "  "+l.Name, l.Took, "%g", l.Injected)
	}
	r.printCalls(t)
	return t.Flush()
}

func (r *report) printCalls(t io.Writer) {
	fmt.Fprintf(t, "\nvendor calls\tfirst case\teach further\n")
	each := map[count]float64{}
	for _, c := range r.Calls {
		each[count{Vendor: c.Vendor, Name: c.Name}] = float64(c.Calls) / float64(r.Cases)
	}
	for _, c := range r.FirstCalls {
		key := count{Vendor: c.Vendor, Name: c.Name}
		fmt.Fprintf(t, "  %s %s\t%d\t%.3g\n", c.Vendor, c.Name, c.Calls, each[key])
		delete(each, key)
	}
	for _, c := range r.Calls {
		if n, left := each[count{Vendor: c.Vendor, Name: c.Name}]; left {
			fmt.Fprintf(t, "  %s %s\t0\t%.3g\n", c.Vendor, c.Name, n)
		}
	}
	fmt.Fprintf(t, "mails of JIRA to a watcher, through open and triage\t%d\n", r.WatcherMails)
}

func row(t io.Writer, what string, s span, note string, args ...any) {
	fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t%s\n", what, s.Median, s.P90, s.Max, fmt.Sprintf(note, args...))
}

// load is the load average of the last minute; 0 where the system does not say.
func load() (average float64) {
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(text), &average) // 0 then
	}
	return average
}
