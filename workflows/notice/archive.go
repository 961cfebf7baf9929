package notice

import (
	"strconv"
	"strings"
	"time"
)

// Archive is what is kept of the case. It is empty until an archive has been verified.
type Archive struct {
	Folder   Link
	SHA256   string // of the manifest
	Verified time.Time
	Messages int
	Files    int
}

func (c Case) archived() bool { return !c.Archive.Verified.IsZero() }

// archiveLine says that everything is kept, and how much that is.
func (c Case) archiveLine() string {
	a := c.Archive
	return c.say("archive_line", "At", clock(a.Verified), "Messages", strconv.Itoa(a.Messages), "Files", strconv.Itoa(a.Files))
}

// ArchiveName is the name of the folder of an archive, inside the case's own. A case that was reopened has several.
func (c Case) ArchiveName(visit int) string {
	if visit < 2 {
		return c.say("archive_name")
	}
	return c.say("archive_name") + " " + strconv.Itoa(visit)
}

// ArchiveComment goes onto the log ticket when an archive has been verified. The digest of the manifest stands there
// for everybody who checks the archive later.
func (c Case) ArchiveComment(e Escape) string {
	lines := []string{e.text(c.banner()) + c.say("archive_comment", "Number", e.text(c.Number), "Line", e.text(c.archiveLine())), ""}
	lines = append(lines, e.text(c.say("archive_sum"))+": "+e.text(c.Archive.SHA256))
	if c.Archive.Folder.URL != "" {
		lines = append(lines, c.linkTitle("archive")+": "+c.wikiLink(c.Archive.Folder, e))
	}
	return strings.Join(lines, "\n")
}
