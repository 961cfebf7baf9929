package incident

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
	"unicode"
)

// Provisional returns the number of a case whose ticket does not exist yet: P-20261122-7K3F, the day in UTC and a
// digest of the request id, so that the same request gets the same number. A drill's begins with PD.
func Provisional(requestID string, asked time.Time, drill bool) string {
	sum := sha256.Sum256([]byte(requestID))
	series := "P-"
	if drill {
		series = "PD-"
	}
	return series + asked.UTC().Format("20060102") + "-" + base32.StdEncoding.EncodeToString(sum[:])[:4]
}

// maxChannelName is Slack's limit for a channel name, in characters.
const maxChannelName = 80

// ChannelNames returns the names to try for a case's channel, the best first: number and words of the title
// ("csirt-42-payroll-phishing"; Japanese and other letters are kept), then the number alone, which is also the only
// one where the title must not be shown. A drill says so in its name.
func ChannelNames(number, title string, hideTitle, drill bool) []string {
	plain := cmp.Or(slug(number), "case")
	if drill && !strings.Contains(plain, "drill") {
		plain = "drill-" + plain
	}
	plain = channelName(plain)
	if words := slug(title); words != "" && !hideTitle {
		return []string{channelName(plain + "-" + words), plain}
	}
	return []string{plain}
}

func channelName(text string) string { return strings.Trim(cut(text, maxChannelName), "-") }

// slug keeps letters, marks of letters and digits, in lower case, joined by single hyphens. Capitals without a lower
// case, such as mathematical ones, are left out: Slack takes no capitals.
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) && !unicode.IsUpper(r) && !unicode.IsTitle(r), unicode.IsDigit(r), unicode.IsMark(r) && b.Len() > 0 && !unicode.Is(unicode.Variation_Selector, r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
