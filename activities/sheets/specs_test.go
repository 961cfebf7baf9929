package sheets_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/internal/google/discovery"
	"hikeshi/activities/sheets/sheetstest"
)

// The traffic of both adapters with the fakes must be as Google describes its services.
func TestTrafficMatchesSpecs(t *testing.T) {
	specs, err := discovery.LoadSpecs()
	noError(t, err)
	if specs == nil {
		t.Skipf("set %s to the folder with Google's Discovery documents to check the traffic of the adapters against them", discovery.SpecsVariable)
	}
	d, _, _ := sheetstest.Start(t, drivetest.Options{})
	d.LimitRates(false)
	watched, checked := specs.Watch(d, t.Errorf)
	web := httptest.NewServer(watched)
	defer web.Close()

	client, err := drive.NewClient(t.Context(), drive.Config{Endpoint: web.URL, NoRates: true, SearchLag: time.Millisecond})
	noError(t, err)
	files := &drive.Activities{Client: client}
	target := drivetest.Target{Activities: files, Run: run(files), Folder: drivetest.CasesFolder, Person: "kenji@acme.example"}
	for _, check := range drivetest.Contract() {
		t.Run("drive: "+check.Name, func(t *testing.T) { check.Run(t, target) })
	}
	contract(t, newActivities(t, web.URL), rawOnFake(t, web.URL, ""))
	if n := checked(); n < 50 {
		t.Errorf("only %d calls were checked: the adapters did not come through", n)
	}
}
