package mirror_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/retrytest"
	"hikeshi/activities/jira"
	"hikeshi/activities/mirror"
	"hikeshi/activities/slack/slacktest"
)

// A digest that JIRA takes after we gave it up is in the log once.
func TestADigestThatComesLate(t *testing.T) {
	s := newSite(t)
	var err error
	s.log, err = jira.NewClient(jira.Config{URL: s.jiraURL, User: fake.JiraUser, Token: func() (string, error) { return fake.JiraToken, nil }, NoRates: true, Timeout: 2 * time.Second})
	require.NoError(t, err)
	s.m.Log = s.log
	s.slack.Say(aoi, slacktest.Ops, "once", "")
	require.NoError(t, s.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue/" + s.in.Log + "/comment", Mode: "late", LatencyMS: 200, Times: 1}))
	in := s.in
	in.Since, in.Settle = time.Now(), 4*time.Second
	var out mirror.Mirrored
	x := retrytest.Execution{Activities: s.m, Longest: in.Settle}
	require.NoError(t, x.Run(s.m.MirrorMessages, in, &out))
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(s.jira.Calls(), func(c fake.Call) bool { return c.Fault == "late" && !c.Done.IsZero() })
	}, time.Minute, 5*time.Millisecond)
	digests := 0
	require.NoError(t, s.log.Digests(t.Context(), s.in.Log, func(ledger.Digest) (bool, error) { digests++; return true, nil }))
	require.Equal(t, 1, digests)
	require.Equal(t, 1, out.Digests)
}
