package config

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// parse reads "METHOD,METHOD host/path", as short as ServeMux's form; an empty
// line is a faulty route.
func parse(tb testing.TB, lines ...string) []*Pattern {
	tb.Helper()
	var list []*Pattern
	for _, line := range lines {
		if line == "" {
			list = append(list, nil)
			continue
		}
		methods, rest, found := strings.Cut(line, " ")
		if !found {
			methods, rest = "", line
		}
		var names []string
		if methods != "" {
			names = strings.Split(methods, ",")
		}
		slash := strings.IndexByte(rest, '/')
		p, err := ParsePattern(rest[:slash], rest[slash:], names)
		if err != nil {
			tb.Fatalf("%s: %v", line, err)
		}
		list = append(list, p)
	}
	return list
}

func TestConflicts(t *testing.T) {
	overlap := func(earlier, later int, q, p, both string) Conflict {
		return Conflict{earlier, later, fmt.Sprintf("%s conflicts with routes[%d] (%s): both match %s and neither is more specific; narrow one of them, or give them different methods", q, earlier, p, both)}
	}
	same := func(earlier, later int, q, p, both string) Conflict {
		return Conflict{earlier, later, fmt.Sprintf("%s conflicts with routes[%d] (%s): both match %s in the same way; remove one, or give them different methods or hosts", q, earlier, p, both)}
	}
	for _, row := range []struct {
		name  string
		lines []string
		want  []Conflict
	}{
		{"the more specific path wins", []string{"/", "/a/", "/a/{x}", "/a/b", "/a/{$}"}, nil},
		{"GET / beside /batch is no conflict, unlike ServeMux", []string{"GET /", "/batch"}, nil},
		{"a route with methods before one without", []string{"/a", "GET /a", "POST /a"}, nil},
		{"HEAD that GET brings along gives way", []string{"GET /a", "HEAD /a"}, nil},
		{"another host", []string{"a.example/x", "*.example/x", "/x"}, nil},
		{"a faulty route is passed over", []string{"", "/a", ""}, nil},
		{"disjoint: another number of segments", []string{"/{a}/{b}", "/{a}"}, nil},
		{"disjoint: a literal differs behind the wildcards", []string{"/a/{x}/c", "/{y}/b/d"}, nil},
		{"disjoint: {$} ends with a slash, {x} does not", []string{"/a/{$}", "/{x}/{y}"}, nil},
		{"overlap with other methods", []string{"GET /a/{x}", "POST /{y}/b"}, nil},

		{"a duplicate", []string{"/a", "/a"}, []Conflict{same(0, 1, "/a", "/a", "/a")}},
		{"a duplicate by another name", []string{"/{id}", "/{key}"}, []Conflict{same(0, 1, "/{key}", "/{id}", "/id")}},
		{"a duplicate by another spelling", []string{"/é", "/%C3%A9"}, []Conflict{same(0, 1, "/%C3%A9", "/é", "/%C3%A9")}},
		{"a trailing slash and a named remainder", []string{"/a/", "/a/{r...}"}, []Conflict{same(0, 1, "/a/{r...}", "/a/", "/a/")}},
		{"a common method", []string{"GET,POST /a", "PUT,POST /a"}, []Conflict{same(0, 1, "/a", "/a", "POST /a")}},
		{"a listed HEAD twice", []string{"HEAD /a", "GET,HEAD /a"}, []Conflict{same(0, 1, "/a", "/a", "HEAD /a")}},
		{"each later one is reported once", []string{"/a", "/a", "/a"}, []Conflict{same(0, 1, "/a", "/a", "/a"), same(0, 2, "/a", "/a", "/a")}},
		{"the same host in capitals", []string{"A.example/x", "a.example/x"}, []Conflict{same(0, 1, "/x", "/x", "/x")}},

		{"two wildcards that cross", []string{"/x", "", "/c", "/a/{x}", "/{y}/b"}, []Conflict{overlap(3, 4, "/{y}/b", "/a/{x}", "/a/b")}},
		{"a remainder and a wildcard", []string{"/{x}/b", "/a/"}, []Conflict{overlap(0, 1, "/a/", "/{x}/b", "/a/b")}},
		{"the same, the other way round", []string{"/a/", "/{x}/b"}, []Conflict{overlap(0, 1, "/{x}/b", "/a/", "/a/b")}},
		{"two remainders", []string{"/a/{x...}", "/{y}/b/{z...}"}, []Conflict{overlap(0, 1, "/{y}/b/{z...}", "/a/{x...}", "/a/b/")}},
		{"a remainder and {$}", []string{"/{x}/b/{$}", "/a/"}, []Conflict{overlap(0, 1, "/a/", "/{x}/b/{$}", "/a/b/")}},
		{"an overlap with all methods", []string{"/a/{x}", "POST /{y}/b"}, []Conflict{overlap(0, 1, "/{y}/b", "/a/{x}", "POST /a/b")}},
		{"an overlap with HEAD alone in common", []string{"GET /a/{x}", "HEAD /{y}/b"}, []Conflict{overlap(0, 1, "/{y}/b", "/a/{x}", "HEAD /a/b")}},
		{"the first of several", []string{"POST /{y}/b", "/a/{x}", "GET /{y}/b"}, []Conflict{overlap(0, 1, "/a/{x}", "/{y}/b", "POST /a/b"), overlap(1, 2, "/{y}/b", "/a/{x}", "GET /a/b")}},
		{"the example is escaped", []string{"/ü/{x}", "/{y}/a%3Fb"}, []Conflict{overlap(0, 1, "/{y}/a%3Fb", "/ü/{x}", "/%C3%BC/a%3Fb")}},
	} {
		if got := Conflicts(parse(t, row.lines...)); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s:\n got %v\nwant %v", row.name, got, row.want)
		}
	}
}

