package runbook

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/strictyaml"
)

//go:embed library/*.yaml
var embedded embed.FS

// maxFiles bounds how many files of a directory are read.
const maxFiles = 200

// Library is all runbooks that there are, as they were when it was read.
type Library struct {
	books    []book
	problems []string
}

// book is one file. One that cannot be used is there too, so that whoever asks for it hears why.
type book struct {
	name       string
	definition *Definition
	file       string // empty: embedded
	replaces   bool   // an embedded one
	err        error
}

// Read reads the embedded runbooks and those of a directory; empty: there is none. It never fails: whatever is wrong with
// a file concerns that file alone.
func Read(directory string) Library {
	var l Library
	files, _ := fs.Glob(embedded, "library/*.yaml") // the pattern is ours
	for _, file := range files {
		content, err := embedded.ReadFile(file)
		l.add(file, content, err, "")
	}
	if directory != "" {
		l.readDirectory(directory)
	}
	slices.SortStableFunc(l.books, func(a, b book) int { return cmp.Compare(a.name, b.name) })
	return l
}

func (l *Library) readDirectory(directory string) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		l.problems = append(l.problems, fmt.Sprintf("the directory of runbooks cannot be read: %v: correct runbooks in the configuration", err))
		return
	}
	files := 0
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); strings.HasPrefix(e.Name(), ".") || ext != ".yaml" && ext != ".yml" {
			continue
		}
		if files++; files > maxFiles {
			l.problems = append(l.problems, fmt.Sprintf("%s holds more than %d runbooks: the rest is not read", directory, maxFiles))
			return
		}
		path := filepath.Join(directory, e.Name())
		content, err := readFile(path)
		l.add(path, content, err, path)
	}
}

// readFile reads no more than a runbook may have, and nothing that is no file: a pipe would make us wait for ever.
func readFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}

// add takes in a file. One of a directory takes the place of an embedded one of its name; of two in a directory neither
// counts.
func (l *Library) add(path string, content []byte, err error, file string) {
	b := book{name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), file: file, err: err}
	if err == nil {
		b.definition, b.err = Parse(filepath.Base(path), content)
	}
	if i := slices.IndexFunc(l.books, func(other book) bool { return other.name == b.name }); i >= 0 {
		other := l.books[i]
		b.replaces = other.file == "" || other.replaces
		if other.file != "" {
			b.err = fmt.Errorf("%s and %s have the same name: remove one", other.file, b.file)
		}
		l.books = slices.Delete(l.books, i, i+1)
	}
	if b.err != nil {
		l.problems = append(l.problems, b.err.Error())
	}
	l.books = append(l.books, b)
}

// Problems say what is wrong with files, for operators.
func (l Library) Problems() []string { return slices.Clone(l.problems) }

// Find returns a runbook by its name or its title, in the language of the case. It refuses, with an *incident.Refusal,
// what is not there or cannot be read.
func (l Library) Find(name, lang string) (Runbook, error) {
	asked := plain(name)
	for _, b := range l.books {
		switch {
		case b.err != nil && b.name == asked:
			return Runbook{}, incident.Refuse(incident.Rule, "Mend the file, and run it again; meanwhile there are: "+l.names(), "runbook %s cannot be used: %v", b.name, b.err)
		case b.err == nil && b.fits(asked):
			return b.definition.In(lang, b.file), nil
		}
	}
	hint := "There is none: ask an operator"
	if known := l.names(); known != "" {
		hint = "There are: " + known
	}
	near := strictyaml.DidYouMean(asked, l.good())
	if strings.HasPrefix(near, ": known") { // the hint has them
		near = ""
	}
	return Runbook{}, incident.Refuse(incident.Rule, hint, "there is no runbook %q%s", incident.Shorten(line(name), 60), near)
}

func (b book) fits(asked string) bool {
	return slices.Contains([]string{b.name, plain(b.definition.Title.En), plain(b.definition.Title.Ja)}, asked)
}

// plain is a name as people may write it: with capitals, with blanks, with the file's ending.
func plain(name string) string {
	name = strings.ToLower(line(name))
	return strings.NewReplacer(" ", "-", "_", "-").Replace(strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml"))
}

// good are the names of those that can be run.
func (l Library) good() (list []string) {
	for _, b := range l.books {
		if b.err == nil {
			list = append(list, b.name)
		}
	}
	return list
}

func (l Library) names() string {
	const most = 20
	list := l.good()
	if more := len(list) - most; more > 0 {
		list = append(list[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// AtOpen are the runbooks that begin by themselves.
func (l Library) AtOpen() (list []Start) {
	for _, b := range l.books {
		if b.err == nil && b.definition.Start == "open" {
			list = append(list, Start{b.name, slices.Clone(b.definition.Kinds)})
		}
	}
	return list
}

// Listed is what a list shows of a runbook.
type Listed struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Kinds    []string `json:"kinds"`
	Start    string   `json:"start"` // open: by itself
	Steps    int      `json:"steps"`
	SHA256   string   `json:"sha256"`
	File     string   `json:"file"`     // empty: it came with the program
	Replaces bool     `json:"replaces"` // one that came with the program
	Problem  string   `json:"problem"`  // why it cannot be run; empty: it can
}

// List is all of them, by name.
func (l Library) List(lang string) []Listed {
	list := []Listed{}
	for _, b := range l.books {
		one := Listed{Name: b.name, File: b.file, Replaces: b.replaces, Kinds: []string{}}
		if b.err != nil {
			one.Problem = b.err.Error()
		} else {
			d := b.definition
			one.Title, one.Start, one.Steps, one.SHA256 = line(d.Title.In(lang)), d.Start, len(d.Steps), d.SHA256
			one.Kinds = append(one.Kinds, d.Kinds...)
		}
		list = append(list, one)
	}
	return list
}
