package seal_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/seal"
)

// scribe is a Recorder whose seals say what it is told.
type scribe struct {
	text string
	news int
	err  error
	own  seal.Own
}

func (s *scribe) Seal(_ context.Context, in seal.Order, own seal.Own, beat func()) (seal.Made, error) {
	s.own = own
	beat()
	var files []seal.Content
	for _, kind := range []string{"json", "history.jsonl", "records.jsonl"} {
		files = append(files, seal.Content{Name: "seal-001." + kind, Mime: "application/json", Bytes: []byte(s.text + in.Branch + kind)})
	}
	return seal.Made{Files: files, Doc: s.text, Head: strings.Repeat("ab", 32), News: s.news, Runs: []seal.Run{{Workflow: in.Case, Run: "r", Through: 9}}}, s.err
}

func (s *scribe) Audit(_ context.Context, lang string, seals [][]byte) (lines, page []byte, err error) {
	for _, b := range seals {
		lines = append(lines, b...)
	}
	return lines, []byte("<html lang=" + lang + ">"), nil
}

// notary is an Authority.
type notary struct{ n int }

func (a *notary) Stamp(_ context.Context, head string) ([]byte, time.Time, error) {
	a.n++
	return []byte{0x30, byte(a.n)}, time.Unix(1, 0).UTC(), nil
}

func (a *notary) Check(token []byte, _ string) (time.Time, error) {
	if len(token) != 2 || token[0] != 0x30 {
		return time.Time{}, errors.New("it is no token")
	}
	return time.Unix(1, 0).UTC(), nil
}

// office is the activities over a fake Drive.
type office struct {
	*testing.T
	drive  *drivetest.Server
	client *drive.Client
	acts   *seal.Activities
	scribe *scribe
}

