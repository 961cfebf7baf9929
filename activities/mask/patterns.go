package mask

import (
	"regexp"
	"strings"
	"unicode"
)

// builtIn lists the secrets that we know by their form. The order counts: what has a form of its own comes before what
// is only called a password, so that the mark says what it was.
func builtIn() []pattern {
	return []pattern{
		{name: "private key", form: regexp.MustCompile(privateKey)},
		{name: "AWS secret", form: regexp.MustCompile(awsSecret), check: hasDigit},
		{name: "AWS key id", form: regexp.MustCompile(`\b((?:AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[0-9A-Z]{16})\b`)},
		{name: "Slack token", form: regexp.MustCompile(`\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}`)},
		{name: "Slack webhook", form: regexp.MustCompile(`hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{8,})`)},
		{name: "GitHub token", form: regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})`)},
		{name: "GitLab token", form: regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
		{name: "Google key", form: regexp.MustCompile(`\b(?:AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{20,}|ya29\.[0-9A-Za-z_-]{20,})`)},
		{name: "JWT", form: regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`)},
		{name: "URL password", form: regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@<>|]*:([^\s/?#<>|]+)@`)},
		{name: "authorization", form: regexp.MustCompile(`(?i)\bauthorization["']?[ \t]*[:=][ \t]*["']?(?:basic|bearer|token)[ \t]+([^\s"']{6,})`)},
		{name: "authorization", form: regexp.MustCompile(`(?i)\bbearer[ \t]+([A-Za-z0-9._~+/=-]{16,})`), check: hasDigit},
		{name: "password", form: regexp.MustCompile(password), check: isValue},
		{name: "password", form: regexp.MustCompile(passwordIs), check: isSaid},
		{name: "secret", form: regexp.MustCompile(namedSecret), check: hasDigit},
		{name: "card number", form: regexp.MustCompile(cardOf19), check: isCard},
		{name: "card number", form: regexp.MustCompile(cardOf16), check: isCard},
		{name: "card number", form: regexp.MustCompile(cardOfFewer), check: isCard},
	}
}

// privateKey takes a block to its end; where the end is missing, as far as it looks like a key.
const privateKey = `-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----` +
	`(?:(?s:.*?)-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|(?:\s+[A-Za-z0-9+/=]{16,})*)`

// awsSecret is forty characters that could be anything: what stands before them tells.
const awsSecret = `(?i:aws[a-z_ .-]{0,20}secret[a-z_ .-]{0,20}|secret_?access_?key)["']?\s*[:=]?\s*["']?([A-Za-z0-9/+]{40})\b` +
	`|\b(?:AKIA|ASIA)[0-9A-Z]{16}[\s:=,;|"'/]{1,10}?([A-Za-z0-9/+]{40})\b`

// value is what is assigned: in quotation marks, or up to the next space. A comma may belong to a password, a Japanese
// full stop does not.
const value = `("(?:[^"\\\n]|\\.)+"|'(?:[^'\\\n]|\\.)+'|[^\s。、「」"'][^\s。、「」]*)`

const assigned = `["'*_` + "`" + `]{0,2}[ \t　]*(?:[:=：＝]|=>|:=)[ \t　]*`

const password = `(?i)(?:(?:\b|_)(?:password|passwd|passphrase|passcode|pwd)|\bpw|パスワード|パスフレーズ|パスコード|暗証番号)` + assigned + value

// passwordIs is how one says it in a sentence. Only what nobody would say in Japanese is one: 「パスワードは変更済み」 is none.
const passwordIs = `(?i:パスワード|パスフレーズ|パスコード|暗証番号)は[ \t　「]*([!-~]{4,})`

// namedSecret is less certain than a password: people write "token: revoked".
const namedSecret = `(?i)(?:\b|_)(?:secret|token|api[_ -]?key|access[_ -]?key|client[_ -]?secret|secret[_ -]?key|private[_ -]?key)` +
	assigned + `["']?([A-Za-z0-9._~+/=!@#$%^&*-]{8,})`

// Cards are typed in groups, or without. What stands beside them is looked at here and not by \b, for which a wide digit
// is no part of a word.
const (
	digit       = `[0-9０-９]`
	four        = digit + `{4}`
	gap         = `[ 　-]?`
	before      = `(?:^|[^0-9A-Za-z０-９])`
	behind      = `(?:$|[^0-9A-Za-z０-９])`
	cardOf16    = before + `(` + four + gap + four + gap + four + gap + four + `)` + behind
	cardOf19    = before + `(` + four + gap + four + gap + four + gap + four + gap + digit + `{3})` + behind
	cardOfFewer = before + `(` + four + gap + digit + `{6}` + gap + digit + `{4,5}|` + digit + `{13})` + behind
)

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }

// isValue leaves out what is no value but the way to say that there is none.
func isValue(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// isSaid leaves out times, dates and addresses, which stand after the same word: 「パスワードは 09:12 に入力された」.
func isSaid(s string) bool {
	other := func(r rune) bool { return !unicode.IsDigit(r) }
	return strings.ContainsFunc(s, unicode.IsLetter) || !strings.ContainsFunc(s, other)
}

// isCard reports whether the digits are those of a payment card: a number of one of the networks, in its length, with
// the right check digit (Luhn's).
func isCard(s string) bool {
	var digits []byte
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r-'0'))
		case r >= '０' && r <= '９':
			digits = append(digits, byte(r-'０'))
		}
	}
	return ofNetwork(digits) && luhn(digits)
}

// ofNetwork looks at the first four digits and at the length. https://en.wikipedia.org/wiki/Payment_card_number
func ofNetwork(d []byte) bool {
	head, n := int(d[0])*1000+int(d[1])*100+int(d[2])*10+int(d[3]), len(d)
	between := func(from, to int) bool { return head >= from && head <= to }
	switch {
	case between(4000, 4999): // Visa
		return n == 13 || n == 16 || n == 19
	case between(5100, 5599), between(2221, 2720): // Mastercard
		return n == 16
	case between(3400, 3499), between(3700, 3799): // American Express
		return n == 15
	case between(3528, 3589): // JCB
		return n == 16 || n == 19
	case between(3000, 3059), between(3600, 3699), between(3800, 3999): // Diners Club
		return n == 14 || n == 16
	case between(6011, 6011), between(6400, 6599), between(6200, 6299): // Discover, UnionPay
		return n == 16 || n == 19
	}
	return false
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
