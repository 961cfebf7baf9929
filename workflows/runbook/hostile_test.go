package runbook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows/runbook"
)

// head begins a file in which only the rest is wrong.
const head = "version: 1\nname: x\ntitle: X\n"

// What is wrong is said in people's words, with the line and the key that was probably meant.
func TestProblems(t *testing.T) {
	for _, test := range []struct{ file, want string }{
		{"", "runbook x.yaml: it is empty"},
		{"# nothing\n", "it is empty"},
		{"- a list", "line 1: the file must be a group of keys, not a list"},
		{"version: 1\nname: x\ntitel: X\nsteps: []", `line 3: unknown key "titel": did you mean "title"?`},
		{head + "steps:\n  - tsk: {title: T}", `line 5: unknown key "steps[1].tsk": did you mean "task"?`},
		{head + "steps:\n  - task: {titel: T}", `line 5: unknown key "steps[1].task.titel": did you mean "title"?`},
		{head + "steps:\n  - task: {title: T}\n    when: kind == 'phishing'", `line 6: unknown key "steps[1].when"`},
		{head + "steps:\n  - task: T", `steps[1].task must be a group of keys, not "T"`},
		{head + "steps: {task: {title: T}}", "line 4: steps must be a list ([a, b]), not a group of keys"},
		{head + "steps:\n  - {}", "line 5: steps[1] must have one of task, invite, notify, analysis and link, with something in it; it has 0"},
		{head + "steps:\n  - task:", "steps[1] must have one of task"},
		{head + "steps:\n  - task: {title: T}\n    notify: {text: N}", "it has 2"},
		{head + "steps:\n  - task: {owner: commander}", "line 5: steps[1].task.title is missing"},
		{head + "steps:\n  - task: {title: \"\u200b\"}", "line 5: steps[1].task.title is missing"},
		{head + "steps:\n  - task: {title: [a]}", "line 5: steps[1].task.title must be a group of keys, not a list"},
		{head + "steps:\n  - task: {title: {de: Tu es}}", `line 5: unknown key "steps[1].task.title.de"`},
		{head + "steps:\n  - task: {title: T, due: -5m}", "line 5: steps[1].task.due must be later than now and at most 90d ahead"},
		{head + "steps:\n  - task: {title: T, due: 91d}", "at most 90d ahead"},
		{head + "steps:\n  - task: {title: T}\n    task: {title: U}", "line 6: key steps[1].task is there twice, first in line 5"},
		{head + "steps:\n  - invite: {people: []}", "line 5: steps[1].invite.people are missing"},
		{head + "steps:\n  - invite: {people: [\" \"]}", "line 5: steps[1].invite.people[1] is empty"},
		{head + "steps:\n  - notify: {text: Hi, mention: [\"<!channel>\"]}", `line 5: steps[1].notify.mention[1] must be commander, or the Slack id of a user (U…) or a group (S…), not "<!channel>"`},
		{head + "steps:\n  - notify: {text: Hi, mention: [\"@aoi\"]}", "must be commander"},
		{head + "steps:\n  - link: {title: L, url: \"http://wiki.example/\"}", "line 5: steps[1].link.url must be an address that begins with https://"},
		{head + "steps:\n  - link: {title: L, url: \"javascript:alert(1)\"}", "begins with https://"},
		{head + "steps:\n  - link: {title: L, url: \"https://user:pass@wiki.example/\"}", "without a user in it"},
		{head + "steps:\n  - link: {title: L, url: \"https://wiki.example/|x>\"}", "begins with https://"},
		{head + "steps:\n  - link: {title: L, url: \"https:///nowhere\"}", "begins with https://"},
		{head + "steps:\n  - link: {title: L}", "steps[1].link.url must be an address"},
		{head, "steps are missing: what is to be done?"},
		{head + "kinds: [pishing]\nsteps: [{task: {title: T}}]", `line 4: kinds[1] names an unknown kind "pishing": did you mean "phishing"?`},
		{head + "start: open\nsteps: [{task: {title: T}}]", "kinds are missing: of which kinds"},
		{head + "start: now\nsteps: [{task: {title: T}}]", `line 4: start must be "open"`},
		{"version: 1.5\nname: x\ntitle: X\nsteps: []", `line 1: version must be a whole number, not "1.5"`},
		{"name: x\ntitle: X\nsteps: [{task: {title: T}}]", "version must be 1"},
		{"version: 1\nname: X Y\ntitle: X\nsteps: [{task: {title: T}}]", "line 2: name must be small letters"},
		{"version: 1\nname: y\ntitle: X\nsteps: [{task: {title: T}}]", `line 2: name is "y", but the file is called x`},
		{head + "title: Y\nsteps: []", "line 4: key title is there twice"},
		{head + "steps: [{task: {title: T}}]\n---\nversion: 1\n", "it holds more than one document (---)"},
		{head + "steps: &a [{task: {title: T}}]\nkinds: *a", "line 4: anchors and aliases"},
		{head + "steps: [", "did not find expected"},
		{head + "kinds: \xc3\x28", "invalid"},
		{head + "steps: [{task: {title: " + strings.Repeat("題", 201) + "}}]", "steps[1].task.title has 201 characters, at most 200 fit"},
		{head + "steps: [{task: {title: {en: T, ja: " + strings.Repeat("題", 201) + "}}}]", "has 201 characters"},
		{head + "steps:\n" + strings.Repeat("  - task: {title: T}\n", 51), "steps are 51, at most 50 are done: make two runbooks of it"},
		{head + "steps: [{invite: {people: [" + strings.Repeat("a,", 51) + "]}}]", "are 51, at most 50 fit: name a group"},
		{head + "# " + strings.Repeat("x", 64<<10), "at most 65536 are read"},
	} {
		_, err := runbook.Parse("x.yaml", []byte(test.file))
		require.ErrorContains(t, err, test.want, "%.200s", test.file)
		require.ErrorContains(t, err, "runbook x.yaml: ")
	}
}

