package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// Lines writes chained lines: {"n":1,"chain":"…","is":{…}}. The chain of a line is the SHA-256 over the chain before it,
// its number and the SHA-256 of what it is.
type Lines struct {
	buf   bytes.Buffer
	N     int    // lines written
	Chain string // of the last one
}

// NewLines begins a file whose first line follows on something: the head of the seal before, or nothing.
func NewLines(after string) *Lines { return &Lines{Chain: after} }

// Add writes a line.
func (l *Lines) Add(body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	l.buf.Write(l.next(text))
	return nil
}

func (l *Lines) next(text []byte) []byte {
	l.N++
	l.Chain = chain(l.Chain, l.N, digest(text))
	return fmt.Appendf(nil, `{"n":%d,"chain":"%s","is":%s}`+"\n", l.N, l.Chain, text)
}

// Bytes are all lines.
func (l *Lines) Bytes() []byte { return l.buf.Bytes() }

// Line is the line that follows on the n-th, whose chain is given, and its own chain.
func Line(n int, after string, body any) (line []byte, chained string, err error) {
	l := &Lines{N: n, Chain: after}
	if err := l.Add(body); err != nil {
		return nil, "", err
	}
	return l.Bytes(), l.Chain, nil
}

func chain(before string, n int, body string) string {
	return digest([]byte(before + "\n" + strconv.Itoa(n) + "\n" + body))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// readLines checks chained lines and returns what they are. A line that is hidden, because it is about something that
// the reader may not know, is nil. What is wrong first is said with its line.
func readLines(file string, b []byte, after string) (bodies [][]byte, last string, wrong *Problem) {
	last = after
	for n := 1; len(b) > 0; n++ {
		line, rest, ended := bytes.Cut(b, []byte("\n"))
		if !ended {
			return bodies, last, problem(file, n, "the last line is cut off")
		}
		body, sum, fault := readLine(line, n, last)
		if fault != "" {
			return bodies, last, problem(file, n, "%s", fault)
		}
		last = chain(last, n, sum)
		bodies, b = append(bodies, body), rest
	}
	return bodies, last, nil
}

// readLine takes a line apart, byte by byte: a JSON parser would overlook what does not matter to it.
func readLine(line []byte, n int, after string) (body []byte, sum, wrong string) {
	number, rest, found := bytes.Cut(bytes.TrimPrefix(line, []byte(`{"n":`)), []byte(`,"chain":"`))
	if !found || !bytes.HasPrefix(line, []byte(`{"n":`)) || len(rest) < 64+len(`","is":}`) {
		return nil, "", "this is no line of ours: it was altered or added"
	}
	if string(number) != strconv.Itoa(n) {
		return nil, "", fmt.Sprintf("here should be number %d, not %.20q: a line was removed, added or moved", n, number)
	}
	chained := string(rest[:64])
	rest = rest[64:]
	switch {
	case bytes.HasPrefix(rest, []byte(`","is":`)) && rest[len(rest)-1] == '}':
		body = rest[len(`","is":`) : len(rest)-1]
		sum = digest(body)
	case bytes.HasPrefix(rest, []byte(`","hidden":"`)) && bytes.HasSuffix(rest, []byte(`"}`)) && len(rest) == len(`","hidden":""}`)+64:
		sum = string(rest[len(`","hidden":"`) : len(rest)-2])
	default:
		return nil, "", "this is no line of ours: it was altered or added"
	}
	if chain(after, n, sum) != chained {
		return nil, "", "it does not follow on what stands before it: it was altered, or what was before it is gone"
	}
	return body, sum, ""
}

// Hide rewrites chained lines so that the lines for which hidden is true show their digest only; the chain still holds.
func Hide(b []byte, hidden func(body []byte) bool) []byte {
	var out bytes.Buffer
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")) {
		at := bytes.Index(line, []byte(`","is":`))
		if at < 0 || line[len(line)-1] != '}' {
			out.Write(append(line, '\n')) // whoever verifies will see
			continue
		}
		body := line[at+len(`","is":`) : len(line)-1]
		if !hidden(body) {
			out.Write(append(line, '\n'))
			continue
		}
		fmt.Fprintf(&out, `%s","hidden":"%s"}`+"\n", line[:at], digest(body))
	}
	return out.Bytes()
}
