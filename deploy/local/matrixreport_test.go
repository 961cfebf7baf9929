package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// report prints the matrix and fails the test for every combination that is not good.
func (m *crashMatrix) report(t *testing.T) {
	t.Helper()
	t.Log("\n" + m.table())
	var bad []*combination
	sum := map[string]int{}
	for _, c := range m.all {
		switch {
		case c.Result == "":
			sum["not played"]++
		case c.Result == "ok" || c.Result == neverCame:
			sum[c.Result]++
		default:
			bad = append(bad, c)
			sum[strings.ToLower(c.Result[:strings.IndexByte(c.Result, ':')])]++
		}
	}
	for _, c := range bad {
		t.Errorf("%s: %s", c, c.Result)
	}
	for _, g := range m.wrong {
		if !g.explained() {
			t.Errorf("only together do these %d faults lead to %s: %v", len(g.faults), g.why, g.faults)
		}
	}
	t.Logf("seed %d: %d combinations of %d calls and %d faults: %d ok, %d doubled, %d lost, %d never end, %d never came, %d not played; %d lives in %s",
		m.o.seed, len(m.all), len(m.calls()), len(modes), sum["ok"], sum["doubled"], sum["lost"], sum["never ends"], sum[neverCame], sum["not played"],
		m.lives, time.Since(m.began).Round(time.Second))
	m.write(t)
	if sum["ok"] == 0 {
		t.Error("no combination was played: give it more time with -within")
	}
}

func (m *crashMatrix) calls() map[spot]bool {
	calls := map[spot]bool{}
	for _, c := range m.all {
		calls[c.Spot] = true
	}
	return calls
}

// table has a line for each call, and a column for each fault: how many combinations were good, of how many that were
// played.
func (m *crashMatrix) table() string {
	good, done := map[string]int{}, map[string]int{}
	lines := map[string]bool{}
	for _, c := range m.all {
		line := c.Spot.Vendor + " " + c.Spot.Call
		lines[line] = true
		if c.Result == "" || c.Result == neverCame {
			continue
		}
		done[line+"|"+c.Fault]++
		good[line+"|"+c.Fault] += count(c.Result == "ok")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-58s", "call")
	for _, mode := range modes {
		fmt.Fprintf(&b, " %13s", mode.name)
	}
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, "\n%-58s", line)
		for _, mode := range modes {
			key := line + "|" + mode.name
			cell := fmt.Sprintf("%d/%d", good[key], done[key])
			if good[key] < done[key] {
				cell = "! " + cell
			} else if done[key] == 0 {
				cell = "-"
			}
			fmt.Fprintf(&b, " %13s", cell)
		}
	}
	return b.String()
}

func (m *crashMatrix) write(t *testing.T) {
	t.Helper()
	if m.o.out == "" {
		return
	}
	text, err := json.MarshalIndent(map[string]any{"seed": m.o.seed, "combinations": m.all}, "", " ")
	if err == nil {
		err = os.WriteFile(m.o.out, text, 0o600)
	}
	if err != nil {
		t.Errorf("write the matrix: %v", err)
	}
}