// Some hundred bytes of aliases would be gigabytes once they are followed.
func TestAliasBomb(t *testing.T) {
	file := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 40; i++ {
		file += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9))
	}
	_, err := runbook.Parse("x.yaml", []byte(file+head))
	require.ErrorContains(t, err, "anchors and aliases")
	_, err = runbook.Parse("x.yaml", []byte("a: &a [*a]\n"+head)) // an alias within itself
	require.Error(t, err)
	_, err = runbook.Parse("x.yaml", []byte(strings.Repeat("[", 60_000)))
	require.Error(t, err)
	_, err = runbook.Parse("x.yaml", []byte("steps: "+strings.Repeat("{a: ", 9_000)+strings.Repeat("}", 9_000)))
	require.Error(t, err)
}

// What would change how a text reads does not reach a run; what would be markup is the places' business, who escape it.
func TestTextsAreClean(t *testing.T) {
	d, err := runbook.Parse("x.yaml", []byte("version: 1\nname: x\ntitle: \"A\\u202eB\\nC\"\nsteps:\n  - task: {title: \"one\\r\\ntwo\\u0007\", owner: \" @aoi \"}\n"))
	require.NoError(t, err)
	book := d.In("en", "")
	require.Equal(t, "AB C", book.Title)
	require.Equal(t, runbook.Step{Kind: runbook.Task, Title: "one two", Owner: "@aoi"}, book.Steps[0])
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "steps: [{task: {title: T}}]"))
	f.Add([]byte(head + "steps: [{link: {title: L, url: \"https://a.example\"}}, {notify: {text: {ja: テ}}}]"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := runbook.Parse("x.yaml", content)
		if err != nil {
			return
		}
		book := d.In("en", "")
		if book.Name != "x" || len(book.Steps) == 0 || len(book.Steps) > runbook.MaxSteps || len(book.SHA256) != 64 {
			t.Errorf("taken as good: %q", content)
		}
		for _, s := range book.Steps {
			if s.Kind == runbook.Link && !strings.HasPrefix(strings.ToLower(s.URL), "https://") {
				t.Errorf("a link to %q", s.URL)
			}
		}
	})
}
