package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

// A signed command brings everybody together with everything they need; the same click again is the same case.
func TestOpenByCommand(t *testing.T) {
	in := shared(t)
	request, s := in.open(t, "aoi", `open sev2 給与担当へのフィッシング --reporter "Hanako Yamada, Acme Foods, 03-5555-0100" --org "Acme Foods" --invite @kenji`, cases.Linked)
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Empty(t, s.Notes)
	require.Equal(t, incident.Sev2, s.Severity)

	ticket, channel := w.Issues[0], w.Channels[0]
	require.Equal(t, s.Number, ticket.Key)
	require.Contains(t, ticket.Summary, "給与担当へのフィッシング")
	require.Contains(t, ticket.Description, "Hanako Yamada, Acme Foods, 03")
	require.True(t, channel.Private)
	require.True(t, strings.HasPrefix(channel.Name, strings.ToLower(s.Number)+"-"), channel.Name)
	for _, who := range []string{"aoi", "ben", "chie", "kenji"} {
		require.True(t, channel.Has(cast(t, who).ID), "%s is in the channel", who)
	}
	require.False(t, channel.Has(cast(t, "lena").ID))
	require.Len(t, channel.Pins, 1)
	marks := in.site.Slack.Bookmarks(channel.ID)
	require.Len(t, marks, 1)
	require.Equal(t, s.Links.TicketURL, marks[0].Link)
	folder, sheet := w.kinds(drivetest.FolderType)[0], w.kinds(drivetest.SheetType)[0]
	require.Equal(t, drivetest.CasesFolder, folder.Parent)
	require.Equal(t, folder.ID, sheet.Parent)
	require.Len(t, in.site.Sheets.Tabs(sheet.ID), 4)

	in.command(t, "aoi", "open the same click again", request)
	again := in.wait(t, request, cases.Linked)
	require.Equal(t, s.Number, again.Number)
	require.NoError(t, in.world(t, request).exactlyOne())
	in.recordCase(t, request, "open")
}

// What people need next to each other is linked from everywhere.
func TestLinksAreEverywhere(t *testing.T) {
	in := shared(t)
	request, s := in.open(t, "ben", "open lost laptop in a taxi", cases.Linked)
	w := in.world(t, request)
	require.Len(t, w.Channels[0].Pins, 1)
	for _, url := range []string{s.Links.ChannelURL, s.Links.FolderURL, s.Links.SheetURL} {
		in.eventually(t, "the ticket's status block has "+url, func() bool { return strings.Contains(in.world(t, request).Issues[0].Description, url) })
	}
	for _, url := range []string{s.Links.TicketURL, s.Links.FolderURL, s.Links.SheetURL} {
		in.eventually(t, "the card has "+url, func() bool { return strings.Contains(in.message(s.Links.Channel, w.Channels[0].Pins[0]), url) })
	}
	in.eventually(t, "the sheet has the ticket", func() bool { return strings.Contains(in.timeline(s), s.Links.TicketURL) })
}

// message is what one message of a channel reads now.
func (in *install) message(channel, ts string) string {
	for _, m := range in.site.Slack.Messages(channel) {
		if m.TS == ts {
			return m.Text + string(m.Blocks)
		}
	}
	return ""
}
