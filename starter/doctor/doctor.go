package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hikeshi/activities"
	"hikeshi/workflows/settings"
)

// State is how a thing is.
type State string

// The states. What must be mended keeps cases from working; a warning does not.
const (
	OK        State = "ok"
	Warning   State = "warning"
	Mend      State = "mend"
	Unchecked State = "not checked"
)

// Finding is one thing that was looked at.
type Finding struct {
	Area  string `json:"area"`         // configuration, temporal, slack …
	Check string `json:"check"`        // what was looked at: scopes, level "Acme"
	State State  `json:"state"`        // see [State]
	Found string `json:"found"`        // how it is
	Do    string `json:"do,omitempty"` // what to do about it
}

// Report is all that was found, in a fixed order.
type Report struct{ Findings []Finding }

// Count returns how many findings have a state.
func (r Report) Count(s State) (n int) {
	for _, f := range r.Findings {
		if f.State == s {
			n++
		}
	}
	return n
}

// areaTime bounds one area. The vendors are looked at at the same time.
const areaTime = 45 * time.Second

// Examine looks at everything.
func Examine(ctx context.Context, cfg *settings.Config) Report {
	all := []*area{
		{name: "configuration", look: (*area).configuration}, {name: "keys", look: (*area).keys}, {name: "temporal", look: (*area).temporal},
		{name: "slack", look: (*area).slack}, {name: "jira", look: (*area).jira}, {name: "google", look: (*area).google},
		{name: "pager", look: (*area).pager}, {name: "timestamp", look: (*area).timestamp},
	}
	var looking sync.WaitGroup
	for _, a := range all {
		a.cfg = cfg
		looking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, areaTime)
			defer cancel()
			a.look(a, ctx)
		})
	}
	looking.Wait()
	var r Report
	for _, a := range all {
		r.Findings = append(r.Findings, a.found...)
	}
	return r
}

// Unreadable is the report of a configuration that cannot be used: nothing else can be looked at.
func Unreadable(err error) Report {
	a := area{name: "configuration"}
	a.mend("file", "correct the file; nothing else can be looked at before", "%v", err)
	return Report{a.found}
}

// area is a part of the examination.
type area struct {
	name  string
	look  func(*area, context.Context)
	cfg   *settings.Config
	found []Finding
}

// again is what to do about a fault that does not say it itself.
const again = "mend what it names, and run doctor again; if it names nothing, look at the network, proxies and certificates between here and there"

// add notes a finding. Whatever is not as it should be says what to do.
func (a *area) add(check string, s State, do, format string, args ...any) {
	if do == "" && (s == Mend || s == Warning) {
		do = again
	}
	a.found = append(a.found, Finding{a.name, check, s, fmt.Sprintf(format, args...), do})
}

func (a *area) ok(check, format string, args ...any) { a.add(check, OK, "", format, args...) }
func (a *area) warn(check, do, format string, args ...any) {
	a.add(check, Warning, do, format, args...)
}
func (a *area) mend(check, do, format string, args ...any) { a.add(check, Mend, do, format, args...) }
func (a *area) unchecked(check, format string, args ...any) {
	a.add(check, Unchecked, "", format, args...)
}

// failed tells of an error of a vendor, and reports whether there is one.
func (a *area) failed(check string, err error) bool {
	if err == nil {
		return false
	}
	f := activities.FaultOf(err)
	if f.Op == "" || f.Cause == "" {
		a.mend(check, f.Hint, "%v", err)
		return true
	}
	a.mend(check, f.Hint, "%s: %s", f.Op, f.Cause)
	return true
}

// secret reports whether a secret is on this machine, and tells if it is not, or cannot be read.
func (a *area) secret(name, without string) bool {
	if a.cfg.Getenv(name) == "" && a.cfg.Getenv(name+"_FILE") == "" {
		a.unchecked(name, "there is no %s here: %s", name, without)
		return false
	}
	_, err := a.cfg.Secret(name)()
	if err != nil {
		a.mend(name, "correct "+name+"_FILE or the file that it names: this process must be able to read it; or set "+name, "%v", err)
	}
	return err == nil
}
