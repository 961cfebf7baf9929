package drive

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// AdoptFolder asks for a folder that a person made, or found, to be taken for the one that OpenFolder would have made.
// The answer is a Folder.
type AdoptFolder struct {
	activities.Effect
	ID         string            `json:"id"`                   // as people paste it: an id, or the address of its page
	Parent     string            `json:"parent,omitempty"`     // id of the folder or shared drive that it must be in; empty: anywhere
	Properties map[string]string `json:"properties,omitempty"` // as in OpenFolder; those that are there already must be the same
}

// AdoptFolder checks a folder that a person names, marks it as this effect's and returns it. Its name stays.
//
// Running it twice is harmless: it reads the folder first, and the marks replace themselves.
//
// Final are NotFound (there is no such folder, or none for us), Denied (it carries another effect's mark, which is named
// as far as the mark tells; or we may not write into it) and Invalid (the words name no folder; it is something else, is
// in the trash, or in another place).
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
func (a *Activities) AdoptFolder(ctx context.Context, in AdoptFolder) (Folder, error) {
	file, err := a.Client.adopt(ctx, claim{in.Effect, in.ID, in.Parent, in.Properties, "folder", folderType})
	if err != nil {
		return Folder{}, err
	}
	return Folder{ID: file.Id, URL: file.WebViewLink, Receipt: activities.Receipt{Adopted: true}}, nil
}

// AdoptSheet asks for a Google Sheet that a person made, or found, to be taken for the one that OpenSheet would have
// made. The answer is a Sheet.
type AdoptSheet struct {
	activities.Effect
	ID         string            `json:"id"`                   // as people paste it: an id, or the address of its page
	Folder     string            `json:"folder,omitempty"`     // id of the folder that it must be in; empty: anywhere
	Properties map[string]string `json:"properties,omitempty"` // as in OpenSheet; those that are there already must be the same
}

// AdoptSheet checks a sheet that a person names, marks it as this effect's and returns it. What stands in it stays.
//
// Running it twice is harmless: it reads the file first, and the marks replace themselves.
//
// Final are NotFound (there is no such sheet, or none for us), Denied (it carries another effect's mark, which is named
// as far as the mark tells; or we may not write into it) and Invalid (the words name no sheet; it is something else, is
// in the trash, or in another folder).
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
func (a *Activities) AdoptSheet(ctx context.Context, in AdoptSheet) (Sheet, error) {
	file, err := a.Client.adopt(ctx, claim{in.Effect, in.ID, in.Folder, in.Properties, "sheet", sheetType})
	if err != nil {
		return Sheet{}, err
	}
	return Sheet{ID: file.Id, URL: file.WebViewLink, Receipt: activities.Receipt{Adopted: true}}, nil
}

// claim is a file that is to become ours.
type claim struct {
	activities.Effect
	said       string // by a person
	parent     string
	properties map[string]string
	what       string // for people: sheet or folder
	mimeType   string
}

func (in claim) fault(class activities.Class, cause, hint string) error {
	return activities.Fault{Class: class, System: "drive", Op: fmt.Sprintf("take over the %s %q", in.what, in.said), Cause: cause, Hint: hint}.Error()
}

// pageID finds the id in the address of a folder, of a file or of an editor.
var (
	pageID = regexp.MustCompile(`/(?:folders|d)/([A-Za-z0-9_-]+)`)
	bareID = regexp.MustCompile(`^[A-Za-z0-9_-]{5,128}$`)
)

// id reads what people paste.
func (in claim) id() (string, error) {
	text := strings.Trim(strings.TrimSpace(in.said), "<>")
	text, _, _ = strings.Cut(text, "|") // Slack's way to show an address
	if bareID.MatchString(text) {
		return text, nil
	}
	if page, err := url.Parse(text); err == nil && page.Host != "" {
		if m := pageID.FindStringSubmatch(page.Path); m != nil {
			return m[1], nil
		}
		if id := page.Query().Get("id"); bareID.MatchString(id) {
			return id, nil
		}
	}
	return "", in.fault(activities.Invalid, "these words name no "+in.what, "give the address of its page in Google Drive, or the id in it")
}

// claimFields are what has to be known of a file before it is taken over.
const claimFields = fileFields + ",capabilities(canEdit,canAddChildren)"

// adopt takes a file over. It reads the marks back: another case may have claimed it at the same moment.
func (c *Client) adopt(ctx context.Context, in claim) (*drivesdk.File, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	if in.Key == "" {
		return nil, in.fault(activities.Invalid, "the effect has no key", "")
	}
	file, err := c.claimed(ctx, in, id)
	if err != nil {
		return nil, err
	}
	if err := in.fits(file); err != nil {
		return nil, err
	}
	if in.marked(file) {
		return file, nil
	}
	change := &drivesdk.File{AppProperties: properties(in.properties, in.Key)}
	if _, err := c.files.Update(id, change).SupportsAllDrives(true).Fields("id").Context(ctx).Do(); err != nil {
		return nil, c.closed(ctx, fault(google.SafeWrite, err, "mark the %s %s", in.what, id), id).Error()
	}
	if file, err = c.claimed(ctx, in, id); err != nil {
		return nil, err
	}
	return file, in.fits(file)
}

func (c *Client) claimed(ctx context.Context, in claim, id string) (*drivesdk.File, error) {
	file, err := c.files.Get(id).SupportsAllDrives(true).Fields(googleapi.Field(claimFields)).Context(ctx).Do()
	if err != nil {
		return nil, c.closed(ctx, fault(google.Read, err, "look at the %s %q", in.what, in.said), id).Error()
	}
	return file, nil
}

// fits says what is wrong with a file for this effect; nil: nothing.
func (in claim) fits(file *drivesdk.File) error {
	switch {
	case file.MimeType != in.mimeType:
		return in.fault(activities.Invalid, fmt.Sprintf("it is no %s but a file of the type %s", in.what, file.MimeType), "name a "+in.what)
	case in.owner(file) != "":
		return in.fault(activities.Denied, "it belongs to something else: its mark is "+in.owner(file), "name a "+in.what+" that no case uses yet")
	case file.Trashed:
		return in.fault(activities.Invalid, "it is in the trash", "take it out of the trash, then supply it again")
	case in.parent != "" && !slices.Contains(file.Parents, in.parent):
		return in.fault(activities.Invalid, "it is in another folder, where other people may have rights", "move it into the folder "+in.parent+", then supply it again")
	case file.Capabilities != nil && !file.Capabilities.CanEdit:
		return in.fault(activities.Denied, "we may not write to it", "give our service account the right to edit it, then supply it again")
	}
	return nil
}

// owner is the mark of somebody else on a file; empty: it is free, or ours. A key too long for a property is a digest in
// it, of which the generation cannot be told: then the other properties have to do.
func (in claim) owner(file *drivesdk.File) string {
	for name, want := range in.properties {
		if have := file.AppProperties[name]; have != "" && have != want {
			return have
		}
	}
	key := file.AppProperties[keyProperty]
	if key == "" || key == mark(in.Key) || in.Same(key) || strings.HasPrefix(key, digestPrefix) && len(in.properties) > 0 && in.hasAll(file) {
		return ""
	}
	return key
}

func (in claim) hasAll(file *drivesdk.File) bool {
	for name, want := range in.properties {
		if file.AppProperties[name] != want {
			return false
		}
	}
	return true
}

// marked reports whether the file carries all our marks already.
func (in claim) marked(file *drivesdk.File) bool {
	return file.AppProperties[keyProperty] == mark(in.Key) && in.hasAll(file)
}
