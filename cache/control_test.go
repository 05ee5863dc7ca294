package cache

import (
	"math"
	"strings"
	"testing"
)

// wire makes fields of lines as they stand on the wire: "Name: value".
func wire(lines ...string) Fields {
	f := make(Fields, 0, len(lines))
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		f = append(f, [2]string{name, strings.TrimPrefix(value, " ")})
	}
	return f
}

func given(n int32) Seconds { return Seconds{Given: true, N: n} }

func TestParseControl(t *testing.T) {
	rows := []struct {
		name  string
		lines []string
		want  Control
	}{
		{"no line", nil, Control{}},
		{"an empty line", []string{""}, Control{}},
		{"only commas", []string{" , ,,"}, Control{}},
		{"5.2.2.1 max-age", []string{"max-age=60"}, Control{MaxAge: given(60)}},
		{"5.2.2.10 s-maxage", []string{"s-maxage=5"}, Control{SMaxAge: given(5)}},
		{"5.2.2.2 must-revalidate", []string{"must-revalidate"}, Control{MustRevalidate: true}},
		{"5.2.2.8 proxy-revalidate", []string{"proxy-revalidate"}, Control{ProxyRevalidate: true}},
		{"5.2.2.3 must-understand", []string{"must-understand, no-store"}, Control{MustUnderstand: true, NoStore: true}},
		{"5.2.2.6 no-transform", []string{"no-transform"}, Control{NoTransform: true}},
		{"5.2.2.9 public", []string{"public"}, Control{Public: true}},
		{"5.2.1.7 only-if-cached", []string{"only-if-cached"}, Control{OnlyIfCached: true}},
		{"5.2.1.2 max-stale alone is any age", []string{"max-stale"}, Control{MaxStale: given(math.MaxInt32)}},
		{"5.2.1.2 max-stale with a number", []string{"max-stale=7"}, Control{MaxStale: given(7)}},
		{"5.2.1.3 min-fresh, the larger of two", []string{"min-fresh=3, min-fresh=9"}, Control{MinFresh: given(9)}},
		{"RFC 5861", []string{"stale-while-revalidate=1, stale-if-error=2"},
			Control{StaleWhileRevalidate: given(1), StaleIfError: given(2)}},
		{"RFC 8246 immutable", []string{"immutable"}, Control{Immutable: true}},
		{"5.2 names in any case", []string{"MaX-aGe=60, NO-STORE"}, Control{MaxAge: given(60), NoStore: true}},
		{"5.2.3 an unknown directive", []string{"foobar, max-age=60, x=\"y\", community=UCI"}, Control{MaxAge: given(60)}},
		{"a very long unknown name", []string{strings.Repeat("x", 99) + "=1, no-cache"}, Control{NoCache: true}},
		{"several lines are one list", []string{"max-age=60", "no-transform"}, Control{MaxAge: given(60), NoTransform: true}},
		{"5.6.1.2 empty members", []string{",no-cache , ,\tpublic,"}, Control{NoCache: true, Public: true}},
		{"the quoted form of a number", []string{`max-age="60"`}, Control{MaxAge: given(60)}},
		{"4.2.1 two that differ, one line", []string{"max-age=1800, max-age=1"}, Control{MaxAge: given(1)}},
		{"4.2.1 two that differ, two lines", []string{"max-age=1", "max-age=1800"}, Control{MaxAge: given(1)}},
		{"1.2.2 leading zeros", []string{"max-age=003600"}, Control{MaxAge: given(3600)}},
		{"1.2.2 2^31", []string{"max-age=2147483648"}, Control{MaxAge: given(math.MaxInt32)}},
		{"1.2.2 overflow", []string{"max-age=99999999999999999999999999"}, Control{MaxAge: given(math.MaxInt32)}},
		{"4.2.1 negative", []string{"max-age=-1"}, Control{MaxAge: given(0)}},
		{"4.2.1 a sign", []string{"max-age=+60"}, Control{MaxAge: given(0)}},
		{"4.2.1 fractional", []string{"max-age=60.5"}, Control{MaxAge: given(0)}},
		{"4.2.1 empty", []string{"max-age="}, Control{MaxAge: given(0)}},
		{"4.2.1 empty and quoted", []string{`max-age=""`}, Control{MaxAge: given(0)}},
		{"4.2.1 no argument", []string{"max-age"}, Control{MaxAge: given(0)}},
		{"4.2.1 letters before", []string{"max-age=a60"}, Control{MaxAge: given(0)}},
		{"4.2.1 letters behind", []string{"max-age=60a"}, Control{MaxAge: given(0)}},
		{"4.2.1 single quotes", []string{"max-age='60'"}, Control{MaxAge: given(0)}},
		{"4.2.1 space before =", []string{"max-age =60"}, Control{MaxAge: given(0)}},
		{"4.2.1 space after =", []string{"max-age= 60"}, Control{MaxAge: given(0)}},
		{"4.2.1 a colon for =", []string{"max-age:60"}, Control{MaxAge: given(0)}},
		{"4.2.1 unreadable beside readable", []string{"max-age=60, max-age=x"}, Control{MaxAge: given(0)}},
		{"max-age inside a quoted string before", []string{`ext="max-age=3600", max-age=1`}, Control{MaxAge: given(1)}},
		{"max-age inside a quoted string behind", []string{`max-age=1, ext="max-age=3600, public"`}, Control{MaxAge: given(1)}},
		{"an escaped quote does not end the string", []string{`ext="a\", no-store, b", public`}, Control{Public: true}},
		{"5.2.2.7 private", []string{"private"}, Control{Private: true}},
		{"5.2.2.7 private with names", []string{`private="Set-Cookie, X-A"`}, Control{Private: true, PrivateFields: "Set-Cookie, X-A"}},
		{"5.2.2.7 the token form", []string{"private=Set-Cookie"}, Control{Private: true, PrivateFields: "Set-Cookie"}},
		{"5.2.2.7 with names and without is all", []string{`private="X-A", private`}, Control{Private: true}},
		{"5.2.2.7 without and with names is all", []string{`private, private="X-A"`}, Control{Private: true}},
		{"5.2.2.7 an empty list is all", []string{`private=""`}, Control{Private: true}},
		{"5.2.2.7 escapes are not names", []string{`private="X\"A"`}, Control{Private: true}},
		{"5.2.2.4 no-cache with names", []string{`no-cache="X-A"`}, Control{NoCache: true, NoCacheFields: "X-A"}},
		{"5.2.2.4 two lists are all", []string{`no-cache="X-A", no-cache="X-B"`}, Control{NoCache: true}},
		{"what forbids counts with an argument", []string{"no-store=1, must-revalidate=?0"}, Control{NoStore: true, MustRevalidate: true}},
		{"what forbids counts with rubbish behind", []string{"no-store;x, no-cache foo"}, Control{NoStore: true, NoCache: true}},
		{"what permits does not", []string{"public=1, immutable=x, must-understand foo"}, Control{}},
		{"no name", []string{"=5, \"no-store\", @, no-cache"}, Control{NoCache: true}},
		{"a quote without an end hides nothing", []string{`ext="a, no-store, max-age=5`},
			Control{Malformed: true, NoStore: true, MaxAge: given(5)}},
		{"two quotes without an end", []string{`a="\", b="\", no-cache`}, Control{Malformed: true, NoCache: true}},
		{"a quote without an end stays in its line", []string{`a="`, `b="no-store"`}, Control{Malformed: true}},
		{"controls and bytes beyond ASCII", []string{"\x00, \xff\xfe=1, max-age=5\x00, public"}, Control{MaxAge: given(0), Public: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var f Fields
			for _, line := range row.lines {
				f = append(f, [2]string{"cache-control", line})
			}
			row.want.Given = len(row.lines) > 0
			if got := ParseControl(f); got != row.want {
				t.Errorf("ParseControl(%q)\n got %+v\nwant %+v", row.lines, got, row.want)
			}
		})
	}
}

