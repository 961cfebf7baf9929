package wire_test

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/workflows/wire"
)

func TestDataConverterEncrypts(t *testing.T) {
	type report struct{ Title string }
	dc := wire.DataConverter(testRing(t))
	sealed, err := dc.ToPayloads(report{"phishing at payroll"}, nil, []byte("raw"))
	if err != nil {
		t.Fatal(err)
	}
	if text := protojson.Format(sealed); strings.Contains(text, "phishing") || strings.Contains(text, "json/plain") {
		t.Errorf("plain text in %s", text)
	}
	var got report
	var none *report
	var raw []byte
	if err := dc.FromPayloads(sealed, &got, &none, &raw); err != nil {
		t.Fatal(err)
	}
	if got.Title != "phishing at payroll" || none != nil || string(raw) != "raw" {
		t.Errorf("got %v, %v, %q", got, none, raw)
	}
}

func TestDataConverterPassesTheContextOn(t *testing.T) {
	dc := converter.WithDataConverterSerializationContext(wire.DataConverter(testRing(t)),
		converter.WorkflowSerializationContext{WorkflowID: "case/SEC-9"})
	sealed, err := dc.ToPayload("x")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(sealed.Metadata["encryption-workflow"]); got != "case/SEC-9" {
		t.Errorf("bound to %q, want case/SEC-9", got)
	}
}

func TestDataConverterWithholdsWhatItCannotConvert(t *testing.T) {
	dc := wire.DataConverter(testRing(t))
	if p, err := dc.ToPayload(math.NaN()); err == nil || p != nil {
		t.Errorf("ToPayload: got %v, %v; want no payload and an error", p, err)
	}
	bad := converter.NewRawValue(&commonpb.Payload{Metadata: map[string][]byte{"\xff": nil}, Data: []byte("secret")})
	if p, err := dc.ToPayload(bad); err == nil || p != nil {
		t.Errorf("ToPayload, encryption fails: got %v, %v; want no payload and an error", p, err)
	}
	if p, err := dc.ToPayloads("good", bad); err == nil || p != nil {
		t.Errorf("ToPayloads: got %v, %v; want no payload and an error", p, err)
	}
}

func TestFailureConverterHidesMessageAndStack(t *testing.T) {
	fc := wire.FailureConverter(wire.DataConverter(testRing(t)))
	cause := errors.New("payroll's mailbox is open")
	failure := fc.ErrorToFailure(temporal.NewApplicationErrorWithOptions("channel sec-42-payroll: name taken", "Invalid",
		temporal.ApplicationErrorOptions{Cause: cause, Details: []any{"payroll detail"}}))
	if text := protojson.Format(failure); strings.Contains(text, "payroll") {
		t.Errorf("plain text in %s", text)
	}
	err := fc.FailureToError(failure)
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Message() != "channel sec-42-payroll: name taken" || app.Type() != "Invalid" {
		t.Errorf("got %v back", err)
	}
	if !strings.Contains(err.Error(), "payroll's mailbox is open") {
		t.Errorf("the cause got lost: %v", err)
	}
}

// The payloads in testdata were sealed when the format was made. They must open for ever.
func TestGoldenPayloadsStillOpen(t *testing.T) {
	text, err := os.ReadFile("testdata/sealed.json")
	if err != nil {
		t.Fatal(err)
	}
	var sealed commonpb.Payloads
	if err := protojson.Unmarshal(text, &sealed); err != nil {
		t.Fatal(err)
	}
	var short, long, bound string
	if err := wire.DataConverter(testRing(t)).FromPayloads(&sealed, &short, &long, &bound); err != nil {
		t.Fatal(err)
	}
	if short != "short" || long != strings.Repeat("long ", 40) || bound != "bound" {
		t.Errorf("got %q, %q, %q", short, long, bound)
	}
}
