package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// Who is not concerned sees nothing of a case anywhere: not that it exists, not by a list, not by a look.
func TestAudiences(t *testing.T) {
	in := shared(t)
	for _, c := range []struct {
		audience    incident.Audience
		kenjiInside bool // the security manager of the company concerned
	}{
		{incident.AudienceOrganisation, true},
		{incident.AudienceRestricted, false},
	} {
		t.Run(string(c.audience), func(t *testing.T) {
			const title = "Bookkeeper sends ledgers to a private mailbox"
			request, s := in.open(t, "aoi", "open sev2 "+title+" --org acme --audience "+string(c.audience), cases.Linked)
			require.Equal(t, c.audience, s.Audience)
			require.NoError(t, in.world(t, request).exactlyOne())
			in.seen(t, "lena", s, false)
			in.seen(t, "daigo", s, false)
			in.seen(t, "kenji", s, c.kenjiInside)
			in.seen(t, "aoi", s, true)
			if c.audience == incident.AudienceRestricted {
				in.hidden(t, request, title)
			}
		})
	}
}

// seen checks every door and every vendor for one person.
func (in *install) seen(t *testing.T, who string, s workflows.Status, want bool) {
	t.Helper()
	p := cast(t, who)
	_, issue := in.site.Jira.IssueAs(p, s.Number)
	require.Equal(t, want, issue, "%s and the ticket", who)
	files := 0
	for _, f := range in.site.Drive.FilesAs(p.Email) {
		if f.ID == s.Links.Folder || f.ID == s.Links.Sheet {
			files++
		}
	}
	require.Equal(t, want, files == 2, "%s and the folder with the sheet: sees %d", who, files)
	require.True(t, want || files == 0, "%s sees half", who)
	channel, ok := in.site.Slack.Channel(s.Links.Channel)
	require.True(t, ok)
	require.True(t, channel.Private)
	require.Equal(t, want, channel.Has(p.ID), "%s and the channel", who)

	viewer := settings.Viewer{SlackUser: p.ID}
	_, err := in.desk.Status(t.Context(), s.Number, viewer)
	_, missing := in.desk.Status(t.Context(), "SEC-99999", viewer)
	if !want {
		require.EqualError(t, err, strings.ReplaceAll(missing.Error(), "SEC-99999", s.Number), "a hidden case and a missing one read the same")
		require.Never(t, func() bool { return in.listed(t, viewer, s.Number) }, 100*time.Millisecond, 50*time.Millisecond)
		return
	}
	require.NoError(t, err)
	require.Eventually(t, func() bool { return in.listed(t, viewer, s.Number) }, patient, 50*time.Millisecond, "%s finds it in the list", who)
}

func (in *install) listed(t *testing.T, v settings.Viewer, number string) bool {
	list, err := in.desk.List(t.Context(), v, cases.Filter{})
	return err == nil && slices.ContainsFunc(list, func(h workflows.Head) bool { return h.Number == number })
}

// hidden checks that the title stands nowhere that people outside may come across.
func (in *install) hidden(t *testing.T, request, title string) {
	t.Helper()
	w := in.world(t, request)
	require.NotContains(t, w.Issues[0].Summary, title)
	require.Equal(t, strings.ToLower(w.Issues[0].Key), w.Channels[0].Name)
	require.NotContains(t, w.Channels[0].Purpose.Value+w.Channels[0].Topic.Value, title)
	for _, f := range w.Files {
		require.NotContains(t, f.Name, title)
	}
}
