package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

var update = flag.Bool("update", false, "write testdata/calls.txt anew")

// callTries is how often the calls are counted anew. On a slow machine a case can cost more: what is gathered for one call
// comes too late for it. A call that somebody has added is there each time.
const callTries = 3

// What a case costs the vendors is listed, so that nobody adds a call without noticing.
func TestCallsOfACase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the whole product")
	}
	const file = "testdata/calls.txt"
	got := countCalls(t)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	for n := 1; n < callTries && got != string(want); n++ {
		got = countCalls(t)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("calls of a case (-want +got); if each new one is needed, run go test ./deploy/bench -update\n%s", diff)
	}
}

// countCalls starts the product, opens two cases, and lists what they cost.
func countCalls(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute) // it may have to build the server first
	defer cancel()
	o := options{n: 1, concurrency: 1, limits: true, rate: 60}
	p, err := startProduct(ctx, o)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.stop()) }()
	r := newReport(o)
	require.NoError(t, p.measureFirst(ctx, o, r))
	_, _, r.Calls, err = p.openAndSettle(ctx, o, 1)
	require.NoError(t, err)
	then, err := p.tally(ctx)
	require.NoError(t, err)
	require.NoError(t, p.measureMails(ctx, o, r))
	watched, err := p.callsSince(ctx, then)
	require.NoError(t, err)
	edits := slices.IndexFunc(watched, func(c count) bool { return c.Name == "PUT /rest/api/2/issue/{id}" && c.Calls >= 2 })
	require.GreaterOrEqual(t, edits, 0, "the ticket is edited at the end of the opening and after triage, or mails prove nothing: %v", watched)
	require.Zero(t, r.WatcherMails, "mails to somebody who watches a ticket")
	first, each := lookUpOnce(r.FirstCalls, r.Calls)
	return "# The vendors' calls of the first case after a start, then of each further one. Written by go test ./deploy/bench -update\n" +
		lines("first", first) + lines("each", each)
}

// lookUpOnce counts each look-up of a person with the first case: it is remembered, and whether the mirror of the first
// case or of the second makes it depends on who had joined when the first one looked.
func lookUpOnce(first, each []count) ([]count, []count) {
	is := func(c count) bool { return c.Name == "users.info" }
	i, j := slices.IndexFunc(first, is), slices.IndexFunc(each, is)
	if i >= 0 && j >= 0 {
		first = slices.Clone(first)
		first[i].Calls += each[j].Calls
		each = slices.Delete(slices.Clone(each), j, j+1)
	}
	return first, each
}

func lines(which string, list []count) string {
	var text strings.Builder
	for _, c := range list {
		fmt.Fprintf(&text, "%s %s %s: %d\n", which, c.Vendor, c.Name, c.Calls)
	}
	return text.String()
}

func TestPlainName(t *testing.T) {
	for want, c := range map[string]fake.Call{
		"pins.add":                            {Name: "pins.add", Status: 200},
		"pins.add (429)":                      {Name: "pins.add", Status: 429},
		"pins.add (0)":                        {Name: "pins.add"},
		"GET /drive/v3/files/generateIds":     {Name: "GET /drive/v3/files/generateIds", Status: 200},
		"PATCH /drive/v3/files/{id}":          {Name: "PATCH /drive/v3/files/1aB-_c", Status: 200},
		"POST /drive/v3/files":                {Name: "POST /drive/v3/files", Status: 200},
		"POST /v4/spreadsheets/{id}:batchGet": {Name: "POST /v4/spreadsheets/1x:batchGet", Status: 200},
		"GET /rest/api/2/issue/{id}/comment":  {Name: "GET /rest/api/2/issue/SEC-1/comment", Status: 200},
		"POST /commands/{response_url}":       {Name: "POST /commands/T0/H1", Status: 200},
	} {
		if got := plainName(c); got != want {
			t.Errorf("plainName(%q) = %q, want %q", c.Name, got, want)
		}
	}
}
