package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/talk"
)

// transfer copies a file from the chat to the store. A reason says why it cannot be had as things are, and an error that
// this must be tried again at once.
func (c *copying) transfer(channel string, f talk.File) (s deposit.Stored, reason string, err error) {
	s, fetching, err := c.carry(channel, f)
	if fetching != nil {
		return s, given(fetching, activities.NotFound, activities.Denied, activities.Invalid), unless(fetching, activities.NotFound, activities.Denied, activities.Invalid)
	}
	return s, given(err, activities.Invalid), unless(err, activities.Invalid)
}

// carry copies a file. What goes wrong with the chat is told apart from what goes wrong with the store.
func (c *copying) carry(channel string, f talk.File) (s deposit.Stored, fetching, err error) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel() // an upload that is not finished leaves nothing behind
	var body talk.Body
	fetching = c.pulse.patiently(func() (err error) {
		body, err = c.Chat.Fetch(ctx, f)
		return err
	})
	if fetching != nil {
		return s, fetching, nil
	}
	defer body.Close() //nolint:errcheck // it was read to its end, or is of no use
	s, fetching, err = c.upload(ctx, f, body)
	if fetching != nil {
		fault := activities.FaultOf(fetching)
		fault.System, fault.Op = "slack", fmt.Sprintf("fetch file %s of channel %s", f.ID, channel)
		return s, fault.Error(), nil
	}
	return s, nil, err
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
	from, sum := &source{Reader: body, beat: c.pulse.Beat}, sha256.New()
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
	c.pulse.Beat()
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
