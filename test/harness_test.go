package test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// story is a scenario that holds, as long as nothing of it is replaced.
const story = `A story.
-- config --
upstreams: { api: { targets: ["http://origin"] } }
routes:
  - { path: "/", upstream: api }
-- origin --
GET /p: 200, Cache-Control max-age=60, "one"
-- steps --
a: GET /p
b: GET /p
-- expect --
a: 200, "one"
b: 200, "one", Cache-Status has hit
origin: 1 requests
`

func TestAFalseExpectationIsReportedWithItsPlace(t *testing.T) {
	rows := []struct{ name, old, new, want string }{
		{"nothing is false", "", "", ""},
		{"a status", "a: 200", "a: 404", "f.txtar:12: a: status 200, want 404"},
		{"a body", `a: 200, "one"`, `a: 200, "two"`, `f.txtar:12: a: body "one" (3 bytes), want "two" (3 bytes)`},
		{"a field", "Cache-Status has hit", "X-Other 1", `f.txtar:13: b: X-Other: "", want "1"`},
		{"a field that should not be", "Cache-Status has hit", "no Via", `f.txtar:13: b: Via: ["1.1 afterburner"], want none`},
		{"an end", `a: 200, "one"`, `a: 200, broken`, "f.txtar:12: a: the answer is whole, want broken"},
		{"a time", `a: 200, "one"`, `a: 200, ended after 1s`, "f.txtar:12: a: ended after 0s, want after 1s"},
		{"a number of clients", `a: 200, "one"`, `2 of a, b: Cache-Status has hit`, "f.txtar:12: 1 clients have Cache-Status has hit, want 2"},
		{"a number of requests", "1 requests", "2 requests", "f.txtar:14: the origin had 1 requests, want 2"},
		{"a client that nobody expects", `a: 200, "one"`, "", "f.txtar: nothing is expected of client a"},
		{"a client that is not there", "a: 200", "z: 200", "f.txtar:12: there is no client z\nf.txtar: nothing is expected of client a"},
		{"an answer that does not come", "200, Cache", "hold, 200, Cache", "f.txtar:12: a: the answer is waiting, want whole\n" +
			"a: there is no head, want status 200\n" + `a: body "" (0 bytes), want "one" (3 bytes)` + "..."},
		{"a request without a line", "GET /p: 200, Cache-Control max-age=60", "GET /p: 200", "...origin: request 2, GET /p: no line of the script is left for it..."},
		{"a configuration", "routes:", "rout:", "...f.txtar:4:1: rout: unknown key..."},
	}
	sockets := newSockets(t)
	warmUp(t, sockets)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s, err := parseScenario("f.txtar", []byte(strings.Replace(story, row.old, row.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				faults := s.run(sockets)
				if n := len(faults); n > 0 && strings.HasPrefix(faults[n-1].Error(), "what went over the wires") {
					faults = faults[:n-1]
				}
				if got := text(errors.Join(faults...)); !like(got, row.want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
				}
			})
		})
	}
}

func TestAScenarioThatCannotBeReadNamesItsLine(t *testing.T) {
	rows := []struct{ name, old, new, want string }{
		{"no first line", "A story.", "", "f.txtar:1: the first line must say what the scenario is about"},
		{"a section", "-- steps --", "-- stepps --", `f.txtar:8: there is no section "stepps"; write config, origin, steps or expect`},
		{"a step", "a: GET /p", "a waits", `f.txtar:9: "a waits" is no step; write CLIENT: GET /path, +1s, origin: resume, purge /path, configure NAME, CLIENT leaves or CLIENT reads`},
		{"a request", "a: GET /p", "a: GET", `f.txtar:9: "GET" is no request; write one like GET /path {Name: value}`},
		{"a client", "a: GET /p", "A: GET /p", `f.txtar:9: "A" is not a client's name; write a word in lower case`},
		{"a time", "a: GET /p", "+1", `f.txtar:9: time: missing unit in duration "1"`},
		{"an act", `"one"` + "\n-- steps", `one` + "\n-- steps", `f.txtar:7: the origin cannot do "one"`},
		{"a condition", "GET /p: 200", "GET /p if X: 200", `f.txtar:7: want when NAME=VALUE, when NAME or when no NAME, got "if X"`},
		{"a claim", `a: 200, "one"`, `a: 200, one`, `f.txtar:12: "one" is nothing that can be expected`},
		{"a quote", `a: 200, "one"`, `a: 200, "one"x`, `f.txtar:12: behind "one" stands "x", want nothing or *N`},
		{"a claim about the origin", "1 requests", "requests", `f.txtar:14: origin: "requests" is neither N requests, N METHOD /path, N at once nor N connections`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := parseScenario("f.txtar", []byte(strings.Replace(story, row.old, row.new, 1)))
			if got := text(err); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
}

// like compares with a text that may leave out its beginning and its end.
func like(got, want string) bool {
	middle, before := strings.CutPrefix(want, "...")
	middle, behind := strings.CutSuffix(middle, "...")
	switch {
	case before && behind:
		return strings.Contains(got, middle)
	case before:
		return strings.HasSuffix(got, middle)
	case behind:
		return strings.HasPrefix(got, middle)
	}
	return got == want
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
