package settings

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

type problems []problem

func (p *problems) add(line int, format string, args ...any) {
	*p = append(*p, problem{line, fmt.Sprintf(format, args...)})
}

// err joins the problems, in the order of the file, what is missing last; nil if there are none.
func (p problems) err() error {
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
