package mask_test

import (
	"strings"
	"testing"

	"hikeshi/activities/mask"
)

// The secrets are put together here, so that no scanner takes this file for a leak.
func join(parts ...string) string { return strings.Join(parts, "") }

func TestMask(t *testing.T) {
	m := masker(t)
	hex40 := "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	key := join("-----BEGIN RSA PRIVATE ", "KEY-----\nMIIEpAIBAAKCAQEAx1x2x3x4x5\nabcdefghijklmnop0123456789==\n-----END RSA PRIVATE ", "KEY-----")
	for _, c := range []struct{ text, want string }{
		{"use " + join("AKIA", "IOSFODNN7EXAMPLE") + " for it", "use [masked: AWS key id] for it"},
		{"aws_secret_access_key = " + hex40, "aws_secret_access_key = [masked: AWS secret]"},
		{join("AKIA", "IOSFODNN7EXAMPLE") + " / " + hex40, "[masked: AWS key id] / [masked: AWS secret]"},
		{"bot: " + join("xoxb", "-123456789012-abcDEF123") + ".", "bot: [masked: Slack token]."},
		{join("xoxe.", "xoxp", "-1-Mi0yLTEyMzQ1Njc4OTA"), "[masked: Slack token]"},
		{join("xapp", "-1-A0123-456-abcdef"), "[masked: Slack token]"},
		{"https://hooks." + "slack.com/services/T0000/B0000/XXXXXXXXXXXX", "https://hooks." + "slack.com/services/[masked: Slack webhook]"},
		{join("ghp", "_16C7e42F292c6912E7710c838347Ae178B4a") + "です", "[masked: GitHub token]です"},
		{join("github", "_pat_11ABCDEFG0123456789_abcdefghij"), "[masked: GitHub token]"},
		{"漏れた鍵 " + join("AI", "zaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI"), "漏れた鍵 [masked: Google key]"},
		{"see\n" + key + "\nthat was it", "see\n[masked: private key]\nthat was it"},
		{strings.ReplaceAll(key, "\n", `\n`), "[masked: private key]"},
		{key[:80] + " and so on", "[masked: private key] and so on"},
		{join("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0", ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"), "[masked: JWT]"},
		{"password: hunter2", "password: [masked: password]"},
		{"Password=hunter2,really;yes next", "Password=[masked: password] next"},
		{`{"db_password": "two words", "user": "sa"}`, `{"db_password": [masked: password], "user": "sa"}`},
		{`{"password":"a\"b c"}`, `{"password":[masked: password]}`},
		{"パスワード：ひみつ123、以上", "パスワード：[masked: password]、以上"},
		{"パスワードは hunter2 でした", "パスワードは [masked: password] でした"},
		{"暗証番号は 4821 です", "暗証番号は [masked: password] です"},
		{"暗証番号＝１２３４", "暗証番号＝[masked: password]"},
		{"MYSQL_PWD=x", "MYSQL_PWD=[masked: password]"},
		{"api_key: 9f8e7d6c5b4a3210", "api_key: [masked: secret]"},
		{"postgres://app:s3cr@t@db.example.jp/x", "postgres://app:[masked: URL password]@db.example.jp/x"},
		{"Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [masked: authorization]"},
		{"curl -H 'Bearer abcdef0123456789xyz'", "curl -H 'Bearer [masked: authorization]'"},
		{"card 4111 1111 1111 1111 exp 12/29", "card [masked: card number] exp 12/29"},
		{"番号4111-1111-1111-1111です", "番号[masked: card number]です"},
		{"４１１１　１１１１　１１１１　１１１１", "[masked: card number]"},
		{"4111111111111111 5555555555554444", "[masked: card number] [masked: card number]"},
		{"3782 822463 10005", "[masked: card number]"},
		{"4111111111111111 123 Main Street", "[masked: card number] 123 Main Street"},
		{"password: x password: y", "password: [masked: password] password: [masked: password]"},
	} {
		got, n := m.Mask(c.text)
		if got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.text, got, c.want)
		}
		if marks := strings.Count(c.want, "[masked: "); n != marks {
			t.Errorf("%q: %d secrets, want %d", c.text, n, marks)
		}
	}
}

func TestOrdinaryTalkStays(t *testing.T) {
	m := masker(t)
	for _, text := range []string{
		"",
		"sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of invoice.exe",
		"md5: d41d8cd98f00b204e9800998ecf8427e, sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"1111111111111111111111111111111111111111",
		"10.0.0.1, 192.168.100.200:8443 and 2001:db8::ff00:42:8329",
		"https://example.com/path?q=1&id=4242424242#top http://proxy.example.jp:8080/@user ftp://files.example.jp",
		"C:\\Users\\aoi\\AppData\\Local\\Temp /usr/share/doc/package/README.gz",
		"CSIRT-42, SEC-1234 and P-20261122-7K3F",
		"1732543264.000100 1700000000000 2026-11-25T13:54:24Z +81-3-1234-5678 0120-444-444",
		"550e8400-e29b-41d4-a716-446655440000",
		"aoi.sato@example.co.jp, @here, #csirt-42",
		"the password was leaked; reset all passwords, please",
		"パスワードは変更済みです。パスワードをリセットしてください",
		"パスワードは 09:12 に入力され、パスワードは 2026/11/25 に変更、パスワードは 203.0.113.77 から送信",
		"token: revoked, secret: none",
		"password: ??? パスワード：…",
		"order 1234567812345670 and 4111111111111112", // no network, no check digit
		"the bearer of bad news, basic authentication",
		"git clone git@github.com:org/repo.git",
		"[masked: password] [masked: AWS key id]",
		"-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
	} {
		if got, n := m.Mask(text); got != text || n != 0 {
			t.Errorf("%q became %q (%d)", text, got, n)
		}
	}
}

func TestConfiguredPatterns(t *testing.T) {
	m, err := mask.New([]string{`KEY-(\d+)`, `社外秘\S*`})
	if err != nil {
		t.Fatal(err)
	}
	if got, n := m.Mask("KEY-123 社外秘だよ x"); got != "[masked: configured] [masked: configured] x" || n != 2 {
		t.Errorf("%q (%d)", got, n)
	}
	for _, bad := range []string{"(", "a*", "", "x|"} {
		if _, err := mask.New([]string{`fine`, bad}); err == nil || !strings.Contains(err.Error(), "pattern 2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	words, _ := mask.New([]string{`\b`, `(?i)masked`})
	if got, n := words.Mask("masked or not"); got != "[masked: configured] or not" || n != 1 {
		t.Errorf("%q (%d)", got, n)
	}
}

// Nobody hides a secret in a mark of their own.
func TestForgedMark(t *testing.T) {
	m := masker(t)
	if got, _ := m.Mask("[masked: " + join("xoxb", "-123456789012-abc") + "]"); got != "[masked: [masked: Slack token]]" {
		t.Errorf("%q", got)
	}
}

func FuzzMask(f *testing.F) {
	m := masker(f)
	for _, seed := range []string{"password: x", "password: [masked: password]", "4111 1111 1111 1111", "https://a:b@c:d@e", "パスワードは[masked: JWT]abcd",
		join("xoxb", "-1234567890-") + join("AKIA", "IOSFODNN7EXAMPLE"), "\xff\x00password=\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, n := m.Mask(text)
		twice, more := m.Mask(once)
		if more != 0 || twice != once {
			t.Errorf("%q → %q → %q", text, once, twice)
		}
		if n == 0 && once != text {
			t.Errorf("%q became %q without a secret", text, once)
		}
	})
}

func masker(t testing.TB) *mask.Masker {
	t.Helper()
	m, err := mask.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
