package drive

import (
	"context"

	"hikeshi/activities/internal/google"
)

// Place is a folder as our account sees it.
type Place struct {
	Name     string
	IsFolder bool
	Trashed  bool
	Shared   bool   // it lies in a shared drive
	CanAdd   bool   // we may put files into it
	Public   string // everybody who has a right on it without being named: "anyone" or a domain; empty: nobody
}

// Inspect looks at a folder and at who may read it. It only reads.
func (c *Client) Inspect(ctx context.Context, folder string) (Place, error) {
	f, err := c.files.Get(folder).SupportsAllDrives(true).Fields("id,name,mimeType,trashed,driveId,capabilities(canAddChildren)").Context(ctx).Do()
	if err != nil {
		return Place{}, c.closed(ctx, fault(google.Read, err, "look at folder %s", folder), folder).Error()
	}
	p := Place{Name: f.Name, IsFolder: f.MimeType == folderType, Trashed: f.Trashed, Shared: f.DriveId != "", CanAdd: f.Capabilities != nil && f.Capabilities.CanAddChildren}
	if !p.CanAdd {
		return p, nil // who may not write may not see who else may
	}
	rights, err := c.permissions(ctx, folder)
	if err != nil {
		return p, fault(google.Read, err, "look who may read folder %s", folder).Error()
	}
	for _, r := range rights {
		switch r.Type {
		case "anyone":
			p.Public = "anyone"
		case "domain":
			if p.Public == "" {
				p.Public = r.Domain
			}
		}
	}
	return p, nil
}
