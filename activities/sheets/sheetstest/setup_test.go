package sheetstest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/google/discovery"
	"hikeshi/activities/sheets/sheetstest"
)

// world is both fakes with one sheet in the folder of Acme, and the official clients of three people.
type world struct {
	t     *testing.T
	drive *drivetest.Server
	fake  *sheetstest.Server
	url   string
	files *drive.Service
	id    string
	ours  *sheets.SpreadsheetsService
	aoi   *sheets.SpreadsheetsService // a contributor
	kenji *sheets.SpreadsheetsService // a reader
	lena  *sheets.SpreadsheetsService // of another company
}

// start opens the fakes. Where Google's descriptions are at hand, all of their traffic is checked against them.
func start(t *testing.T, o drivetest.Options) *world {
	t.Helper()
	d, s, url := sheetstest.Start(t, o)
	d.LimitRates(false)
	specs, err := discovery.LoadSpecs()
	noError(t, err)
	if specs != nil {
		handler, _ := specs.Watch(d, t.Errorf)
		web := httptest.NewServer(handler)
		t.Cleanup(web.Close)
		url = web.URL
	}
	w := &world{t: t, drive: d, fake: s, url: url}
	w.files, err = drive.NewService(context.Background(), option.WithEndpoint(url+"/drive/v3/"), option.WithHTTPClient(http.DefaultClient))
	noError(t, err)
	w.ours, w.aoi, w.kenji, w.lena = w.as(""), w.as("aoi"), w.as("kenji"), w.as("lena")
	f, err := w.files.Files.Create(&drive.File{Name: "Board", MimeType: drivetest.SheetType, Parents: []string{drivetest.AcmeFolder}}).
		SupportsAllDrives(true).Do()
	noError(t, err)
	w.id = f.Id
	return w
}

func (w *world) as(name string) *sheets.SpreadsheetsService {
	w.t.Helper()
	client := http.DefaultClient
	for _, p := range fake.Cast() {
		if p.Name == name {
			client = &http.Client{Transport: bearer(fake.GoogleUserToken(p))}
		}
	}
	s, err := sheets.NewService(context.Background(), option.WithEndpoint(w.url+"/"), option.WithHTTPClient(client))
	noError(w.t, err)
	return s.Spreadsheets
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// batch applies requests as somebody.
func (w *world) batch(who *sheets.SpreadsheetsService, requests ...*sheets.Request) error {
	_, err := who.BatchUpdate(w.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	return err
}

// put writes rows as they are, from A1 of the tab on.
func (w *world) put(who *sheets.SpreadsheetsService, cells string, rows ...[]any) error {
	_, err := who.Values.Update(w.id, cells, &sheets.ValueRange{Values: rows}).ValueInputOption("RAW").Do()
	return err
}

// shows compares a tab with rows whose cells are joined with "|".
func (w *world) shows(tab int64, want ...string) {
	w.t.Helper()
	var got []string
	for _, row := range w.fake.Grid(w.id, tab) {
		got = append(got, strings.Join(row, "|"))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("tab %d shows %q, want %q", tab, got, want)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError checks an error of Sheets: its status and part of its message.
func wantError(t *testing.T, err error, code int, part string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, part) {
		t.Errorf("got %v, want %d with %q", err, code, part)
	}
}

// post sends a body by hand and returns the status and the answer.
func (w *world) post(path, body string) (string, error) {
	r, err := http.Post(w.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	answer, err := io.ReadAll(r.Body)
	return r.Status + " " + string(answer), errors.Join(err, r.Body.Close())
}
