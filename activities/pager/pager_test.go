package pager_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/pager"
	"hikeshi/activities/pager/pagertest"
)

func connect(t *testing.T, url, secret string) *pager.Activities {
	t.Helper()
	return within(t, url, secret, time.Minute)
}

// within gives a call up after that time.
func within(t *testing.T, url, secret string, timeout time.Duration) *pager.Activities {
	t.Helper()
	client, err := pager.NewClient(pager.Config{URL: url, Secret: func() (string, error) { return secret, nil }, Timeout: timeout})
	require.NoError(t, err)
	return &pager.Activities{Client: client}
}

func page(key string) pager.PageOnCall {
	return pager.PageOnCall{
		Effect: activities.Effect{Key: key, First: true, Since: time.Now()}, Number: "SEC-42", Severity: "Sev2", Reason: pager.ReasonSilent,
		Text: "SEC-42 Sev2: 給与担当への不審なメール", Link: "https://jira.example/browse/SEC-42", At: time.Date(2026, 11, 22, 14, 32, 5, 7, time.UTC),
	}
}

// send runs the activity once, as a worker would.
func send(t *testing.T, a *pager.Activities, in pager.PageOnCall) (got pager.Paged, err error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	value, err := env.ExecuteActivity(a.PageOnCall, in)
	if err == nil {
		require.NoError(t, value.Get(&got))
	}
	return got, err
}

func TestPage(t *testing.T) {
	s, url := pagertest.Start(t, pagertest.Options{})
	a := connect(t, url, fake.PagerSecret)
	paged, err := send(t, a, page("req-1.reach.page.1"))
	require.NoError(t, err)
	require.Equal(t, 3, paged.People)
	_, err = send(t, a, page("req-1.reach.page.1"))
	require.NoError(t, err)
	_, err = send(t, a, page("req-2.reach.page.1"))
	require.NoError(t, err)

	pages := s.Pages()
	require.Len(t, pages, 2, "once per key")
	require.Equal(t, 2, pages[0].Deliveries)
	require.Equal(t, "SEC-42", pages[0].Number)
	require.Equal(t, "Sev2", pages[0].Severity)
	require.Equal(t, pager.ReasonSilent, pages[0].Reason)
	require.Equal(t, "SEC-42 Sev2: 給与担当への不審なメール", pages[0].Text)
	require.Equal(t, "2026-11-22T14:32:05Z", pages[0].At.Format(time.RFC3339Nano))
}

// A delivery whose answer is lost is made again, with the same key.
func TestLostAnswers(t *testing.T) {
	for mode, class := range map[string]activities.Class{
		"after": activities.Ambiguous, "drop": activities.Ambiguous, "before": activities.Ambiguous, "hang": activities.Ambiguous, "garbage": "",
	} {
		t.Run(mode, func(t *testing.T) {
			s, url := pagertest.Start(t, pagertest.Options{})
			a, struck := connect(t, url, fake.PagerSecret), connect(t, url, fake.PagerSecret)
			if mode == "hang" {
				struck = within(t, url, fake.PagerSecret, 2*time.Second)
			}
			require.NoError(t, s.Inject(fake.Fault{Match: "POST /pages", Mode: mode, Times: 1}))
			_, err := send(t, struck, page("k"))
			if class == "" {
				require.NoError(t, err, "what a receiver says beside its status is its own affair")
			} else {
				require.Equal(t, class, activities.FaultOf(err).Class, "%v", err)
				_, err = send(t, a, page("k"))
				require.NoError(t, err)
			}
			require.Len(t, s.Pages(), 1)
		})
	}
}

func TestRefusals(t *testing.T) {
	for status, class := range map[int]activities.Class{
		400: activities.Invalid, 401: activities.Credentials, 403: activities.Denied, 404: activities.NotFound, 410: activities.NotFound,
		422: activities.Invalid, 408: activities.Ambiguous, 429: activities.RateLimited, 500: activities.Ambiguous, 503: activities.Ambiguous, 302: activities.Invalid, 307: activities.Invalid,
	} {
		s, url := pagertest.Start(t, pagertest.Options{})
		require.NoError(t, s.Inject(fake.Fault{Match: "*", Mode: "status", Status: status, RetryAfter: 7}))
		_, err := send(t, connect(t, url, fake.PagerSecret), page("k"))
		f := activities.FaultOf(err)
		require.Equal(t, class, f.Class, "HTTP %d: %v", status, err)
		if class == activities.RateLimited {
			require.Equal(t, 7*time.Second, f.After)
		}
		require.Empty(t, s.Pages())
	}
}

func TestTheReceiverHasItAlready(t *testing.T) {
	s, url := pagertest.Start(t, pagertest.Options{})
	require.NoError(t, s.Inject(fake.Fault{Match: "*", Mode: "status", Status: http.StatusConflict}))
	_, err := send(t, connect(t, url, fake.PagerSecret), page("k"))
	require.NoError(t, err)
}

// A success at another address would not be a page.
func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		here := httptest.NewServer(http.RedirectHandler(other.URL, status))
		_, err := send(t, connect(t, here.URL, "secret"), page("k"))
		here.Close()
		require.Equal(t, activities.Invalid, activities.FaultOf(err).Class)
		require.NotContains(t, err.Error(), other.URL)
	}
	require.Zero(t, elsewhere)
}

func TestNobodyListens(t *testing.T) {
	_, err := send(t, connect(t, "http://127.0.0.1:1/secret-path", "secret"), page("k"))
	require.Equal(t, activities.Unavailable, activities.FaultOf(err).Class)
	require.NotContains(t, err.Error(), "secret-path", "an address may hold a secret")
}

func TestAForgedPage(t *testing.T) {
	s, url := pagertest.Start(t, pagertest.Options{})
	_, err := send(t, connect(t, url, "another secret"), page("k"))
	require.Equal(t, activities.Credentials, activities.FaultOf(err).Class)
	require.Empty(t, s.Pages())
}

// The signature is what Standard Webhooks asks for: the example of its specification.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#symmetric
func TestSignature(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	require.NoError(t, err)
	got := pager.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
}

func TestSecrets(t *testing.T) {
	ask := func(secret string) error {
		_, err := pager.NewClient(pager.Config{URL: "https://pager.example", Secret: func() (string, error) { return secret, nil }})
		return err
	}
	require.NoError(t, ask("plain"))
	require.NoError(t, ask("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
	require.ErrorContains(t, ask("whsec_?"), "PAGER_SECRET")

	var head http.Header
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer receiver.Close()
	_, err := send(t, connect(t, receiver.URL, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), page("k"))
	require.NoError(t, err)
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	require.NoError(t, err)
	require.Equal(t, pager.Sign(key, "k", head.Get("Webhook-Timestamp"), body), head.Get("Webhook-Signature"))
	require.Equal(t, "k", head.Get("Idempotency-Key"))
	require.True(t, json.Valid(body))
	require.False(t, strings.Contains(string(body), "whsec"))
}

func TestNoPagerIsConfigured(t *testing.T) {
	_, err := send(t, &pager.Activities{}, page("k"))
	require.Equal(t, activities.Invalid, activities.FaultOf(err).Class)
	_, err = pager.NewClient(pager.Config{URL: "pager.example", Secret: func() (string, error) { return "x", nil }})
	require.ErrorContains(t, err, "pager.url")
}
