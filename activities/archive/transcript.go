package archive

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The page is one file without anything from elsewhere and without a script. Its content security policy names the
// digest of its own style: should a text ever get out of its place, it still could neither load nor run anything.

//go:embed transcript.html
var transcriptTemplate string

//go:embed transcript.css
var transcriptStyle string

// pages makes the parts of the page. It is built for each export: templates are no package's variables.
func pages() (*template.Template, error) { return template.New("transcript").Parse(transcriptTemplate) }

// heads are the beginnings of both files.
func (e *exporting) heads() (lines, html []byte, err error) {
	h := head{Format: "hikeshi messages", Version: 1, Case: e.in.Number, Title: e.in.Title, Made: madeAt(e.in.Since), Channels: []headChannel{}}
	var list []sectionView
	for i, t := range e.Tallies {
		h.Channels = append(h.Channels, headChannel{t.Channel, t.Name, e.in.Channels[i].Title, t.Gone})
		list = append(list, sectionOf(t.Count, e.in.Channels[i].Title))
	}
	var b bytes.Buffer
	if err := writeLine(&b, h); err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256([]byte(transcriptStyle))
	html, err = e.part("head", map[string]any{
		"Language": orElse(e.in.Language, "en"), "Hash": "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), "Style": template.CSS(transcriptStyle), //nolint:gosec // our own
		"Heading": e.words.Say("heading", "case", plain(e.in.Number)), "Title": plain(e.in.Title),
		"Kept": e.words.Say("kept", "time", madeAt(e.in.Since).Format(time.DateTime)), "Zone": e.words.Say("zone"),
		"Channels": e.words.Say("channels"), "List": list,
	})
	return b.Bytes(), html, err
}

// madeAt is when the archive was first asked for, as it stands in all of its files.
func madeAt(since time.Time) time.Time { return since.UTC().Truncate(time.Second) }

func (e *exporting) part(name string, view any) ([]byte, error) {
	var b bytes.Buffer
	err := e.pages.ExecuteTemplate(&b, name, view)
	return b.Bytes(), err
}

type sectionView struct{ Anchor, Name, Title string }

func sectionOf(c Count, title string) sectionView {
	return sectionView{Anchor: c.Channel, Name: plain(c.Name), Title: plain(title)}
}

func (e *exporting) sectionHead(c Count, title string) ([]byte, error) {
	return e.part("section", sectionOf(c, title))
}

// ending says what the channel holds.
func (e *exporting) ending(c Count) ([]byte, error) {
	var list []string
	if c.Gone {
		list = append(list, e.words.Say("gone"))
	}
	switch {
	case c.Messages > 0:
		list = append(list, e.words.Say("messages", "messages", strconv.Itoa(c.Messages), "replies", strconv.Itoa(c.Replies), "files", strconv.Itoa(c.Files)))
	case !c.Gone:
		list = append(list, e.words.Say("empty"))
	}
	if c.Deleted > 0 {
		list = append(list, e.words.Say("deleted", "count", strconv.Itoa(c.Deleted)))
	}
	if c.Masked > 0 {
		list = append(list, e.words.Say("masked", "count", strconv.Itoa(c.Masked)))
	}
	return e.part("ending", list)
}

func (e *exporting) foot() ([]byte, error) { return e.part("foot", nil) }

type messageView struct {
	Anchor, Class, Time, At, Author, Text string
	Marks                                 []string
	Files                                 []fileView
}

type fileView struct{ Link, Name, Note, SHA256 string }

// show writes a message for people, below a heading where a new day begins. Replies stand under what they reply to, on
// whatever day they came.
func (e *exporting) show(w io.Writer, m message, day *string) error {
	above := dayOf(m.TS)
	if m.Thread != "" {
		above = dayOf(m.Thread)
	} else if above != *day {
		*day = above
		if err := e.pages.ExecuteTemplate(w, "day", above); err != nil {
			return err
		}
	}
	v := messageView{
		Anchor: m.Channel + "-" + m.TS, Class: classOf(m), Time: m.Time, At: orElse(secondsOf(m.TS, above), m.TS),
		Author: plain(orElse(m.Author, m.User)), Text: plain(m.Text), Marks: e.marks(m),
	}
	for _, f := range m.Files {
		v.Files = append(v.Files, e.viewOf(f))
	}
	return e.pages.ExecuteTemplate(w, "message", v)
}

func classOf(m message) string {
	var list []string
	if m.Thread != "" {
		list = append(list, "reply")
	}
	if !m.said && !m.Bot {
		list = append(list, "remark")
	}
	return strings.Join(list, " ")
}

func (e *exporting) marks(m message) (list []string) {
	if m.Bot {
		list = append(list, e.words.Say("app"))
	}
	if m.Thread != "" && m.Subtype == "thread_broadcast" {
		list = append(list, e.words.Say("broadcast"))
	}
	if m.Edited != "" {
		list = append(list, e.words.Say("edited", "time", orElse(secondsOf(m.Edited, dayOf(m.TS)), m.Edited)))
	}
	return list
}

func (e *exporting) viewOf(f file) fileView {
	v := fileView{Name: plain(orElse(f.Name, f.ID)), Note: e.words.Say("bytes", "bytes", strconv.FormatInt(f.Size, 10)), SHA256: f.SHA256}
	switch {
	case f.Kept != "":
		dir, name, _ := strings.Cut(f.Kept, "/")
		v.Link = dir + "/" + url.PathEscape(name)
	case f.External != "":
		v.Note = e.words.Say("elsewhere", "address", plain(f.External))
	case f.Missing == notLogged:
		v.Note += " · " + e.words.Say("not_logged")
	default:
		v.Note += " · " + e.words.Say("not_kept", "reason", plain(f.Missing))
	}
	return v
}

// plain makes characters visible that would change how others are shown: those that turn the direction of writing could
// make the name of a program look like that of a picture.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r):
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD"))
}
