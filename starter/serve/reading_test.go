package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// Whoever the rules have turned away stands in the ledger, also when the gateway ends right after.
func TestTurnedAwayIsRecordedBeforeTheEnd(t *testing.T) {
	dir := t.TempDir()
	file, book := filepath.Join(dir, "hikeshi.yaml"), filepath.Join(dir, "ledger.jsonl")
	if _, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml")); err != nil {
		t.Fatal(err)
	}
	text := "key_ring: keys.yaml\njira: {project: SEC}\naudiences: {group: {folder: f}}\naudit: {ledger: ledger.jsonl}\nenvironment: {TEMPORAL_ADDRESS: '127.0.0.1:1'}\n" +
		"rules: [{verbs: [list], groups: [S0CSIRT01]}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := settings.Load(file, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	desk, err := cases.Lazy(config, "gateway")
	if err != nil {
		t.Fatal(err)
	}
	if err := reading(t.Context(), config, desk)(incident.VerbList, incident.By{Who: "U9", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}, false); err == nil {
		t.Fatal("the rule lets them read")
	}
	desk.Close()
	if kept, err := os.ReadFile(book); err != nil || !strings.Contains(string(kept), `"act":"list refused"`) {
		t.Errorf("the ledger holds %q (%v)", kept, err)
	}
}
