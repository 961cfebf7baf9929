package mirror

import (
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
	if kept, err := c.keptBefore(f.ID); err != nil || kept.Kept != "" {
		return kept, err
	}
	if id := c.log.kept[f.ID]; id != "" {
		return ledger.File{ID: f.ID, Kept: id}, nil // the store does not show it any more
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
	if reason != "" {
		c.refused[f.ID] = struct{}{}
	}
	if err != nil || reason != "" {
		return ledger.File{ID: f.ID, Missing: reason}, err
	}
	return c.putNext(f.ID, stored), nil
}

// putNext notes a file that was put away under the next id.
func (c *copying) putNext(file string, s deposit.Stored) ledger.File {
	c.put(file, s)
	c.out.IDsLeft = c.out.IDsLeft[1:]
	return ledger.File{ID: file, Kept: s.ID, SHA256: s.SHA256, Size: s.Size}
}

// keptBefore finds a file that was put away before. An earlier call may have done so and stopped before it could log it,
// so the store is asked for the digest, which the log must tell once.
func (c *copying) keptBefore(file string) (kept ledger.File, err error) {
	s, known := c.stored[file]
	if id := c.log.kept[file]; !known && id != "" {
		err = c.pulse.patiently(func() (err error) {
			s, err = c.Files.Stat(c.ctx, id)
			return err
		})
		if err != nil && !activities.FaultOf(err).Class.Final() {
			return kept, err
		}
		if err != nil || s.ID == "" || s.Trashed || s.SHA256 == "" {
			return kept, nil
		}
		c.stored[file] = s
	}
	return ledger.File{ID: file, Kept: s.ID, SHA256: s.SHA256, Size: s.Size}, nil
}

func (c *copying) put(file string, s deposit.Stored) {
	c.stored[file] = s
	c.log.kept[file] = s.ID
	c.out.Kept[file] = s.ID
}

// fileKey proves whose a file in the store is.
func (c *copying) fileKey(file string) string { return c.in.Series + ".file." + file }

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