// randomPath draws from few words, so that paths often meet.
func randomPath(r *rand.Rand) string {
	words := []string{"a", "b", "{w%d}"}
	var path strings.Builder
	for i := range 1 + r.IntN(4) {
		word := words[r.IntN(len(words))]
		if strings.Contains(word, "%d") {
			word = fmt.Sprintf(word, i)
		}
		path.WriteString("/" + word)
	}
	return path.String() + []string{"", "", "", "/", "/{$}", "/{rest...}"}[r.IntN(6)]
}

// Without methods our rule is that of ServeMux, which panics on a conflict.
func TestConflictsAgreeWithServeMux(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	conflicts := 0
	for range 20000 {
		a, b := randomPath(r), randomPath(r)
		got := len(Conflicts(parse(t, a, b))) > 0
		if want := serveMuxRefuses(a, b); got != want {
			t.Fatalf("%s and %s conflict: %t, ServeMux says %t", a, b, got, want)
		}
		if got {
			conflicts++
		}
	}
	if conflicts < 1000 {
		t.Errorf("%d pairs of 20000 conflict: the corpus is too thin", conflicts)
	}
}

func serveMuxRefuses(a, b string) (refused bool) {
	mux := http.NewServeMux()
	mux.HandleFunc(a, http.NotFound)
	defer func() { refused = recover() != nil }()
	mux.HandleFunc(b, http.NotFound)
	return false
}

// The tree is an index: it must find what a comparison of each with each finds.
func TestConflictsAgreeWithAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	methods := []string{"", "", "GET ", "HEAD ", "POST ", "GET,POST "}
	hosts := []string{"", "h.example"}
	for range 3000 {
		var lines []string
		for range 12 {
			lines = append(lines, methods[r.IntN(len(methods))]+hosts[r.IntN(2)]+randomPath(r))
		}
		ps := parse(t, lines...)
		got := map[int]int{}
		for _, conflict := range Conflicts(ps) {
			got[conflict.Later] = conflict.Earlier
		}
		if want := allPairs(ps); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n got %v\nwant %v", lines, got, want)
		}
	}
}

// allPairs maps the later to the first that conflicts with it.
func allPairs(ps []*Pattern) map[int]int {
	found := map[int]int{}
	for later, q := range ps {
		for earlier, p := range ps[:later] {
			if p.Host != q.Host || !meet(p.Segments, q.Segments) {
				continue
			}
			so := comparePaths(p.Segments, q.Segments)
			_, common := commonMethod(p, q)
			if so == equal && sharesEqual(p, q) || so == overlaps && common {
				found[later] = earlier
				break
			}
		}
	}
	return found
}

// meet says whether there is a path that both match.
func meet(p, q []Segment) bool {
	for i := range min(len(p), len(q)) {
		a, b := p[i], q[i]
		switch {
		case a.Multi || b.Multi:
			return true
		case a.Wild && b.Literal == "/", b.Wild && a.Literal == "/":
			return false
		case !a.Wild && !b.Wild && a.Literal != b.Literal:
			return false
		}
	}
	return len(p) == len(q)
}

// manyRoutes are n routes as a large API has them.
func manyRoutes(n int) []string {
	shapes := []string{"/s%d/items", "/s%d/items/{id}", "GET /s%d/items/{id}/parts/", "GET /{tenant}/r%d", "POST /s%d/", "/deep/a/b/c/d%d/{x}/{y}", "h%d.example/", "/s%d/{a}/{b}/c"}
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(shapes[i%len(shapes)], i))
	}
	return lines
}

func BenchmarkConflicts10000(b *testing.B) {
	ps := parse(b, manyRoutes(10000)...)
	for b.Loop() {
		if got := Conflicts(ps); len(got) != 0 {
			b.Fatalf("%d conflicts, want none; the first: %v", len(got), got[0])
		}
	}
}
