package cache

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestValidatorsOf(t *testing.T) {
	date := "Tue, 24 Nov 2026 10:20:00 GMT"
	rows := []struct {
		name  string
		lines []string
		want  Validators
	}{
		{"none", []string{"Age: 5"}, Validators{}},
		{"8.8.3 strong", []string{`etag:  "abc" `}, Validators{ETag: `"abc"`}},
		{"8.8.3 weak", []string{`ETag: W/"abc"`}, Validators{ETag: `W/"abc"`}},
		{"8.8.3 empty", []string{`ETag: ""`}, Validators{ETag: `""`}},
		{"8.8.3 with a comma, and beyond ASCII", []string{"ETag: \"a,b\xff\""}, Validators{ETag: "\"a,b\xff\""}},
		{"8.8.3 without quotes", []string{"ETag: abc"}, Validators{}},
		{"8.8.3 a small w", []string{`ETag: w/"abc"`}, Validators{}},
		{"8.8.3 one quote", []string{`ETag: "`}, Validators{}},
		{"8.8.3 two in one line", []string{`ETag: "a", "b"`}, Validators{}},
		{"8.8.3 a space inside", []string{`ETag: "a b"`}, Validators{}},
		{"8.8.3 two lines", []string{`ETag: "a"`, `ETag: "a"`}, Validators{}},
		{"8.8.2 as the origin wrote it", []string{"Last-Modified: " + date}, Validators{LastModified: date}},
		{"8.8.2 an old form", []string{"Last-Modified: Tuesday, 24-Nov-26 10:20:00 GMT"}, Validators{LastModified: "Tuesday, 24-Nov-26 10:20:00 GMT"}},
		{"8.8.2 no date", []string{"Last-Modified: yesterday"}, Validators{}},
		{"8.8.2 two lines", []string{"Last-Modified: " + date, "Last-Modified: " + date}, Validators{}},
		{"both", []string{"Last-Modified: " + date, `ETag: "a"`}, Validators{ETag: `"a"`, LastModified: date}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := ValidatorsOf(wire(row.lines...)); got != row.want {
				t.Errorf("ValidatorsOf(%q) = %+v, want %+v", row.lines, got, row.want)
			}
		})
	}
}

func TestSelectedBy304(t *testing.T) {
	day, week := "Tue, 24 Nov 2026 10:20:00 GMT", "Tue, 17 Nov 2026 10:20:00 GMT"
	a, b, weak := Validators{ETag: `"a"`, LastModified: day}, Validators{ETag: `"b"`}, Validators{ETag: `W/"a"`}
	dated, none := Validators{LastModified: day}, Validators{}
	rows := []struct {
		name   string
		update []string
		stored []Validators
		want   []int
	}{
		{"4.3.4 a strong one selects all that have it", []string{`ETag: "a"`}, []Validators{a, b, a, weak}, []int{0, 2}},
		{"4.3.4 a strong one that nothing has", []string{`ETag: "c"`}, []Validators{a}, nil},
		{"4.3.4 a strong one is not a weak one", []string{`ETag: "a"`}, []Validators{weak}, nil},
		{"4.3.4 a strong one counts before the date", []string{`ETag: "c"`, "Last-Modified: " + day}, []Validators{a, dated}, nil},
		{"4.3.4 a weak one selects the most recent", []string{`ETag: W/"a"`}, []Validators{b, weak, a}, []int{1}},
		{"8.8.3.2 compared weakly", []string{`ETag: W/"a"`}, []Validators{b, a}, []int{1}},
		{"4.3.4 a weak one that nothing has", []string{`ETag: W/"c"`}, []Validators{a, weak}, nil},
		{"4.3.4 the date selects the most recent", []string{"Last-Modified: " + day}, []Validators{b, dated, a}, []int{1}},
		{"4.3.4 another date", []string{"Last-Modified: " + week}, []Validators{dated, a}, nil},
		{"4.3.4 a weak one, and a date for what has none", []string{`ETag: W/"c"`, "Last-Modified: " + day}, []Validators{a, dated}, []int{1}},
		{"4.3.4 none, and a single response without", nil, []Validators{none}, []int{0}},
		{"4.3.4 none, and a single response with one", nil, []Validators{a}, []int{0}},
		{"4.3.4 none, and several responses", nil, []Validators{a, b}, nil},
		{"nothing is stored", []string{`ETag: "a"`}, nil, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := SelectedBy304(wire(row.update...), row.stored); !slices.Equal(got, row.want) {
				t.Errorf("SelectedBy304(%q, %+v) = %v, want %v", row.update, row.stored, got, row.want)
			}
		})
	}
}

