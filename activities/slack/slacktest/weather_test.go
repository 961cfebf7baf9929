package slacktest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// heardIn says what somebody says so many times in that weather, and returns what the gateway hears of it until a last
// word on a fine day. A channel's events come in their order, so nothing comes after that but those that are late: then as
// many as that are waited for.
func heardIn(t *testing.T, weather string, times, late int) (heard []string) {
	t.Helper()
	var mu sync.Mutex
	list := func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(heard) }
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e struct {
			Event struct{ Text string }
		}
		_ = json.NewDecoder(r.Body).Decode(&e) // another kind of event has no text
		if e.Event.Text != "" {
			mu.Lock()
			heard = append(heard, e.Event.Text)
			mu.Unlock()
		}
	}))
	t.Cleanup(gateway.Close)
	_, api := slacktest.Start(t, slacktest.Options{EventsURL: gateway.URL, Patience: patience})
	control := strings.TrimSuffix(api, "/api/") + "/_control/"
	post := func(deed, body string) {
		resp, err := http.Post(control+deed, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Less(t, resp.StatusCode, 300)
	}
	post("weather", weather)
	for n := range times {
		post("message", fmt.Sprintf(`{"user":"aoi","channel":"general","text":"%03d"}`, n))
	}
	post("weather", `{}`)
	post("message", `{"user":"aoi","channel":"general","text":"last"}`)
	require.Eventually(t, func() bool { all := list(); return slices.Contains(all, "last") && len(all) > late }, patience, 10*time.Millisecond)
	return slices.DeleteFunc(list(), func(text string) bool { return text == "last" })
}

func TestAFineDay(t *testing.T) {
	heard := heardIn(t, `{}`, 20, 0)
	require.Len(t, heard, 20)
	require.True(t, slices.IsSorted(heard))
}

func TestEventsAreLostRepeatedAndLate(t *testing.T) {
	require.Empty(t, heardIn(t, `{"drop":100}`, 5, 0))
	require.Len(t, heardIn(t, `{"repeat":100}`, 5, 0), 10)
	late := heardIn(t, `{"delay":50,"delay_ms":100,"seed":1}`, 40, 40)
	require.Len(t, late, 40)
	require.False(t, slices.IsSorted(late), "some overtake others")
}

func TestTheSameSeedIsTheSameWeather(t *testing.T) {
	lost := func() []string { return heardIn(t, `{"drop":50,"seed":7}`, 30, 0) }
	require.Equal(t, lost(), lost())
}

func TestWeatherIsChecked(t *testing.T) {
	s, _ := slacktest.Start(t, slacktest.Options{SigningSecret: fake.SlackSigningSecret})
	for _, w := range []slacktest.Weather{{Drop: 101}, {Repeat: -1}, {Delay: 1}, {DelayMS: -1}} {
		require.Error(t, s.Change(w))
	}
}
