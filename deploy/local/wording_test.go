package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"hikeshi/deploy/sandbox/browsertest"
	"hikeshi/workflows/incident"
)

// wording is what Hikeshi says in one language, by its id.
type wording map[string]string

// wordsOf reads a language's words where Hikeshi has them.
func wordsOf(t *testing.T, lang string) wording {
	t.Helper()
	files, err := filepath.Glob("../../workflows/notice/text/*." + lang + ".yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := wording{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &all), file)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// fixedIn are the parts of a text that are always the same.
func fixedIn(text string) []string {
	return slices.DeleteFunc(placeholder.Split(text, -1), func(s string) bool { return strings.TrimSpace(s) == "" })
}

// labelled waits until the words with these ids stand in what the selector finds.
func (l story) labelled(selector string, ids ...string) {
	l.T.Helper()
	for _, id := range ids {
		require.NotEmpty(l.T, l.words[id], "a text with the id %s", id)
		l.reads(selector, l.words[id])
	}
}

// reads waits until a person can read all these texts there.
func (l story) reads(selector string, texts ...string) {
	l.T.Helper()
	for _, text := range texts {
		l.Shows(selector, text)
	}
}

func (l story) hasPhase(p incident.Phase) string { return l.words["phase_"+string(p)] }

// latin is a sentence, or a part of one, that no Japanese reader should have to read: neither a name nor a command.
var latin = regexp.MustCompile(`[A-Za-z]+(?:[ ,]+[a-z]+){2,}`)

// typed is what stands there to be typed.
var typed = regexp.MustCompile("`[^`]*`")

// inOwnLanguage fails if something in the channel, the thread or the ticket, with all that people share there, is in another
// language than theirs: a label, or in Japanese any three words of English in a row.
func (l story) inOwnLanguage() {
	l.T.Helper()
	labels := map[string]string{}
	for id, text := range l.foreign {
		if own := l.words[id]; own != text && !slices.Contains(fixedIn(own), text) {
			labels[text] = id
		}
	}
	for _, text := range l.shown() {
		text = typed.ReplaceAllString(text, "")
		if id := labels[strings.Trim(text, " :·\n")]; id != "" {
			l.T.Errorf("%s shows %q, which is what %s is called in the other language", l.Address(), text, id)
		}
		if l.lang == "ja" && latin.MatchString(text) {
			l.T.Errorf("%s shows English: %q", l.Address(), text)
		}
	}
}

// shown are the texts in the channel and in the thread, or in the ticket, without what is there to be typed.
func (l story) shown() []string {
	l.T.Helper()
	return browsertest.Value[[]string](l.Tab, `[...document.querySelectorAll(".messages, .wiki")].flatMap(pane => {
		const texts = [], walk = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT)
		while (walk.nextNode()) if (walk.currentNode.data.trim() && walk.currentNode.parentElement.checkVisibility() && !walk.currentNode.parentElement.closest("code")) texts.push(walk.currentNode.data)
		return texts })`)
}
