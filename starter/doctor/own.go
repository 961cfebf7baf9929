package doctor

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/wire"
)

func (a *area) configuration(context.Context) {
	a.ok("file", "the configuration is understood: cases in project %s, language %s, audience %s unless said otherwise",
		a.cfg.Jira.Project, a.cfg.Language, a.cfg.DefaultAudience)
	if a.cfg.Slack.Operators == "" {
		a.warn("operators", "set slack.operators_channel", "there is no operators' channel: nobody hears of what is stuck in all cases, or was done without a verified identity")
	}
	if a.cfg.Jira.DrillProject == "" {
		a.warn("drills", "set jira.drill_project", "there is no project for drills: they are refused, so people cannot practise")
	}
	if a.cfg.ForceLookUp {
		a.warn("force_look_up", "set it to false when the cases have caught up", "every write is looked for before it is made: right after a restore of Temporal, slow otherwise")
	}
	if !*a.cfg.VendorLimits {
		a.warn("vendor_limits", "set it to true", "calls are not held within the vendors' limits: they will refuse some")
	}
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "JIRA_TOKEN", "PAGER_SECRET"} {
		if file := a.cfg.Getenv(name + "_FILE"); file != "" {
			a.private(name+"_FILE", file)
		}
	}
	if file := a.cfg.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); file != "" {
		a.private("GOOGLE_APPLICATION_CREDENTIALS", file)
	}
}

// private warns of a secret that other users of the machine can read.
func (a *area) private(check, file string) {
	if at, err := os.Stat(file); err == nil && at.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		a.warn(check, "chmod 600 "+file, "others on this machine can read %s (%s)", file, at.Mode().Perm())
	}
}

func (a *area) keys(context.Context) {
	a.keyRing()
	a.signing()
}

func (a *area) keyRing() {
	if a.cfg.KeyRing == "" {
		a.mend("key ring", "set key_ring to the file with the payload keys; worker and starter need the same", "none is configured")
		return
	}
	ring, err := wire.LoadKeyRing(a.cfg.KeyRing)
	if err != nil {
		a.mend("key ring", "put the key file there, from its safe place", "%v", err)
		return
	}
	a.ok("key ring", "new payloads are encrypted with the key %s", ring.Active())
	a.private("key ring", a.cfg.KeyRing)
}

// signing looks whether workers believe what this gateway signs.
func (a *area) signing() {
	const check, steps = "gateway's signing key", "name a file in gateway.signing_key, run `starter setup`, and put the public key that it prints into gateway.public_keys, for the workers too"
	file, public := a.cfg.Gateway.SigningKey, a.cfg.GatewayKeys()
	switch {
	case file == "" && len(public) == 0:
		a.warn(check, steps, "there is none: whoever can write to Temporal can act as anybody in Slack")
		return
	case file == "":
		a.unchecked(check, "workers believe what is signed with one of %d keys (%s); this machine has none, which is right where no `starter serve` runs: run doctor where it does",
			len(public), keyIDs(public))
		return
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && len(public) > 0 {
		a.mend(check, "copy the key there from the other gateway; or run `starter setup`, which makes one, and add the public key that it prints to gateway.public_keys, for the workers too",
			"%s is not there, and workers believe only what is signed (%s): `starter serve` does not start", file, keyIDs(public))
		return
	}
	key, err := a.cfg.SigningKey()
	if err != nil {
		a.mend(check, "do what it says, and restart the workers where gateway.public_keys changes; as it is `starter serve` does not start", "%v", err)
		return
	}
	a.ok(check, "workers with this configuration believe what it signs (key %s)", incident.KeyID(key.Public().(ed25519.PublicKey)))
	a.private(check, file)
}

func keyIDs(keys []incident.Key) string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID())
	}
	return strings.Join(ids, ", ")
}

// quoted lists names for people.
func quoted(names []string) string {
	var list []string
	for _, n := range names {
		list = append(list, fmt.Sprintf("%q", n))
	}
	return strings.Join(list, ", ")
}

// distinct keeps the first of equal names, and no empty ones.
func distinct(names ...string) (list []string) {
	for _, n := range names {
		if n != "" && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}
