package sheets_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/sheets"
	"hikeshi/activities/sheets/sheetstest"
)

// run runs an activity as a worker does: through the data converter, with heartbeats.
func run(acts any, options ...func(*testsuite.TestActivityEnvironment)) func(activity, in, out any) error {
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
func newActivities(t *testing.T, url string, change ...func(*sheets.Config)) *sheets.Activities {
	t.Helper()
	c := sheets.Config{Endpoint: url, NoRates: true}
	for _, f := range change {
		f(&c)
	}
	client, err := sheets.NewClient(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return &sheets.Activities{Client: client}
}

// raw are the official clients, to look at what the adapter has done.
type raw struct {
	drive  *drivesdk.Service
	sheets *sheetssdk.Service
	folder string
}

func newRaw(t *testing.T, folder string, drive, sheets []option.ClientOption) raw {
	t.Helper()
	d, err := drivesdk.NewService(context.Background(), drive...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sheetssdk.NewService(context.Background(), sheets...)
	if err != nil {
		t.Fatal(err)
	}
	return raw{d, s, folder}
}

// rawOnFake connects the official clients to a fake; token may be empty for the product's account.
func rawOnFake(t *testing.T, url, token string) raw {
	t.Helper()
	client := option.WithHTTPClient(as(token))
	return newRaw(t, drivetest.CasesFolder,
		[]option.ClientOption{client, option.WithEndpoint(url + "/drive/v3/")}, []option.ClientOption{client, option.WithEndpoint(url + "/")})
}

func (r raw) newSheet() (string, error) {
	f, err := r.drive.Files.Create(&drivesdk.File{
		Name: "contract", MimeType: "application/vnd.google-apps.spreadsheet", Parents: []string{r.folder},
	}).SupportsAllDrives(true).Do()
	if err != nil {
		return "", err
	}
	return f.Id, nil
}

// read returns cells as they were entered. Values.Get would show a formula and a text that looks like one alike.
func (r raw) read(sheet, cells string) ([][]string, error) {
	s, err := r.sheets.Spreadsheets.Get(sheet).Ranges(cells).Fields("sheets.data.rowData.values.userEnteredValue").Do()
	if err != nil {
		return nil, err
	}
	rows := [][]string{}
	for _, row := range s.Sheets[0].Data[0].RowData {
		texts := []string{}
		for _, cell := range row.Values {
			texts = append(texts, entered(cell.UserEnteredValue))
		}
		for len(texts) > 0 && texts[len(texts)-1] == "" {
			texts = texts[:len(texts)-1]
		}
		rows = append(rows, texts)
	}
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	return rows, nil
}

func entered(v *sheetssdk.ExtendedValue) string {
	switch {
	case v == nil:
		return ""
	case v.StringValue != nil:
		return *v.StringValue
	case v.FormulaValue != nil:
		return "formula " + *v.FormulaValue
	}
	return fmt.Sprintf("neither text nor formula: %+v", v)
}

func (r raw) titles(sheet string) ([]string, error) {
	s, err := r.sheets.Spreadsheets.Get(sheet).Do()
	if err != nil {
		return nil, err
	}
	var titles []string
	for _, tab := range s.Sheets {
		titles = append(titles, tab.Properties.Title)
	}
	return titles, nil
}

func contract(t *testing.T, acts *sheets.Activities, r raw) {
	target := sheetstest.Target{Activities: acts, Run: run(acts), NewSheet: r.newSheet, Read: r.read, Titles: r.titles}
	for _, check := range sheetstest.Contract() {
		t.Run(check.Name, func(t *testing.T) { check.Run(t, target) })
	}
}

func TestContractOnFake(t *testing.T) {
	d, _, url := sheetstest.Start(t, drivetest.Options{NameLag: time.Hour})
	d.LimitRates(false) // the checks together make more calls than a minute allows
	contract(t, newActivities(t, url), rawOnFake(t, url, ""))
}

func TestContractOnGoogle(t *testing.T) {
	file, folder := os.Getenv("GOOGLE_CONTRACT_CREDENTIALS"), os.Getenv("GOOGLE_CONTRACT_FOLDER")
	if file == "" || folder == "" {
		t.Skip("set GOOGLE_CONTRACT_CREDENTIALS (a service account's key file) and GOOGLE_CONTRACT_FOLDER (a folder id in a shared drive) to check the contract on Google itself")
	}
	credentials := []option.ClientOption{option.WithAuthCredentialsFile(option.ServiceAccount, file), option.WithScopes(drivesdk.DriveScope)}
	acts := newActivities(t, "", func(c *sheets.Config) { c.CredentialsFile, c.NoRates = file, false })
	contract(t, acts, newRaw(t, folder, credentials, credentials))
}
