package drivetest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/google/discovery"
)

// start opens a fake. Where Google's descriptions are at hand, all of its traffic is checked against them.
func start(t *testing.T, o drivetest.Options) (*drivetest.Server, string) {
	t.Helper()
	d, url := drivetest.Start(t, o)
	return d, watched(t, d, url)
}

func watched(t *testing.T, d *drivetest.Server, url string) string {
	t.Helper()
	specs, err := discovery.LoadSpecs()
	noError(t, err)
	if specs == nil {
		return url
	}
	handler, _ := specs.Watch(d, t.Errorf)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return web.URL
}

// as connects the official client for a person of the cast; "" is the product's account.
func as(t *testing.T, url, name string) *drive.Service {
	t.Helper()
	s, err := drive.NewService(context.Background(), option.WithEndpoint(url+"/drive/v3/"), option.WithHTTPClient(client(name)))
	noError(t, err)
	return s
}

func client(name string) *http.Client {
	for _, p := range fake.Cast() {
		if p.Name == name {
			return &http.Client{Transport: bearer(fake.GoogleUserToken(p))}
		}
	}
	return http.DefaultClient
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// folder makes a folder as the caller and returns its id.
func folder(t *testing.T, s *drive.Service, name, parent string) string {
	t.Helper()
	return create(t, s, &drive.File{Name: name, MimeType: drivetest.FolderType, Parents: []string{parent}}).Id
}

func create(t *testing.T, s *drive.Service, f *drive.File) *drive.File {
	t.Helper()
	made, err := s.Files.Create(f).SupportsAllDrives(true).Fields("*").Do()
	noError(t, err)
	return made
}

func get(t *testing.T, s *drive.Service, id string) *drive.File {
	t.Helper()
	f, err := s.Files.Get(id).SupportsAllDrives(true).Fields("*").Do()
	noError(t, err)
	return f
}

// find returns the names that a search finds, joined.
func find(t *testing.T, s *drive.Service, q string) string {
	t.Helper()
	l, err := s.Files.List().Q(q).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).OrderBy("name").Do()
	noError(t, err)
	var names []string
	for _, f := range l.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantReason checks an error of Drive: its status and reason.
func wantReason(t *testing.T, err error, code int, reason string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Code != code || len(e.Errors) != 1 || e.Errors[0].Reason != reason {
		t.Errorf("got %v, want %d %s", err, code, reason)
	}
}
