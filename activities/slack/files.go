package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// file is what we read of one of Slack's files. https://docs.slack.dev/reference/objects/file-object
type file struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Mime        string      `json:"mimetype"`
	Size        json.Number `json:"size"`
	Mode        string      `json:"mode"`        // hosted, snippet, post, canvas …; tombstone, external, hidden_by_limit
	Access      string      `json:"file_access"` // visible, or why not; check_file_info: ask, it is another workspace's
	IsExternal  bool        `json:"is_external"`
	ExternalURL string      `json:"external_url"`
	Private     string      `json:"url_private"`
	Download    string      `json:"url_private_download"`
}

// Why the bytes of a file cannot be had.
const (
	deleted   = "deleted"
	external  = "external"
	hidden    = "hidden by the workspace's limit"
	invisible = "not visible to the app"
	elsewhere = "kept by another workspace that does not show it"
	nowhere   = "without an address"
)

// fileOf tells what is known of a file. One that another workspace shares comes as a bare id, to be asked about once.
func (c *Client) fileOf(ctx context.Context, f file) (talk.File, error) {
	if f.Access != "check_file_info" {
		return f.shown(), nil
	}
	known, err := c.fileInfo(ctx, f.ID)
	if err == nil {
		return known.shown(), nil
	}
	fault := activities.FaultOf(err)
	if !fault.Class.Final() {
		return talk.File{}, err
	}
	out := f.shown()
	out.URL, out.Missing = "", missing(fault.Cause)
	return out, nil
}

// missing says in words why files.info knows no file.
func missing(word string) string {
	switch word {
	case "file_deleted", "file_not_found":
		return deleted
	case "not_visible", "access_denied":
		return invisible
	}
	return word
}

// fileInfo asks about one file. https://docs.slack.dev/reference/methods/files.info
func (c *Client) fileInfo(ctx context.Context, id string) (file, error) {
	var reply struct {
		File file `json:"file"`
	}
	err := c.read(ctx, "look at file "+id, &reply, func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.GetFileInfoContext(ctx, id, 0, 0)
		return err
	})
	return reply.File, err
}

// shown is the file as talk knows it. The address of an external file was chosen by whoever shared it: it is for people,
// and never fetched.
func (f file) shown() talk.File {
	size, _ := f.Size.Int64() // none: a deleted file has no size
	out := talk.File{ID: f.ID, Name: firstOf(f.Name, f.Title), Mime: f.Mime, Size: size, Missing: f.missing()}
	switch out.Missing {
	case "":
		out.URL = firstOf(f.Download, f.Private)
	case external:
		out.External = firstOf(f.ExternalURL, f.Private)
	}
	return out
}

func (f file) missing() string {
	switch {
	case f.Mode == "tombstone" || f.Access == "file_not_found" || f.Access == "file_deleted":
		return deleted
	case f.Mode == "hidden_by_limit":
		return hidden
	case f.IsExternal || f.Mode == "external":
		return external
	case f.Access == "access_denied":
		return invisible
	case f.Access == "check_file_info":
		return elsewhere
	case firstOf(f.Download, f.Private) == "":
		return nowhere
	}
	return ""
}
