package mask_test

import (
	"strings"
	"testing"
)

func BenchmarkMask(b *testing.B) {
	m := masker(b)
	text := strings.Repeat("The attacker came in at 10:42 from 203.0.113.7; see https://example.com/a?b=c. ", 4)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.Mask(text)
	}
}
