package sheetstest

import (
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// entered turns a JSON value into what the cell holds. Typed text that looks like a formula, a number or a truth value
// becomes one; text taken raw stays text.
func entered(value any, option string) *sheets.ExtendedValue {
	switch v := value.(type) {
	case float64:
		return numberCell(v).Value
	case bool:
		return &sheets.ExtendedValue{BoolValue: &v}
	case string:
		switch {
		case v == "":
			return nil
		case option == "USER_ENTERED":
			return typed(v)
		}
		return &sheets.ExtendedValue{StringValue: &v}
	}
	return nil
}

func typed(v string) *sheets.ExtendedValue {
	if strings.HasPrefix(v, "=") && len(v) > 1 {
		return &sheets.ExtendedValue{FormulaValue: &v}
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && !strings.ContainsAny(v, "xXnNiIpP_") {
		return numberCell(n).Value
	}
	if upper := strings.ToUpper(v); upper == "TRUE" || upper == "FALSE" {
		yes := upper == "TRUE"
		return &sheets.ExtendedValue{BoolValue: &yes}
	}
	v = strings.TrimPrefix(v, "'")
	return &sheets.ExtendedValue{StringValue: &v}
}

func numberCell(n float64) *Cell { return &Cell{Value: &sheets.ExtendedValue{NumberValue: &n}} }
