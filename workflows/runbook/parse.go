package runbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/strictyaml"
)

// How large a runbook may be.
const (
	MaxBytes = 64 << 10
	MaxSteps = 50
)

// Definition is what a file says.
type Definition struct {
	Version int      `yaml:"version"`
	Name    string   `yaml:"name"`
	Title   Text     `yaml:"title"`
	Kinds   []string `yaml:"kinds"`
	Start   string   `yaml:"start"`
	Steps   []entry  `yaml:"steps"`

	SHA256 string `yaml:"-"`
}

// Text is a text in English and Japanese. A plain one stands for both, and where one is missing the other does.
type Text struct {
	En string `yaml:"en"`
	Ja string `yaml:"ja"`
}

// UnmarshalText reads a plain one.
func (t *Text) UnmarshalText(plain []byte) error {
	t.En, t.Ja = string(plain), string(plain)
	return nil
}

// In is the text in that language, en or ja.
func (t Text) In(lang string) string {
	if lang == "ja" && t.Ja != "" || t.En == "" {
		return t.Ja
	}
	return t.En
}

// entry is a step in the file: one of the groups is there.
type entry struct {
	Task     *taskEntry     `yaml:"task"`
	Invite   *inviteEntry   `yaml:"invite"`
	Notify   *notifyEntry   `yaml:"notify"`
	Analysis *analysisEntry `yaml:"analysis"`
	Link     *linkEntry     `yaml:"link"`
}

type taskEntry struct {
	Title Text `yaml:"title"`
	Owner Text `yaml:"owner"`
	Due   Text `yaml:"due"`
}

type inviteEntry struct {
	People []string `yaml:"people"`
}

type notifyEntry struct {
	Text    Text     `yaml:"text"`
	Mention []string `yaml:"mention"`
}

type analysisEntry struct {
	Name       Text   `yaml:"name"`
	Lead       string `yaml:"lead"`
	Hypothesis Text   `yaml:"hypothesis"`
}

type linkEntry struct {
	Title Text   `yaml:"title"`
	URL   string `yaml:"url"`
}

// Parse reads and checks a file; its name is for what is wrong with it. The error lists every problem, with its line.
func Parse(file string, content []byte) (*Definition, error) {
	d, err := parse(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), content)
	if err != nil {
		return nil, fmt.Errorf("runbook %s: %w", file, err)
	}
	return d, nil
}

func parse(name string, content []byte) (*Definition, error) {
	if len(content) > MaxBytes {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", len(content), MaxBytes)
	}
	document, err := read(content)
	if err != nil {
		return nil, err
	}
	if found := aliases(document); len(found) > 0 { // before anything follows them: a few lines of them are a flood
		return nil, found.Err()
	}
	if found := strictyaml.Shape(document, reflect.TypeFor[Definition]()); len(found) > 0 {
		return nil, found.Err()
	}
	d := &Definition{}
	if err := document.Decode(d); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if found := check(d, name, strictyaml.Lines(document)); len(found) > 0 {
		return nil, found.Err()
	}
	sum := sha256.Sum256(content)
	d.SHA256 = hex.EncodeToString(sum[:])
	return d, nil
}

// read parses a file that holds one document.
func read(content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	document := &yaml.Node{}
	switch err := decoder.Decode(document); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("it is empty")
	case err != nil:
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("it holds more than one document (---): make a file of each runbook")
	}
	return document, nil
}

// aliases finds anchors and aliases.
func aliases(node *yaml.Node) (found strictyaml.Problems) {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		found.Add(node.Line, "anchors and aliases (&a, *a) are not read here: write it out")
		return found
	}
	for _, child := range node.Content {
		found = append(found, aliases(child)...)
	}
	return found
}

// In is the runbook in one language; file is where it was read.
func (d *Definition) In(lang, file string) Runbook {
	r := Runbook{Name: d.Name, Title: line(d.Title.In(lang)), SHA256: d.SHA256, File: file}
	for _, e := range d.Steps {
		r.Steps = append(r.Steps, e.in(lang))
	}
	return r
}

func (e entry) in(lang string) Step {
	switch {
	case e.Task != nil:
		return Step{Kind: Task, Title: line(e.Task.Title.In(lang)), Owner: line(e.Task.Owner.In(lang)), Due: line(e.Task.Due.In(lang))}
	case e.Invite != nil:
		return Step{Kind: Invite, People: slices.Clone(e.Invite.People)}
	case e.Notify != nil:
		return Step{Kind: Notify, Text: incident.CleanText(e.Notify.Text.In(lang)), Mention: slices.Clone(e.Notify.Mention)}
	case e.Analysis != nil:
		a := e.Analysis
		return Step{Kind: Analysis, Title: line(a.Name.In(lang)), Lead: line(a.Lead), Hypothesis: incident.CleanText(a.Hypothesis.In(lang))}
	default:
		return Step{Kind: Link, Title: line(e.Link.Title.In(lang)), URL: strings.TrimSpace(e.Link.URL)}
	}
}

func line(text string) string { return incident.CleanLine(text) }