func open(t *testing.T) *office {
	t.Helper()
	d, url := drivetest.Start(t, drivetest.Options{})
	client, err := drive.NewClient(context.Background(), drive.Config{Endpoint: url, NoRates: true, SearchLag: time.Millisecond, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s := &scribe{text: "first ", news: 1}
	return &office{t, d, client, &seal.Activities{Recorder: s, Files: client, Authority: &notary{}}, s}
}

func (o *office) run(activity, in, out any) error {
	o.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(o.acts)
	env.RegisterActivity(&drive.Activities{Client: o.client})
	value, err := env.ExecuteActivity(activity, in)
	if err != nil {
		return err
	}
	return value.Get(out)
}

func (o *office) ids() []string {
	o.Helper()
	var ids drive.FileIDs
	if err := o.run((&drive.Activities{Client: o.client}).ReserveFileIDs, drive.ReserveFileIDs{Count: seal.PerSeal}, &ids); err != nil {
		o.Fatal(err)
	}
	return ids.IDs
}

func (o *office) order(ids []string) seal.SealHistory {
	return seal.SealHistory{
		Effect: activities.Effect{Key: "req-1.seal@1.history.0.1"}, Order: seal.Order{Case: "case/SEC-7", Seal: 1}, Folder: drivetest.EvidenceFolder, IDs: ids,
	}
}

func (o *office) seal(in seal.SealHistory) seal.Sealed {
	o.Helper()
	var out seal.Sealed
	if err := o.run(o.acts.SealHistory, in, &out); err != nil {
		o.Fatal(err)
	}
	return out
}

func (o *office) holds(id, want string) {
	o.Helper()
	if got, _ := o.drive.Content(id); string(got) != want {
		o.Errorf("the file holds %q, want %q", got, want)
	}
}

// A seal that is made twice has its files once; the same step may find more the second time.
func TestASealMadeTwice(t *testing.T) {
	o := open(t)
	in := o.order(o.ids())
	first := o.seal(in)
	if len(first.Files) != 3 || first.Head == "" || first.Runs[0].Through != 9 || o.scribe.own.Activity == "" {
		t.Fatalf("got %+v for %+v", first, o.scribe.own)
	}
	again := o.seal(in)
	if again.Files[0] != first.Files[0] || again.Taken {
		t.Errorf("got %+v, then %+v", first, again)
	}
	o.scribe.text = "more "
	o.seal(in)
	o.holds(in.IDs[2], "more records.jsonl")
}

func TestNothingToSeal(t *testing.T) {
	o := open(t)
	o.scribe.news = 0
	in := o.order(o.ids())
	in.IfNews = true
	if out := o.seal(in); !out.Nothing || len(out.Files) > 0 {
		t.Errorf("got %+v", out)
	}
	if _, there := o.drive.File(in.IDs[0]); there {
		t.Error("a file was made")
	}
}

// After a reset the same steps run again, with the same ids. What was sealed before must stay.
func TestABranchTakesNoOthersFiles(t *testing.T) {
	o := open(t)
	in := o.order(o.ids())
	o.seal(in)
	in.Branch = "0195b2c4"
	if out := o.seal(in); !out.Taken {
		t.Errorf("got %+v", out)
	}
	o.holds(in.IDs[0], "first json")
	in.Fresh = true
	if err := o.run(o.acts.SealHistory, in, new(seal.Sealed)); !activities.Is(err, activities.Invalid) {
		t.Errorf("fresh ids that are taken: %v", err)
	}
	in.IDs = o.ids()
	if out := o.seal(in); out.Taken || len(out.Files) != 3 {
		t.Errorf("got %+v", out)
	}
}

func TestWhatASealNeeds(t *testing.T) {
	o := open(t)
	if err := o.run(o.acts.SealHistory, o.order(nil), new(seal.Sealed)); !activities.Is(err, activities.Invalid) {
		t.Errorf("without ids: %v", err)
	}
	o.scribe.err = errors.New("the frontend is away")
	err := o.run(o.acts.SealHistory, o.order(o.ids()), new(seal.Sealed))
	if f := activities.FaultOf(err); f.Class != activities.Unavailable || f.System != "temporal" || !strings.Contains(f.Op, "case/SEC-7") {
		t.Errorf("Temporal is away: %+v", f)
	}
}

// Whatever happens to a call at Drive, the file is there once, whole, when the activity is tried again.
func TestASealAfterFaults(t *testing.T) {
	for _, mode := range []string{"before", "after", "drop", "garbage"} {
		for _, call := range []string{"POST /upload/drive/v3/files", "PUT /upload/drive/v3/files", "GET /drive/v3/files"} {
			t.Run(mode+" "+call, func(t *testing.T) {
				o := open(t)
				in := o.order(o.ids())
				if err := o.drive.Inject(fake.Fault{Match: call, Mode: mode, Times: 1}); err != nil {
					t.Fatal(err)
				}
				if err := o.run(o.acts.SealHistory, in, new(seal.Sealed)); err != nil && activities.FaultOf(err).Class.Final() {
					t.Fatalf("the fault is taken for final: %v", err)
				}
				o.seal(in)
				o.holds(in.IDs[1], "first history.jsonl")
			})
		}
	}
}

func TestStampSeal(t *testing.T) {
	o := open(t)
	in := seal.StampSeal{Effect: activities.Effect{Key: "req-1.seal@1.stamp.1"}, Seal: 1, Head: strings.Repeat("ab", 32), File: seal.File{ID: o.ids()[3], Name: "seal-001.tsr", Folder: drivetest.EvidenceFolder}}
	var first, again seal.Stamped
	if err := o.run(o.acts.StampSeal, in, &first); err != nil {
		t.Fatal(err)
	}
	if err := o.run(o.acts.StampSeal, in, &again); err != nil { // its answer was lost
		t.Fatal(err)
	}
	if again.SHA256 != first.SHA256 || again.File != first.File || !again.At.Equal(first.At) || string(again.Token) != string(first.Token) {
		t.Errorf("got %+v, then %+v", first, again)
	}
	o.holds(in.File.ID, string(first.Token))
	o.acts.Authority = nil
	err := o.run(o.acts.StampSeal, in, &first)
	if f := activities.FaultOf(err); f.Class != activities.Invalid || !strings.Contains(f.Hint, "audit.timestamp_url") {
		t.Errorf("without an authority: %v", err)
	}
}

// A reset to before a timestamp was there has it made again. The one that is there stays: a seal of the branch that was
// given up may name it. What is no timestamp is replaced.
func TestATimestampStays(t *testing.T) {
	o := open(t)
	in := seal.StampSeal{Effect: activities.Effect{Key: "req-1.seal@1.stamp.1", First: true}, Seal: 1, Head: strings.Repeat("ab", 32), File: seal.File{ID: o.ids()[3], Name: "seal-001.tsr", Folder: drivetest.EvidenceFolder}}
	var first, again seal.Stamped
	if err := o.run(o.acts.StampSeal, in, &first); err != nil {
		t.Fatal(err)
	}
	in.Run = "the run that was given up"
	if err := o.run(o.acts.StampSeal, in, &again); err != nil {
		t.Fatal(err)
	}
	if again.SHA256 != first.SHA256 {
		t.Errorf("got %+v, then %+v", first, again)
	}
	o.acts.Authority = &notary{n: 0x30}
	if err := o.run(o.acts.StampSeal, in, &again); err != nil || again.SHA256 != first.SHA256 {
		t.Errorf("got %+v: %v", again, err)
	}
}

// A reset while a seal was being made has the order carried out once more, in another run. Its branch is not the order's:
// the files of the run that was given up must stay as its witnesses know them.
func TestAnOrderOfBeforeAReset(t *testing.T) {
	o := open(t)
	in := o.order(o.ids())
	o.seal(in)
	in.Run, o.scribe.text = "the run that was given up", "more "
	for _, fresh := range []bool{false, true} {
		in.Fresh = fresh
		if out := o.seal(in); !out.Taken {
			t.Errorf("got %+v", out)
		}
	}
	o.holds(in.IDs[0], "first json")
}

func TestExportAudit(t *testing.T) {
	o := open(t)
	made := o.seal(o.order(o.ids()))
	ids := o.ids()
	in := seal.ExportAudit{
		Effect: activities.Effect{Key: "req-1.archive@1.audit.1"}, Language: "ja", Records: []seal.Artifact{made.Files[2], made.Files[2]},
		Lines: seal.File{ID: ids[0], Name: "audit.jsonl", Folder: drivetest.EvidenceFolder, Key: "k1"}, Page: seal.File{ID: ids[1], Name: "audit.html", Folder: drivetest.EvidenceFolder, Key: "k2"},
	}
	var out seal.Audited
	if err := o.run(o.acts.ExportAudit, in, &out); err != nil {
		t.Fatal(err)
	}
	o.holds(ids[0], "first records.jsonlfirst records.jsonl")
	o.holds(ids[1], "<html lang=ja>")
	in.Records[1].SHA256 = strings.Repeat("0", 64)
	err := o.run(o.acts.ExportAudit, in, &out)
	if f := activities.FaultOf(err); f.Class != activities.Invalid || !strings.Contains(f.Cause, "somebody has changed it") {
		t.Errorf("a file that was changed: %v", err)
	}
}
