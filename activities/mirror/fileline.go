package mirror

import (
	"net/url"
	"strconv"
	"strings"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// fileLine is what people read of a file.
func (c *copying) fileLine(f talk.File, kept ledger.File) (string, int) {
	name, masked := c.label(f.Name)
	if name == "" {
		name = c.Escape(f.ID)
	}
	s, here := c.stored[f.ID]
	switch {
	case kept.Kept != "" && here:
		return c.words.Say("kept", "name", linked(name, s.URL), "size", strconv.FormatInt(s.Size, 10), "sum", s.SHA256), masked
	case kept.Kept != "":
		return c.words.Say("again", "name", name), masked
	case kept.Missing == external:
		address, more := c.address(f.External)
		return c.words.Say("elsewhere", "name", name, "address", address), masked + more
	}
	reason, more := c.label(kept.Missing)
	return c.words.Say("missing", "name", name, "reason", reason), masked + more
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