func TestMergeFields(t *testing.T) {
	rows := []struct {
		name                 string
		stored, update, want []string
	}{
		{"3.2 a field is replaced", []string{"A: 1", "B: 2"}, []string{"a: 3"}, []string{"B: 2", "a: 3"}},
		{"3.2 all its lines are", []string{"A: 1", "B: 2", "A: 3"}, []string{"A: 4", "A: 5"}, []string{"B: 2", "A: 4", "A: 5"}},
		{"3.2 a new one is added", []string{"A: 1"}, []string{"B: 2"}, []string{"A: 1", "B: 2"}},
		{"3.2 what is not in it stays", []string{"A: 1"}, nil, []string{"A: 1"}},
		{"3.2 also Content-Type and what begins with Content-", []string{"Content-Type: a/b", "Content-Foo: 1", "Content-MD5: x"},
			[]string{"Content-Type: a/c", "Content-Foo: 2", "Content-MD5: y"}, []string{"Content-Type: a/c", "Content-Foo: 2", "Content-MD5: y"}},
		{"3.2 Content-Length is exempt", []string{"Content-Length: 5"}, []string{"content-length: 0"}, []string{"Content-Length: 5"}},
		{"3.2 what the stored bytes depend on is exempt", []string{"Content-Encoding: br"}, []string{"Content-Encoding: gzip", "Content-Range: bytes 0-1/2"}, []string{"Content-Encoding: br"}},
		{"3.1 Connection and what it lists", []string{"X-Hop: 1"}, []string{"Connection: x-hop, close", "X-Hop: 2", "Close: 3"}, []string{"X-Hop: 1"}},
		{"3.1 hop by hop", nil, []string{"Keep-Alive: 1", "TE: x", "Transfer-Encoding: chunked", "Upgrade: x", "Trailer: x", "Proxy-Connection: x"}, nil},
		{"3.1 what is for a proxy", nil, []string{"Proxy-Authenticate: x", "Proxy-Authentication-Info: x", "Proxy-Authorization: x"}, nil},
		{"4.2.3 a stored Age and Date are of the old response", []string{"Age: 5", at("Date", -time.Hour), "A: 1"}, nil, []string{"A: 1"}},
		{"4.2.3 Age and Date of the new one", []string{"Age: 5", at("Date", -time.Hour)}, []string{at("Date", 0), "Age: 1"}, []string{at("Date", 0), "Age: 1"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			stored, update := wire(row.stored...), wire(row.update...)
			if got := MergeFields(stored, update); !slices.Equal(got, wire(row.want...)) {
				t.Errorf("MergeFields(%q, %q)\n got %q\nwant %q", stored, update, got, row.want)
			}
			if !slices.Equal(stored, wire(row.stored...)) || !slices.Equal(update, wire(row.update...)) {
				t.Error("it changed what it was given")
			}
		})
	}
}

// FuzzValidators: what is found can be sent to an origin as it is, and a 304
// that repeats it selects what had it.
func FuzzValidators(f *testing.F) {
	f.Add(`"a"`, "Tue, 24 Nov 2026 10:20:00 GMT")
	f.Add(`W/"`, "Tuesday, 24-Nov-26 10:20:00 GMT")
	f.Add("\"a\x00,\"", "")
	f.Fuzz(func(t *testing.T, etag, modified string) {
		fields := Fields{{"ETag", etag}, {"Last-Modified", modified}}
		v := ValidatorsOf(fields)
		if v.ETag != "" && (strings.Count(v.ETag, `"`) != 2 || strings.ContainsAny(v.ETag, "\r\n\x00 ")) {
			t.Errorf("an entity tag %q", v.ETag)
		}
		if got := SelectedBy304(fields, []Validators{{}, v}); v.Any() && !slices.Equal(got, []int{1}) {
			t.Errorf("%+v selects %v", v, got)
		}
		if again := ValidatorsOf(MergeFields(nil, fields)); again != v {
			t.Errorf("merged: %+v, want %+v", again, v)
		}
	})
}
