package slacktest_test

import (
	"bytes"
	"fmt"
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// TestSpecsHold runs the contract suite and a tour of the other methods, and holds everything that was said against
// Slack's own specifications.
func TestSpecsHold(t *testing.T) {
	s := loadSpec(t)
	g, events := startGateway(t)
	r, base := record(t, slacktest.Options{EventsURL: events})
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return fake.SlackBotToken, nil }, APIURL: base + "/api/", NoRates: true})
	if err != nil {
		t.Fatal(err)
	}
	slacktest.Contract(t, client, slacktest.ContractOptions{Person: "U0KENJI05"})
	tour(t, base)

	seen := map[string]bool{}
	for _, x := range r.list {
		seen[x.method] = true
		for _, fault := range append(s.checkRequest(x), s.checkReply(x)...) {
			t.Errorf("%s: %s", x.method, fault)
		}
	}
	if len(seen) < 35 {
		t.Errorf("only %d methods were checked", len(seen))
	}
	all, _ := g.wait(55)
	for _, e := range all {
		for _, fault := range s.checkEvent(e) {
			t.Errorf("event: %s\n%s", fault, e)
		}
	}
}

// TestSpecsHoldForPeople holds the events of what people do, and what the app reads of it, against the specifications.
func TestSpecsHoldForPeople(t *testing.T) {
	s := loadSpec(t)
	g, events := startGateway(t)
	r, base := record(t, slacktest.Options{EventsURL: events})
	a := &act{t: t, g: g, base: base}
	for _, channel := range []string{"csirt-ops", "executives"} {
		life(a, channel)
	}
	first := r.Say("aoi", "csirt-ops", "first https://example.com", "")
	r.Unfurl("csirt-ops", first)
	r.Broadcast("ben", "csirt-ops", "to all", first)
	for _, call := range []func() error{
		func() error {
			_, err := bot(base).GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.Ops})
			return err
		},
		func() error {
			_, _, _, err := bot(base).GetConversationReplies(&sdk.GetConversationRepliesParameters{ChannelID: slacktest.Ops, Timestamp: first})
			return err
		},
	} {
		r.Delete("aoi", "csirt-ops", r.Say("aoi", "csirt-ops", "x", ""))
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	for _, x := range r.list {
		for _, fault := range append(s.checkRequest(x), s.checkReply(x)...) {
			t.Errorf("%s: %s", x.method, fault)
		}
	}
	all, _ := g.wait(a.seen + 7)
	for _, e := range all {
		for _, fault := range s.checkEvent(e) {
			t.Errorf("event: %s\n%s", fault, e)
		}
	}
}

// tour calls, as a person, the methods that the adapter does not use, well and badly.
func tour(t *testing.T, base string) {
	api := sdk.New(fake.SlackUserToken(fake.Cast()[0]), sdk.OptionAPIURL(base+"/api/"))
	ok := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	no := func(word string, err error) {
		t.Helper()
		if err == nil || err.Error() != word {
			t.Errorf("got %v, want %s", err, word)
		}
	}
	ch, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: "tour"})
	ok("create", err)
	_, err = api.InviteUsersToConversation(ch.ID, slacktest.BotUser, "U0BEN0002")
	ok("invite", err)
	_, err = api.InviteUsersToConversation(ch.ID, "U0BEN0002")
	no("already_in_channel", err)
	_, parent, err := api.PostMessage(ch.ID, sdk.MsgOptionText("hello <@"+slacktest.BotUser+"> & <all>", false))
	ok("post", err)
	_, reply, err := api.PostMessage(ch.ID, sdk.MsgOptionText("a reply", false), sdk.MsgOptionTS(parent), sdk.MsgOptionBroadcast())
	ok("reply", err)
	_, _, _, err = api.UpdateMessage(ch.ID, parent, sdk.MsgOptionText("hello again", false))
	ok("update", err)
	_, err = api.PostEphemeral(ch.ID, "U0BEN0002", sdk.MsgOptionText("only you", false))
	ok("ephemeral", err)
	_, err = api.GetPermalink(&sdk.PermalinkParameters{Channel: ch.ID, Ts: parent})
	ok("permalink", err)
	ok("react", api.AddReaction("eyes", sdk.NewRefToMessage(ch.ID, parent)))
	no("already_reacted", api.AddReaction("eyes", sdk.NewRefToMessage(ch.ID, parent)))
	_, err = api.GetReactions(sdk.NewRefToMessage(ch.ID, parent), sdk.NewGetReactionsParameters())
	ok("reactions", err)
	ok("pin", api.AddPin(ch.ID, sdk.NewRefToMessage(ch.ID, parent)))
	_, _, err = api.ListPins(ch.ID)
	ok("pins", err)
	_, err = api.GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: ch.ID, Limit: 2})
	ok("history", err)
	_, err = api.GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: ch.ID, Cursor: "bad"})
	no("invalid_cursor", err)
	_, _, _, err = api.GetConversationReplies(&sdk.GetConversationRepliesParameters{ChannelID: ch.ID, Timestamp: parent})
	ok("replies", err)
	tourFiles(t, api, ch.ID)
	_, _, err = api.DeleteMessage(ch.ID, parent)
	ok("delete a parent", err)
	_, _, err = api.DeleteMessage(ch.ID, reply)
	ok("delete a reply", err)
	_, _, err = api.DeleteMessage(ch.ID, reply)
	no("message_not_found", err)
	tourChannels(t, api, ch.ID, ok, no)
}

