package slack

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	if got := Escape("<!channel> & <https://evil|jira>"); got != "&lt;!channel&gt; &amp; &lt;https://evil|jira&gt;" {
		t.Errorf("Escape = %q", got)
	}
}

func TestShortenKeepsMarkupWhole(t *testing.T) {
	tests := map[string]struct {
		text string
		most int
		want string
	}{
		"short":   {"abc", 3, "abc"},
		"link":    {"see <https://example.com|here> now", 15, "see …"},
		"entity":  {"a &amp; b", 6, "a …"},
		"letters": {"漢字漢字漢字", 4, "漢字漢…"},
	}
	for name, tt := range tests {
		if got := shorten(tt.text, tt.most); got != tt.want {
			t.Errorf("%s: shorten = %q, want %q", name, got, tt.want)
		}
	}
}

func TestBlocksStayWithinLimits(t *testing.T) {
	long := strings.Repeat("x", 5000)
	m := Message{Blocks: []Block{{Kind: "header", Text: long}, {Kind: "section"}, {Kind: "section", Text: long}, {Kind: "fields", Fields: strings.Fields(strings.Repeat("f ", 20))}, {Kind: "context", Text: "a", Fields: strings.Fields(strings.Repeat("c ", 20))}}}
	for range 60 {
		m.Blocks = append(m.Blocks, Block{Kind: "divider"})
	}
	if got := len(m.blockKit()); got != maxBlocks {
		t.Errorf("%d blocks, want %d", got, maxBlocks)
	}
	m = Message{}
	for range 10 {
		m.Blocks = append(m.Blocks, Block{Kind: "section", Text: long})
	}
	if got := len(m.blockKit()); got != 4 {
		t.Errorf("%d blocks of 3,000 characters, want the 4 that fit in one message", got)
	}
}

// Two columns can hold far more than one section; and a message without its buttons would be of no use.
func TestATextTooLongLeavesTheButtons(t *testing.T) {
	m := Message{Blocks: []Block{{Kind: "section", Text: "a"}, {Kind: "fields", Fields: slices.Repeat([]string{strings.Repeat("x", 1300)}, 10)}, {Kind: "section", Text: "b"},
		{Kind: "actions", Buttons: []Button{{Text: "Take", ActionID: "take", Value: "v"}}}}}
	var kinds []string
	for _, b := range m.blockKit() {
		kinds = append(kinds, string(b.BlockType()))
	}
	if got := strings.Join(kinds, " "); got != "section actions" {
		t.Errorf("blocks %s: want the first section, for which there is room, and the buttons", got)
	}
}

func TestMarked(t *testing.T) {
	for _, purpose := range []string{"", "short", strings.Repeat("長", 400)} {
		got := marked(purpose, "sec-42/open.channel/1")
		if utf8.RuneCountInString(got) > maxPurpose || !strings.HasSuffix(got, "[key:sec-42/open.channel/1]") {
			t.Errorf("marked(%.9s…) = %q", purpose, got)
		}
		if marks := marksOf(got); len(marks) != 1 || marks[0] != "sec-42/open.channel/1" {
			t.Errorf("marks = %q", marks)
		}
	}
}

func TestVariants(t *testing.T) {
	list := variants(strings.Repeat("給", 90))
	if len(list) != lastSuffix || !strings.HasSuffix(list[8], "-9") {
		t.Fatalf("variants = %q", list)
	}
	for _, name := range list {
		if utf8.RuneCountInString(name) > maxName {
			t.Errorf("%q is too long", name)
		}
	}
}
