package cases

import (
	"strings"
	"testing"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// Whoever may not see a case does not learn by taking over its ticket or its channel that there is one, and the case
// hears of it. Whoever is in its channel may know.
func TestTakingOverWhatIsACasesTellsNobodyOfIt(t *testing.T) {
	for _, tt := range []struct {
		by         incident.By
		want, inJA string
		turned     int
	}{
		{incident.By{Who: "U9", Door: incident.DoorSlack}, "cannot be taken over: it is not there, the app may not see it, or", "は取り込めません", 1},
		{incident.By{Who: "U9", Door: incident.DoorSlack, Channel: "C0CASE001"}, "belongs to case SEC-1 already", "すでに事案 SEC-1 のものです", 0},
	} {
		c, o := newOffice(t, incident.AudienceRestricted, workflows.Answer{})
		who := asking{settings.Viewer{SlackUser: tt.by.Who}, tt.by}
		for what, err := range map[string]error{
			"チケット SEC-1": c.freeTicket(t.Context(), "SEC-1", "SEC", who), "チャンネル C0CASE001": c.freeChannel(t.Context(), "C0CASE001", who),
		} {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s by %+v: %v, want %q", what, tt.by, err, tt.want)
				continue
			}
			if ja := notice.Translated("ja", err.(*BadField).Refusal.Message); !strings.Contains(ja, what) || !strings.Contains(ja, tt.inJA) {
				t.Errorf("in Japanese: %s", ja)
			}
		}
		c.turned.wait()
		if len(o.turned) != tt.turned {
			t.Errorf("by %+v: the case was told %d times", tt.by, len(o.turned))
		}
	}
}
