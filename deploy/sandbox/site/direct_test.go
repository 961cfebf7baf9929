package site

import (
	"testing"

	sdk "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

// What the app writes to one person stands on their page, and on nobody else's; its buttons work there.
func TestDirectMessagesStandOnThePersonsPage(t *testing.T) {
	s := start(t, Options{})
	api := sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(s.Addresses.Slack+"/api/"))
	_, before := get(t, s.Addresses.Pages+"/slack?as=chie")
	require.NotContains(t, before, "D0CHIE003")
	button := sdk.NewButtonBlockElement("case_accept", "{}", sdk.NewTextBlockObject(sdk.PlainTextType, "Accept", true, false))
	channel, _, err := api.PostMessage("U0CHIE003", sdk.MsgOptionText("you are asked", false), sdk.MsgOptionBlocks(sdk.NewSectionBlock(sdk.NewTextBlockObject(sdk.MarkdownType, "you are *asked*", false, true), nil, nil), sdk.NewActionBlock("b", button)))
	require.NoError(t, err)
	_, page := get(t, s.Addresses.Pages+"/slack/"+channel+"?as=chie")
	require.Contains(t, page, "you are <strong>asked</strong>")
	require.Contains(t, page, `data-act="case_accept"`)
	_, side := get(t, s.Addresses.Pages+"/slack/_part/side?as=chie")
	require.Contains(t, side, `data-channel="`+channel+`"`)
	_, others := get(t, s.Addresses.Pages+"/slack/_part/side?as=ben")
	require.NotContains(t, others, channel)
	status, _ := get(t, s.Addresses.Pages+"/slack/"+channel+"?as=ben")
	require.Equal(t, 404, status)
}
