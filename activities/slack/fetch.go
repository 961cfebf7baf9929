package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// Fetch opens a file's bytes. An error of class NotFound or Denied says that they cannot be had as things are. A body that
// ends before its size is read as io.ErrUnexpectedEOF. The bytes may be malware: they are passed on, never looked into.
// https://docs.slack.dev/reference/objects/file-object
func (c *Client) Fetch(ctx context.Context, f talk.File) (talk.Body, error) {
	op := "fetch file " + f.ID
	token, err := c.bearer()
	if err != nil {
		return talk.Body{}, noToken(op, err)
	}
	if f.URL == "" {
		return talk.Body{}, barred(activities.NotFound, op, firstOf(f.Missing, nowhere))
	}
	if f.Size > maxFile {
		return talk.Body{}, barred(activities.Denied, op, fmt.Sprintf("it is larger than %d GiB", maxFile>>30))
	}
	u, err := url.Parse(f.URL)
	if err != nil || !c.files.serves(u) {
		return talk.Body{}, barred(activities.Denied, op, "its address is none of Slack's")
	}
	ctx, cancel := context.WithCancel(ctx)
	resp, err := c.files.get(ctx, u, token)
	if err == nil && resp.StatusCode == http.StatusOK && !disguised(f, resp.Header) {
		return bodyOf(f, resp, c.files.pause, cancel), nil
	}
	defer cancel()
	if err != nil {
		return talk.Body{}, fetchFault(op, err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing of it is read
	if resp.StatusCode != http.StatusOK {
		return talk.Body{}, statusFault(op, resp)
	}
	return talk.Body{}, c.signedOut(ctx, op, f.ID)
}

func barred(class activities.Class, op, cause string) error {
	return activities.Fault{Class: class, System: system, Op: op, Cause: cause}.Error()
}

// fetchFault sorts an error that came instead of a reply.
func fetchFault(op string, err error) error {
	for _, guard := range []error{errElsewhere, errInside} {
		if errors.Is(err, guard) {
			return barred(activities.Denied, op, guard.Error())
		}
	}
	f := activities.Fault{System: system, Op: op}
	f.Class, f.Cause, f.After = network(err, read)
	return f.Error()
}

// statusFault sorts a reply that holds no file.
func statusFault(op string, resp *http.Response) error {
	f := activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: fmt.Sprintf("HTTP %d", resp.StatusCode)}
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		f.Class = activities.NotFound
	case http.StatusForbidden:
		f.Class = activities.Denied
	case http.StatusUnauthorized:
		f.Class, f.Hint = activities.Credentials, tokenHint
	case http.StatusTooManyRequests:
		f.Class, f.After = activities.RateLimited, retryAfter(resp.Header, time.Now())
	}
	return f.Error()
}

// disguised reports whether a web page came where the file is none: to those who may not have a file Slack sends its
// sign-in page, with status 200. Its own documents (canvases, posts) are web pages.
func disguised(f talk.File, h http.Header) bool {
	isPage := func(kind string) bool {
		kind, _, _ = mime.ParseMediaType(kind)
		return kind == "text/html" || kind == "application/xhtml+xml" || strings.HasPrefix(kind, "application/vnd.slack-docs")
	}
	return isPage(h.Get("Content-Type")) && !isPage(f.Mime)
}

// signedOut finds out what a sign-in page means, for it looks the same whether the file is closed to us, our token or a
// scope is gone, or a proxy wants a password. Only the first is so for good: a file must not be given up for the others.
func (c *Client) signedOut(ctx context.Context, op, id string) error {
	const cause = "a sign-in page instead of the file"
	if id == "" {
		return barred(activities.Denied, op, cause)
	}
	_, err := c.fileInfo(ctx, id)
	if err == nil {
		return activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: cause, Hint: proxyHint}.Error()
	}
	switch f := activities.FaultOf(err); {
	case f.Cause == "file_deleted" || f.Cause == "file_not_found":
		return barred(activities.NotFound, op, f.Cause)
	case f.Class.Final():
		return barred(activities.Denied, op, cause)
	}
	return err
}

// maxFile bounds a file. Slack takes none larger than 1 GB; some older ones may be.
const maxFile = 5 << 30

// body is a file's bytes on their way. It counts them, and ends a download that has stopped.
type body struct {
	io.ReadCloser
	size    int64 // -1: not known
	got     int64
	pause   time.Duration // the longest that one read may take
	stopped bool          // one took longer
	cancel  context.CancelFunc
}

// bodyOf believes whoever says that there is more: a snippet may have grown since its message was read.
func bodyOf(f talk.File, resp *http.Response, pause time.Duration, cancel context.CancelFunc) talk.Body {
	size := max(f.Size, resp.ContentLength)
	if size == 0 && resp.ContentLength < 0 {
		size = -1
	}
	if strings.HasPrefix(f.Mime, "application/vnd.slack-docs") {
		size = resp.ContentLength // the document's size is not that of the page it is sent as
	}
	return talk.Body{Size: size, ReadCloser: &body{ReadCloser: resp.Body, size: size, pause: pause, cancel: cancel}}
}

func (b *body) Read(p []byte) (int, error) {
	watch := time.AfterFunc(b.pause, b.cancel)
	n, err := b.ReadCloser.Read(p)
	b.stopped = !watch.Stop() || b.stopped
	b.got += int64(n)
	switch {
	case b.stopped && err != nil:
		return n, fmt.Errorf("no bytes came for %s", b.pause)
	case b.got > maxFile:
		return n, errors.New("the file is larger than 5 GiB")
	case err == io.EOF && b.got < b.size:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// Close ends the download.
func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