func TestParseTargeted(t *testing.T) {
	rows := []struct {
		name  string
		lines []string
		want  Control
		ok    bool
	}{
		{"absent", nil, Control{}, false},
		{"2.2 empty", []string{""}, Control{}, false},
		{"max-age", []string{"max-age=60"}, Control{MaxAge: given(60)}, true},
		{"directives without a value", []string{"no-store, must-revalidate"}, Control{NoStore: true, MustRevalidate: true}, true},
		{"several lines", []string{"max-age=60", "public"}, Control{MaxAge: given(60), Public: true}, true},
		{"an unknown directive", []string{"foobar, max-age=60"}, Control{MaxAge: given(60)}, true},
		{"parameters are ignored", []string{"max-age=60;x=1"}, Control{MaxAge: given(60)}, true},
		{"RFC 9651 the last of two counts", []string{"max-age=1, max-age=60"}, Control{MaxAge: given(60)}, true},
		{"2^31 and more", []string{"max-age=99999999999"}, Control{MaxAge: given(math.MaxInt32)}, true},
		{"negative", []string{"max-age=-5"}, Control{MaxAge: given(0)}, true},
		{"field names", []string{`private="X-A"`}, Control{Private: true, PrivateFields: "X-A"}, true},
		{"an inner list forbids all", []string{`no-cache=("a" "b")`}, Control{NoCache: true}, true},
		{"?0 is not set", []string{"no-store=?0, max-age=60"}, Control{MaxAge: given(60)}, true},
		{"?1 is set", []string{"no-store=?1"}, Control{NoStore: true}, true},
		{"a number where none belongs forbids all the same", []string{"no-store=1"}, Control{NoStore: true}, true},
		{"a number where none belongs permits nothing", []string{"public=1"}, Control{}, true},
		{"wrong type: a string", []string{`max-age="60"`}, Control{}, false},
		{"wrong type: a decimal", []string{"max-age=60.5"}, Control{}, false},
		{"wrong type: nothing", []string{"max-age"}, Control{}, false},
		{"not well formed", []string{"max-age=60, &&&"}, Control{}, false},
		{"space before =", []string{"max-age =60"}, Control{}, false},
		{"space after =", []string{"max-age= 60"}, Control{}, false},
		{"keys are lower case", []string{"Max-Age=60"}, Control{}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var f Fields
			for _, line := range row.lines {
				f = append(f, [2]string{"CDN-Cache-Control", line})
			}
			row.want.Given = row.ok
			got, ok := parseTargeted(f, "cdn-cache-control")
			if got != row.want || ok != row.ok {
				t.Errorf("parseTargeted(%q)\n got %+v, %v\nwant %+v, %v", row.lines, got, ok, row.want, row.ok)
			}
		})
	}
}

// FuzzControl: nothing panics, no line takes away what another forbids, and what
// is kept comes out of the line.
func FuzzControl(f *testing.F) {
	f.Add("max-age=60, private=\"Set-Cookie\", no-cache=X")
	f.Add(`ext="a\", no-store`)
	f.Add(",,=\"\\")
	f.Add("max-age=99999999999999999999")
	f.Fuzz(func(t *testing.T, line string) {
		c := ParseControl(Fields{{"Cache-Control", line}, {"Cache-Control", "no-store, private, max-age=5"}})
		if !c.Given || !c.NoStore || !c.Private || c.PrivateFields != "" || c.MaxAge.N > 5 {
			t.Errorf("%q takes away from the next line: %+v", line, c)
		}
		if !strings.Contains(line, c.NoCacheFields) {
			t.Errorf("%q has no %q", line, c.NoCacheFields)
		}
		if c, ok := parseTargeted(Fields{{"T", line}, {"T", "no-store"}}, "T"); ok && !c.NoStore {
			t.Errorf("%q hides no-store: %+v", line, c)
		}
	})
}
