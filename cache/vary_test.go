package cache

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseVary(t *testing.T) {
	many := func(n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("x-%02d", i)
		}
		return "Vary: " + strings.Join(names, ",")
	}
	rows := []struct {
		name  string
		f     Fields
		names string
		why   Reason
	}{
		{"no Vary", nil, "", ""},
		{"an empty Vary", wire("Vary: "), "", ""},
		{"12.5.5 names", wire("Vary: Foo, bar"), "bar,foo", ""},
		{"12.5.5 several lines", wire("vary: Foo", "VARY: Bar"), "bar,foo", ""},
		{"each once, whatever the case", wire("Vary: Foo, FOO", "Vary: foo"), "foo", ""},
		{"5.6.1.2 empty members", wire("Vary: , foo ,,\t"), "foo", ""},
		{"4.1 *", wire("Vary: *"), "", VaryStar},
		{"4.1 *, *", wire("Vary: *, *"), "", VaryStar},
		{"4.1 * on two lines", wire("Vary: *", "Vary: *"), "", VaryStar},
		{"4.1 empty, then *", wire("Vary: , *"), "", VaryStar},
		{"4.1 an empty line, then *", wire("Vary: ", "Vary: *"), "", VaryStar},
		{"4.1 * first", wire("Vary: *, foo"), "", VaryStar},
		{"4.1 * last", wire("Vary: foo, *"), "", VaryStar},
		{"no field name", wire("Vary: foo bar"), "", VaryInvalid},
		{"a quoted name", wire(`Vary: "foo"`), "", VaryInvalid},
		{"** is a name that no field has", wire("Vary: **"), "**", ""},
		{"Accept-Encoding is ours", wire("Vary: Accept-Encoding, foo"), "foo", ""},
		{"as many as may be", wire(many(32)), strings.TrimPrefix(many(32), "Vary: "), ""},
		{"one more", wire(many(33)), "", VaryTooMany},
		{"ten thousand", wire(many(10000)), "", VaryTooMany},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			names, why := ParseVary(row.f, &Policy{})
			if strings.Join(names, ",") != row.names || why != row.why {
				t.Errorf("ParseVary = %q, %q; want %q, %q", names, why, row.names, row.why)
			}
		})
	}
	t.Run("Accept-Encoding is kept", func(t *testing.T) {
		names, why := ParseVary(wire("Vary: Accept-Encoding"), &Policy{KeepAcceptEncoding: true})
		if !slices.Equal(names, []string{"accept-encoding"}) || why != "" {
			t.Errorf("ParseVary = %q, %q", names, why)
		}
	})
}

func TestSelects(t *testing.T) {
	names := []string{"bar", "foo"}
	rows := []struct {
		name          string
		stored, asked Fields
		want          bool
		byLine        bool // sameSelection, which wants the same lines
	}{
		{"both absent", nil, wire("Other: 1"), true, true},
		{"the same", wire("Foo: 1", "Bar: 2"), wire("bar: 2", "x: y", "foo: 1"), true, true},
		{"another value", wire("Foo: 1"), wire("Foo: 2"), false, false},
		{"a longer value", wire("Foo: 1"), wire("Foo: 12"), false, false},
		{"a shorter value", wire("Foo: 12"), wire("Foo: 1"), false, false},
		{"values have cases", wire("Foo: a"), wire("Foo: A"), false, false},
		{"4.1 absent is not present", nil, wire("Foo: 1"), false, false},
		{"4.1 present is not absent", wire("Foo: 1"), nil, false, false},
		{"4.1 absent is not empty", nil, wire("Foo: "), false, false},
		{"4.1 empty is not absent", wire("Foo: "), nil, false, false},
		{"both empty", wire("Foo: "), wire("Foo: \t"), true, true},
		{"spaces around", wire("Foo:  1 "), wire("Foo: 1"), true, true},
		{"5.3 lines combine", wire("Foo: 1", "Foo: 2"), wire("Foo: 1, 2"), true, false},
		{"5.3 a line falls apart", wire("Foo: 1, 2"), wire("Foo: 1", "Foo: 2"), true, false},
		{"5.3 the order counts", wire("Foo: 1", "Foo: 2"), wire("Foo: 2", "Foo: 1"), false, false},
		{"a line too many", wire("Foo: 1"), wire("Foo: 1", "Foo: 1"), false, false},
		{"a line too few", wire("Foo: 1", "Foo: 1"), wire("Foo: 1"), false, false},
		{"an empty line too many", wire("Foo: 1"), wire("Foo: 1", "Foo: "), false, false},
		{"swapped values", wire("Foo: 1", "Bar: 2"), wire("Foo: 2", "Bar: 1"), false, false},
		{"no separator", wire("Foo: 12"), wire("Foo: 1", "Foo: 2"), false, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			values := SelectingValues(names, row.stored)
			if got := Selects(names, values, row.asked); got != row.want {
				t.Errorf("Selects(%q, %q) = %v, want %v", values, row.asked, got, row.want)
			}
			if got := sameSelection(names, row.stored, row.asked); got != row.byLine {
				t.Errorf("sameSelection(%q, %q) = %v, want %v", row.stored, row.asked, got, row.byLine)
			}
		})
	}
	t.Run("nothing to select by", func(t *testing.T) {
		if !Selects(nil, SelectingValues(nil, wire("Foo: 1")), nil) || !sameSelection(nil, wire("Foo: 1"), nil) {
			t.Error("without names every request is selected")
		}
		if Selects([]string{"foo"}, nil, nil) {
			t.Error("names without their values select")
		}
	})
}

// FuzzVary: the names come out sorted, single and bounded, a * is always seen,
// and a request is selected by its own values and by no other's.
func FuzzVary(f *testing.F) {
	f.Add("foo, Bar", "1", "1, 2", true)
	f.Add(",*", "", " ", false)
	f.Add("\x00", "a", "=", true)
	f.Fuzz(func(t *testing.T, vary, a, b string, absent bool) {
		names, why := ParseVary(Fields{{"Vary", vary}}, &Policy{})
		if why == "" && (!slices.IsSorted(names) || len(names) > maxVary || len(slices.Compact(slices.Clone(names))) != len(names)) {
			t.Errorf("ParseVary(%q) = %q", vary, names)
		}
		if _, why := ParseVary(Fields{{"Vary", vary}, {"Vary", "*"}}, &Policy{}); why == "" {
			t.Errorf("%q hides the *", vary)
		}
		one, two := Fields{{"n", a}}, Fields{{"N", b}}
		if absent {
			two = nil
		}
		by := []string{"n"}
		values := SelectingValues(by, one)
		if !Selects(by, values, one) || !sameSelection(by, one, one) {
			t.Errorf("%q is not selected by itself", a)
		}
		want := !absent && trimOWS(a) == trimOWS(b)
		if Selects(by, values, two) != want || sameSelection(by, one, two) != want {
			t.Errorf("%q and %q (absent %v)", a, b, absent)
		}
	})
}
