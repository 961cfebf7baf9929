package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// change is a piece of the product's source that a worker is built with in another way, for a test. The product has no
// switch for it: its constants are its promises.
type change struct {
	dir     string // of the package, from the top of the project
	pattern string // what is changed; it is there exactly once
	to      string // what it becomes
}

// shorter gives a constant another value.
func shorter(dir, constant, value string) change {
	return change{dir, `(?m)^((?:const)?\s*` + constant + `\s+(?:time\.Duration\s+)?=\s*)[^/\n]+`, "${1}" + value + " "}
}

// hurried makes a worker wait for less. Matrix and random runs spend their time with faults then, not with waiting for
// their end: a call times out after 2 s, not 12; who was killed in the middle of a step is missed after 3 s, not 15. The
// intervals between tries are in the configuration. What is as long as the sandbox's lags is shorter in proportion.
var hurried = []change{
	shorter("workflows", "stepTimeout", "3 * time.Second"),
	shorter("workflows", "bulkHeartbeat", "4 * time.Second"),
	shorter("workflows", "rollGrace", "4 * time.Second"),
	shorter("workflows", "ticketWait", "stepTimeout + 3*time.Second"),
	shorter("workflows", "calm", "300 * time.Millisecond"),
	shorter("workflows", "threadCalm", "200 * time.Millisecond"),
	shorter("workflows", "timelineCalm", "time.Second"),
	shorter("workflows", "stillTalking", "time.Second"),
	shorter("workflows", "firstSweep", "5 * time.Second"),
	shorter("workflows", "reportEvery", "500 * time.Millisecond"),
	shorter("activities/internal/transport", "DefaultTimeout", "2 * time.Second"),
	shorter("activities/internal/pulse", "Quiet", "time.Second"),
	shorter("activities/jira", "lookAgain", "time.Second"),
	shorter("activities/drive", "maxLookWait", "time.Second"),
	shorter("activities/slack", "defaultWait", "time.Second"),
	shorter("activities/mirror", "longest", "5 * time.Second"),
	shorter("activities/archive", "longestWait", "5 * time.Second"),
	shorter("worker/host", "stickyTimeout", "500 * time.Millisecond"),
}

// top is the project's own directory, seen from here.
const top = "../.."

// buildChanged builds worker and sandbox in the directory, the worker with the changes.
func buildChanged(dir string, changes ...change) error {
	overlay, err := overlayOf(dir, changes)
	if err != nil {
		return err
	}
	for program, flags := range map[string][]string{"hikeshi/worker": {"-overlay", overlay}, "hikeshi/deploy/sandbox": nil} {
		args := append(append([]string{"build", "-o", dir + "/"}, flags...), program)
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", program, err, out)
		}
	}
	return nil
}

// overlayOf writes the changed files beside the programs, and the file that tells the compiler of them.
func overlayOf(dir string, changes []change) (string, error) {
	replaced := map[string]string{}
	for _, c := range changes {
		if err := c.make(dir, replaced); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, text, 0o600)
}

// make changes the one file of the package that has the pattern, or the copy that was changed already.
func (c change) make(dir string, replaced map[string]string) error {
	files, err := filepath.Glob(filepath.Join(top, c.dir, "*.go"))
	if err != nil {
		return err
	}
	pattern, found := regexp.MustCompile(c.pattern), 0
	for _, file := range files {
		if file, err = filepath.Abs(file); err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source := file
		if replaced[file] != "" {
			source = replaced[file]
		}
		text, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		n := len(pattern.FindAllIndex(text, -1))
		if found += n; n == 0 {
			continue
		}
		copied := filepath.Join(dir, strings.ReplaceAll(c.dir, "/", "-")+"-"+filepath.Base(file)+".txt")
		if err := os.WriteFile(copied, pattern.ReplaceAll(text, []byte(c.to)), 0o600); err != nil {
			return err
		}
		replaced[file] = copied
	}
	if found != 1 {
		return fmt.Errorf("%s is %d times in the source of %s, not once: follow the product in matrixhurry_test.go", c.pattern, found, c.dir)
	}
	return nil
}
