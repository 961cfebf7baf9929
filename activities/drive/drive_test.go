package drive_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
)

// run runs an activity as a worker does: through the data converter, with heartbeats.
func run(acts *drive.Activities, options ...func(*testsuite.TestActivityEnvironment)) func(activity, in, out any) error {
	return func(activity, in, out any) error {
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
		env := suite.NewTestActivityEnvironment()
		env.RegisterActivity(acts)
		for _, o := range options {
			o(env)
		}
		var args []any
		if in != nil {
			args = append(args, in)
		}
		value, err := env.ExecuteActivity(activity, args...)
		if err != nil || out == nil {
			return err
		}
		return value.Get(out)
	}
}

// newActivities connects the activities to a fake.
func newActivities(t *testing.T, url string, change ...func(*drive.Config)) *drive.Activities {
	t.Helper()
	c := drive.Config{Endpoint: url, NoRates: true, SearchLag: time.Millisecond}
	for _, f := range change {
		f(&c)
	}
	client, err := drive.NewClient(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return &drive.Activities{Client: client}
}

func TestContractOnFake(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{NameLag: time.Hour}) // nothing may depend on searching by name
	acts := newActivities(t, url)
	target := drivetest.Target{Activities: acts, Run: run(acts), Folder: drivetest.CasesFolder, Person: "kenji@acme.example"}
	for _, check := range drivetest.Contract() {
		t.Run(check.Name, func(t *testing.T) { check.Run(t, target) })
	}
}

func TestContractOnGoogle(t *testing.T) {
	file, folder := os.Getenv("GOOGLE_CONTRACT_CREDENTIALS"), os.Getenv("GOOGLE_CONTRACT_FOLDER")
	person := os.Getenv("GOOGLE_CONTRACT_PERSON")
	if file == "" || folder == "" || person == "" {
		t.Skip("set GOOGLE_CONTRACT_CREDENTIALS (a service account's key file), GOOGLE_CONTRACT_FOLDER (a folder id in a shared drive) and GOOGLE_CONTRACT_PERSON (an address to share with) to check the contract on Google itself")
	}
	acts := newActivities(t, "", func(c *drive.Config) { c.CredentialsFile, c.NoRates, c.SearchLag = file, false, 0 })
	target := drivetest.Target{Activities: acts, Run: run(acts), Folder: folder, Person: person}
	for _, check := range drivetest.Contract() {
		t.Run(check.Name, func(t *testing.T) { check.Run(t, target) })
	}
}
