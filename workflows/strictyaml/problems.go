package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// problem is one thing wrong with the file, in words for whoever edits it.
type problem struct {
	line int // 0: nowhere, because it is missing
	text string
}

// Problems are what is wrong with a file.
type Problems []problem

// Add notes a problem in that line; 0: it is something that is missing.
func (p *Problems) Add(line int, format string, args ...any) {
	*p = append(*p, problem{line, fmt.Sprintf(format, args...)})
}

// Err joins the problems, in the order of the file, what is missing last; nil if there are none.
func (p Problems) Err() error {
	slices.SortStableFunc(p, func(a, b problem) int {
		return cmp.Or(cmp.Compare(lastIfNone(a.line), lastIfNone(b.line)), cmp.Compare(a.text, b.text))
	})
	var errs []error
	for _, one := range p {
		if one.line > 0 {
			one.text = fmt.Sprintf("line %d: %s", one.line, one.text)
		}
		errs = append(errs, errors.New(one.text))
	}
	if len(errs) > 1 {
		errs = append([]error{fmt.Errorf("%d problems", len(errs))}, errs...)
	}
	return errors.Join(errs...)
}

func lastIfNone(line int) int {
	if line == 0 {
		return 1 << 30
	}
	return line
}