func tourChannels(t *testing.T, api *sdk.Client, ch string, ok, no func(string, error)) {
	bm, err := api.AddBookmark(ch, sdk.AddBookmarkParameters{Title: "x", Type: "link", Link: "https://example.com"})
	ok("bookmark", err)
	ok("remove bookmark", api.RemoveBookmark(ch, bm.ID))
	no("not_found", api.RemoveBookmark(ch, bm.ID))
	ok("kick", api.KickUserFromConversation(ch, "U0BEN0002"))
	no("cant_kick_self", api.KickUserFromConversation(ch, "U0AOI0001"))
	_, _, err = api.GetConversations(&sdk.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}})
	ok("list", err)
	_, _, _, err = api.JoinConversation(ch)
	ok("join again", err)
	_, err = api.GetUsers()
	ok("users", err)
	_, err = api.GetUserGroups(sdk.GetUserGroupsOptionIncludeUsers(true))
	ok("groups", err)
	_, err = api.GetUserGroupMembers("S0CSIRT01")
	ok("group members", err)
	_, err = api.GetUserGroupMembers("S0NOBODY1")
	no("no_such_subteam", err)
	_, err = api.SetTopicOfConversation(ch, "a topic")
	ok("topic", err)
	_, err = api.RenameConversation(ch, "Bad Name")
	no("invalid_name_specials", err)
	_, err = api.RenameConversation(ch, "tour-2")
	ok("rename", err)
	ok("archive", api.ArchiveConversation(ch))
	no("already_archived", api.ArchiveConversation(ch))
	_, _, err = api.PostMessage(ch, sdk.MsgOptionText("late", false))
	no("is_archived", err)
	ok("unarchive", api.UnArchiveConversation(ch))
	_, err = api.LeaveConversation(ch)
	ok("leave", err)
	_, err = api.LeaveConversation(slacktest.General)
	no("cant_leave_general", err)
}

func tourFiles(t *testing.T, api *sdk.Client, ch string) {
	content := []byte("evidence\n")
	f, err := api.UploadFile(sdk.UploadFileParameters{Filename: "note.txt", Title: "Note", Channel: ch, FileSize: len(content), Reader: bytes.NewReader(content), InitialComment: "see"})
	if err != nil {
		t.Fatalf("upload: %v", err)
	}
	info, _, _, err := api.GetFileInfo(f.ID, 0, 0)
	if err != nil {
		t.Fatalf("file info: %v", err)
	}
	var got bytes.Buffer
	if err := api.GetFile(info.URLPrivateDownload, &got); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("download: %q, %v", got.Bytes(), err)
	}
	if list, _, err := api.GetFiles(sdk.GetFilesParameters{Channel: ch, Count: 10, Page: 1}); err != nil || len(list) != 1 {
		t.Errorf("files: %d, %v", len(list), err)
	}
	for _, want := range []string{"<nil>", "file_deleted"} {
		if err := api.DeleteFile(f.ID); fmt.Sprint(err) != want {
			t.Errorf("delete file: %v, want %s", err, want)
		}
	}
	if _, _, _, err := api.GetFileInfo(f.ID, 0, 0); fmt.Sprint(err) != "file_deleted" {
		t.Errorf("info of a deleted file: %v", err)
	}
	if err := api.GetFile(info.URLPrivateDownload, &got); err == nil {
		t.Error("a deleted file was downloaded")
	}
}
