package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/activities/fake"
)

// spot is one vendor call of a life: the nth of its kind.
type spot struct {
	Vendor string `json:"vendor"`
	Call   string `json:"call"` // as fault rules name it: a method of Slack's, or an HTTP method and a path with * for ids
	Nth    int    `json:"nth"`
}

func (s spot) String() string { return fmt.Sprintf("%s %s #%d", s.Vendor, s.Call, s.Nth) }

func compareSpots(a, b spot) int {
	return cmp.Or(strings.Compare(a.Vendor, b.Vendor), strings.Compare(a.Call, b.Call), a.Nth-b.Nth)
}

var (
	word     = regexp.MustCompile(`^([a-z][a-zA-Z]*|files-pri|v\d|2)$`) // a part of a path that is no id
	idAndAct = regexp.MustCompile(`^[^:]+(:[a-zA-Z]+)$`)                // SPREADSHEET:batchUpdate
)

// callOf names a call as fault rules do, without the ids in it.
func callOf(c fake.Call) string {
	if c.Name != c.Method+" "+c.Path && !strings.Contains(c.Name, "/") {
		return c.Name // the vendor has a name for it
	}
	parts := strings.Split(strings.TrimPrefix(c.Path, "/"), "/")
	for i, part := range parts {
		switch act := idAndAct.FindStringSubmatch(part); {
		case act != nil:
			parts[i] = "*" + act[1]
		case !word.MatchString(part):
			parts[i] = "*"
		}
	}
	path := "/" + strings.Join(parts, "/")
	if !strings.Contains(path, "*") {
		path += "$"
	}
	return c.Method + " " + path
}

// reads are what has no effect. A life makes many of them, and how many depends on its course.
var reads = regexp.MustCompile(`^(GET .*|.*:getByDataFilter|conversations\.(history|replies|info|members|list)|users\..*|usergroups\..*|auth\.test|bookmarks\.list|pins\.list)$`)

// position is how many calls each vendor has had.
type position map[string]int

func (l *lane) position(ctx context.Context) (position, error) {
	p := position{}
	for vendor := range l.vendors() {
		calls, err := l.callsFrom(ctx, vendor, 0)
		if err != nil {
			return nil, err
		}
		p[vendor] = len(calls)
	}
	return p, nil
}

func (l *lane) callsFrom(ctx context.Context, vendor string, from int) (calls []fake.Call, err error) {
	err = call(ctx, http.MethodGet, fmt.Sprintf("%scalls?from=%d", control(l.vendors()[vendor]), from), nil, &calls)
	return calls, err
}

// undone are the modes in which a call has no effect, so that it comes again: the second try is the same call.
var undone = []string{"before", "status", "drop", "hang", "hold"}

// since returns the calls that were made after the position, and the tags of the faults that struck.
func (l *lane) since(ctx context.Context, p position) (spots []spot, struck map[string]bool, err error) {
	struck = map[string]bool{}
	for vendor, from := range p {
		calls, err := l.callsFrom(ctx, vendor, from)
		if err != nil {
			return nil, nil, err
		}
		seen := map[string]int{}
		for _, c := range calls {
			struck[c.Tag] = true
			if name := callOf(c); !slices.Contains(undone, c.Fault) {
				seen[name]++
				spots = append(spots, spot{vendor, name, seen[name]})
			}
		}
	}
	delete(struck, "")
	slices.SortFunc(spots, compareSpots)
	return spots, struck, nil
}

// tell writes the last calls of a life's lane, what its workers said and how Temporal sees the case into files: for
// somebody who looks into a life that went wrong. They are kept where CHAOS_LOGS says; without it nothing is written.
func (l *life) tell(ctx context.Context) error {
	dir := os.Getenv("CHAOS_LOGS")
	if dir == "" {
		return nil
	}
	keep := func(what string, text []byte, err error) error {
		return errors.Join(err, os.WriteFile(filepath.Join(dir, l.request+"-"+what), text, 0o600))
	}
	log, err := os.ReadFile(l.workerLog())
	errs := []error{keep("worker.log", log, err)}
	for vendor := range l.vendors() {
		calls, err := l.callsFrom(ctx, vendor, 0)
		text, _ := json.MarshalIndent(calls, "", " ") // it came as JSON
		errs = append(errs, keep(vendor+".json", text, err))
	}
	if l.id != "" {
		now, err := l.client.DescribeWorkflowExecution(ctx, l.id, "")
		errs = append(errs, keep("case.json", []byte(protojson.Format(now)), err))
		events, err := eventsOf(ctx, l.client, l.id, "")
		errs = append(errs, err, keep("history.json", []byte(protojson.Format(&historypb.History{Events: events})), nil))
	}
	return errors.Join(errs...)
}
