package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// filed is a file of a message: where it is kept, or why not, for machines and for people.
type filed struct {
	ledger.File
	line   string
	masked int
}

// external is why a file is not kept that lies in another system.
const external = "external"

// keep puts the files of a message away that are not kept yet.
func (c *copying) keep(m talk.Message) ([]filed, error) {
	var list []filed
	for _, f := range m.Files {
		kept, err := c.keepOne(m.Channel, f)
		if err != nil {
			return nil, err
		}
		line, masked := c.fileLine(f, kept)
		list = append(list, filed{File: kept, line: line, masked: masked})
	}
	return list, nil
}

func (c *copying) keepOne(channel string, f talk.File) (ledger.File, error) {
	if s, ok := c.stored[f.ID]; ok {
		return ledger.File{ID: f.ID, Kept: s.ID, SHA256: s.SHA256, Size: s.Size}, nil
	}
	if id := c.log.kept[f.ID]; id != "" {
		return ledger.File{ID: f.ID, Kept: id}, nil
	}
	switch {
	case f.External != "":
		return ledger.File{ID: f.ID, Missing: external}, nil
	case f.Missing != "":
		return ledger.File{ID: f.ID, Missing: f.Missing}, nil
	case len(c.out.IDsLeft) == 0:
		return ledger.File{}, errNoIDs
	}
	stored, reason, err := c.transfer(channel, f)
	if err != nil || reason != "" {
		return ledger.File{ID: f.ID, Missing: reason}, err
	}
	c.put(f.ID, stored)
	c.out.IDsLeft = c.out.IDsLeft[1:]
	return ledger.File{ID: f.ID, Kept: stored.ID, SHA256: stored.SHA256, Size: stored.Size}, nil
}

func (c *copying) put(file string, s deposit.Stored) {
	c.stored[file] = s
	c.log.kept[file] = s.ID
	c.out.Kept[file] = s.ID
}

// fileKey proves whose a file in the store is.
func (c *copying) fileKey(file string) string { return c.in.Series + ".file." + file }

// transfer copies a file from the chat to the store. A reason says why it cannot be had, ever; an error, that it may be
// had later.
func (c *copying) transfer(channel string, f talk.File) (s deposit.Stored, reason string, err error) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel() // an upload that is not finished leaves nothing behind
	var body talk.Body
	err = c.pulse.patiently(func() (err error) {
		body, err = c.Chat.Fetch(ctx, f)
		return err
	})
	if err != nil {
		return s, given(err, activities.NotFound, activities.Denied, activities.Invalid), unless(err, activities.NotFound, activities.Denied, activities.Invalid)
	}
	defer body.Close() //nolint:errcheck // it was read to its end, or is of no use
	var fetching error
	s, fetching, err = c.upload(ctx, f, body)
	if fetching != nil {
		fault := activities.FaultOf(fetching)
		fault.System, fault.Op = "slack", fmt.Sprintf("fetch file %s of channel %s", f.ID, channel)
		if fault.Class.Final() {
			return s, fault.Cause, nil
		}
		return s, "", fault.Error()
	}
	return s, given(err, activities.Invalid), unless(err, activities.Invalid)
}

// given is the cause of an error of one of the classes, and unless the error if it is of none.
func given(err error, classes ...activities.Class) string {
	for _, class := range classes {
		if activities.Is(err, class) {
			if cause := activities.FaultOf(err).Cause; cause != "" {
				return cause
			}
			return string(class)
		}
	}
	return ""
}

func unless(err error, classes ...activities.Class) error {
	if given(err, classes...) != "" {
		return nil
	}
	return err
}

// upload puts a body away. What goes wrong with the body is told apart from what goes wrong with the store.
func (c *copying) upload(ctx context.Context, f talk.File, body talk.Body) (s deposit.Stored, fetching, err error) {
	w, err := c.Files.OpenUpload(ctx, deposit.File{ID: c.out.IDsLeft[0], Name: storeName(f.ID, f.Name), Mime: f.Mime, Folder: c.in.Evidence, Key: c.fileKey(f.ID)}, nil)
	if err != nil {
		return s, nil, err
	}
	from, sum := &source{Reader: body, beat: c.pulse.beat}, sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), from)
	if from.err != nil {
		return s, from.err, nil
	}
	if err != nil {
		return s, nil, err
	}
	if body.Size >= 0 && n != body.Size {
		return s, fmt.Errorf("it ended after %d of %d bytes", n, body.Size), nil
	}
	c.pulse.beat()
	if s, err = w.Close(ctx); err != nil {
		return s, nil, err
	}
	if ours := hex.EncodeToString(sum.Sum(nil)); s.ID == "" || s.SHA256 != "" && s.SHA256 != ours || s.Size != n {
		return s, nil, activities.Fault{Class: activities.Ambiguous, System: "drive", Op: "put file " + f.ID + " away", Cause: "the store holds something else than was sent"}.Error()
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s, nil, nil
}

// source is a body that beats while it is read, and keeps its own error.
type source struct {
	io.Reader
	beat func()
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	s.beat()
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// adopt finds the files that an earlier try has put away: ids are used in order, so the first that holds nothing is the
// end. What is not ours, or was thrown away, uses up its id.
func (c *copying) adopt() error {
	for len(c.out.IDsLeft) > 0 {
		var s deposit.Stored
		err := c.pulse.patiently(func() (err error) {
			s, err = c.Files.Stat(c.ctx, c.out.IDsLeft[0])
			return err
		})
		if err != nil || s.ID == "" {
			return err
		}
		if file, ours := strings.CutPrefix(s.Key, c.fileKey("")); ours && !s.Trashed {
			c.put(file, s)
		}
		c.out.IDsLeft = c.out.IDsLeft[1:]
	}
	return nil
}

// fileLine is what people read of a file.
func (c *copying) fileLine(f talk.File, kept ledger.File) (string, int) {
	name, masked := c.label(f.Name)
	if name == "" {
		name = c.Escape(f.ID)
	}
	s, here := c.stored[f.ID]
	switch {
	case kept.Kept != "" && here:
		return c.words.say("kept", "name", linked(name, s.URL), "size", strconv.FormatInt(s.Size, 10), "sum", s.SHA256), masked
	case kept.Kept != "":
		return c.words.say("again", "name", name), masked
	case kept.Missing == external:
		address, more := c.address(f.External)
		return c.words.say("elsewhere", "name", name, "address", address), masked + more
	}
	reason, more := c.label(kept.Missing)
	return c.words.say("missing", "name", name, "reason", reason), masked + more
}

// linked makes a name a link, if the store told an address that can be one.
func linked(name, address string) string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(address, "|[]{}\" ") {
		return name
	}
	return "[" + name + "|" + address + "]"
}

// maxAddress is how many characters of an address are shown.
const maxAddress = 300

// address shows where something lies that we never fetch. It is text, and no link: whoever shared it chose it.
func (c *copying) address(address string) (string, int) {
	address, masked := c.Mask.Mask(clean(address))
	return c.Escape(cutName(strings.Join(strings.Fields(address), " "), maxAddress)), masked
}
