package slack_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// rooms makes channels of the bot's, with Kenji in them.
func rooms(t *testing.T, s *slacktest.Server, names ...string) (ids []string) {
	t.Helper()
	bot := sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(s.URL()+"/api/"))
	for _, name := range names {
		ch, err := bot.CreateConversation(sdk.CreateConversationParams{ChannelName: name, IsPrivate: true})
		if err == nil {
			_, err = bot.InviteUsersToConversation(ch.ID, "U0KENJI05")
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, ch.ID)
	}
	return ids
}

func archived(s *slacktest.Server) (ids []string) {
	for _, ch := range s.Channels() {
		if ch.Archived {
			ids = append(ids, ch.ID)
		}
	}
	return ids
}

func TestArchiveAndUnarchive(t *testing.T) {
	s, c := workspace(t)
	a, ids := &slack.Activities{Client: c}, rooms(t, s, "one", "two", "three")
	s.Archive("kenji", "two")
	s.Leave("hikeshi", "three")
	all := append(slices.Clone(ids), "C0NOSUCH99")
	for range 2 {
		got, err := slacktest.Do(a.ArchiveChannels, slack.ArchiveChannels{Channels: all})
		want := slack.ChannelsArchived{Archived: ids[:2], Gone: all[2:]}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("archived: %v (-want +got)\n%s", err, diff)
		}
	}
	if got := archived(s); !slices.Equal(got, ids[:2]) {
		t.Errorf("archived are %v, want %v", got, ids[:2])
	}
	for range 2 {
		got, err := slacktest.Do(a.UnarchiveChannels, slack.UnarchiveChannels{Channels: all})
		want := slack.ChannelsUnarchived{Unarchived: ids[:2], Gone: all[2:]}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("unarchived: %v (-want +got)\n%s", err, diff)
		}
	}
	if got := archived(s); len(got) != 0 {
		t.Errorf("archived are %v, want none", got)
	}
}

func TestArchiveWhatMustStay(t *testing.T) {
	_, c := workspace(t)
	_, err := slacktest.Do((&slack.Activities{Client: c}).ArchiveChannels, slack.ArchiveChannels{Channels: []string{slacktest.General}})
	if f := activities.FaultOf(err); f.Class != activities.Denied || f.Cause != "cant_archive_general" || f.Hint == "" {
		t.Errorf("fault = %+v, want Denied with a hint", f)
	}
	for _, word := range []string{"restricted_action", "restricted_action_non_threadable_channel", "cant_archive_required"} {
		a := canned(t, 200, nil, `{"ok":false,"error":"`+word+`"}`)
		_, err := slacktest.Do(a.ArchiveChannels, slack.ArchiveChannels{Channels: []string{"C1"}})
		if f := activities.FaultOf(err); f.Class != activities.Denied || !strings.Contains(f.Hint, "administrator") {
			t.Errorf("%s: %+v, want Denied with a hint at the administrator", word, f)
		}
	}
}

// TestArchiveMeetsFaults lets the second of three channels meet each fault.
func TestArchiveMeetsFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			s, url := slacktest.Start(t, slacktest.Options{})
			a, ids := patient(t, url), rooms(t, s, "one", "two", "three")
			rule := f.fault
			rule.Match, rule.Times = "conversations.archive", 1
			in := slack.ArchiveChannels{Channels: ids}
			if _, err := slacktest.Do(a.ArchiveChannels, slack.ArchiveChannels{Channels: ids[:1]}); err != nil {
				t.Fatal(err)
			}
			if err := s.Inject(rule); err != nil {
				t.Fatal(err)
			}
			want := f.class
			if want == activities.Ambiguous {
				want = activities.Unavailable // doing it again gives the same
			}
			if _, err := slacktest.Do(meeting(t, url, rule).ArchiveChannels, in); !activities.Is(err, want) {
				t.Errorf("%v, want %s", err, want)
			}
			got, err := slacktest.Do(a.ArchiveChannels, in)
			if err != nil || !slices.Equal(got.Archived, ids) || !slices.Equal(archived(s), ids) {
				t.Errorf("then %+v, %v; want all archived", got, err)
			}
			for _, id := range ids {
				said := slices.DeleteFunc(s.Messages(id), func(m slacktest.Message) bool { return m.Subtype != "channel_archive" })
				if len(said) != 1 {
					t.Errorf("channel %s was archived %d times, want once", id, len(said))
				}
			}
		})
	}
}

// TestArchiveGoesOn: a later try does not spend its calls on what an earlier one did.
func TestArchiveGoesOn(t *testing.T) {
	s, c := workspace(t)
	a, ids := &slack.Activities{Client: c}, rooms(t, s, "one", "two", "three")
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a.ArchiveChannels)
	env.SetHeartbeatDetails(map[string]any{"done": ids[:1], "gone": ids[1:2]})
	value, err := env.ExecuteActivity(a.ArchiveChannels, slack.ArchiveChannels{Channels: ids})
	if err != nil {
		t.Fatal(err)
	}
	var got slack.ChannelsArchived
	if err := value.Get(&got); err != nil || s.Count("conversations.archive") != 1 || !slices.Equal(got.Archived, []string{ids[0], ids[2]}) || !slices.Equal(got.Gone, ids[1:2]) {
		t.Errorf("got %+v, %v in %d calls; want the third archived in one", got, err, s.Count("conversations.archive"))
	}
}

func TestLookAtChannels(t *testing.T) {
	s, c := workspace(t)
	ids := rooms(t, s, "one", "two", "three")
	s.Rename("kenji", "one", "renamed")
	s.Archive("kenji", "two")
	s.Leave("hikeshi", "three")
	in := slack.LookAtChannels{Channels: append(slices.Clone(ids), "C0NOSUCH99")}
	got, err := slacktest.Do((&slack.Activities{Client: c}).LookAtChannels, in)
	kenji := []string{"U0KENJI05"}
	want := slack.ChannelsSeen{Channels: []slack.ChannelSeen{{ID: ids[0], Name: "renamed", Members: kenji}, {ID: ids[1], Name: "two", Archived: true, Members: kenji},
		{ID: ids[2], Missing: true}, {ID: "C0NOSUCH99", Missing: true}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if err := s.Inject(fake.Fault{Match: "conversations.info", Mode: "before", Times: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := slacktest.Do((&slack.Activities{Client: c}).LookAtChannels, in); !activities.Is(err, activities.Unavailable) {
		t.Errorf("%v, want Unavailable: trouble is no missing channel", err)
	}
}
