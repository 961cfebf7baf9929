package drive

import (
	"context"
	"slices"
	"strings"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// ShareFolder asks that people may read or write a folder and all that is in it. Nobody loses a right by it.
type ShareFolder struct {
	Folder  string   `json:"folder"`
	Readers []string `json:"readers,omitempty"` // e-mail addresses
	Writers []string `json:"writers,omitempty"` // e-mail addresses
}

// Shared says who has the right now.
type Shared struct {
	Shared  []string  `json:"shared,omitempty"`  // including those who had it before
	Refused []Refusal `json:"refused,omitempty"` // the others, each with Google's reason
}

// Refusal is a person whom Google would not let in: no Google account, or an organisation that forbids it.
type Refusal struct {
	Person string `json:"person"` // e-mail address
	Reason string `json:"reason"`
}

// Drive's roles from the weakest to the strongest.
var roles = []string{"reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"}

// ShareFolder lets the people in, one at a time because Drive keeps only the last of simultaneous changes, and without
// Google's notification mail. Running it twice is harmless: it reads who has access and adds only what is missing.
// A person whom Google refuses is in the result, so that one wrong address does not keep the others out. Final are
// NotFound and Denied for the folder itself.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/create
func (a *Activities) ShareFolder(ctx context.Context, in ShareFolder) (Shared, error) {
	rights, err := a.Client.permissions(ctx, in.Folder)
	if err != nil {
		return Shared{}, a.Client.closed(ctx, fault(google.Read, err, "read who may see folder %s", in.Folder), in.Folder).Error()
	}
	var out Shared
	for _, ask := range wanted(in) {
		if err := a.Client.grant(ctx, in.Folder, rights, ask); err != nil {
			f := fault(google.SafeWrite, err, "share folder %s", in.Folder)
			if !personal(f) {
				return Shared{}, a.Client.closed(ctx, f, in.Folder).Error()
			}
			out.Refused = append(out.Refused, Refusal{Person: ask.EmailAddress, Reason: f.Cause})
			continue
		}
		out.Shared = append(out.Shared, ask.EmailAddress)
	}
	return out, nil
}

// wanted lists the rights to give, each person once, with the stronger role.
func wanted(in ShareFolder) []*drivesdk.Permission {
	var list []*drivesdk.Permission
	seen := map[string]bool{}
	for _, group := range []struct {
		role   string
		people []string
	}{{"writer", in.Writers}, {"reader", in.Readers}} {
		for _, person := range group.people {
			if address := strings.ToLower(person); !seen[address] {
				seen[address] = true
				list = append(list, &drivesdk.Permission{Type: "user", Role: group.role, EmailAddress: person})
			}
		}
	}
	return list
}

// personal reports whether a refusal concerns the person rather than the folder.
func personal(f activities.Fault) bool {
	return f.Class == activities.Invalid ||
		f.Class == activities.Denied && !strings.Contains(f.Cause, "insufficientFilePermissions") && !strings.Contains(f.Cause, "cannotShare")
}

func (c *Client) permissions(ctx context.Context, folder string) ([]*drivesdk.Permission, error) {
	var rights []*drivesdk.Permission
	err := c.rights.List(folder).SupportsAllDrives(true).PageSize(100).
		Fields("nextPageToken", "permissions(id,type,role,emailAddress,domain,permissionDetails)").
		Pages(ctx, func(page *drivesdk.PermissionList) error {
			rights = append(rights, page.Permissions...)
			return nil
		})
	return rights, err
}

// grant gives one right unless the person has it or a stronger one. A right that was given on this very folder is
// raised; one that only comes from a folder above is joined by a right of this folder's own.
func (c *Client) grant(ctx context.Context, folder string, rights []*drivesdk.Permission, ask *drivesdk.Permission) error {
	at := slices.IndexFunc(rights, func(p *drivesdk.Permission) bool {
		return p.Type == "user" && strings.EqualFold(p.EmailAddress, ask.EmailAddress)
	})
	if at >= 0 && slices.Index(roles, rights[at].Role) >= slices.Index(roles, ask.Role) {
		return nil
	}
	if at >= 0 && !inherited(rights[at]) {
		_, err := c.rights.Update(folder, rights[at].Id, &drivesdk.Permission{Role: ask.Role}).
			SupportsAllDrives(true).Fields("id").Context(ctx).Do()
		return err
	}
	_, err := c.rights.Create(folder, ask).SupportsAllDrives(true).SendNotificationEmail(false).Fields("id").Context(ctx).Do()
	return err
}

// inherited reports whether the right comes only from above. Drive says where rights come from in shared drives only.
func inherited(p *drivesdk.Permission) bool {
	return len(p.PermissionDetails) > 0 && !slices.ContainsFunc(p.PermissionDetails, func(d *drivesdk.PermissionPermissionDetails) bool { return !d.Inherited })
}
