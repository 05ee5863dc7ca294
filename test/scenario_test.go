// Package test runs the scenarios in testdata: one file tells one story of
// clients, gateway and origin, with its configuration, and what must come of it.
// Time is virtual (testing/synctest): an hour passes at once, and nothing is
// left to chance but the order of what happens at the same moment.
//
//	Invariant 2: a truncated answer breaks every reader and is not stored.
//	-- config --
//	upstreams: { api: { targets: ["http://origin"] } }
//	routes: [{ path: "/", upstream: api, cache: { ttl: 30s } }]
//	-- origin --
//	GET /p: 200, Content-Length 9, "half", hold, close
//	GET /p: 200, "whole"
//	-- steps --
//	a, b: GET /p            # at the same moment
//	origin: resume
//	+1s
//	c: GET /p
//	-- expect --
//	a, b: 200, "half", broken
//	c: 200, "whole", Cache-Status has fwd=uri-miss
//	origin: 2 requests
//
// README.md lists all that the four sections can say.
package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"
)

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("find testdata/*.txtar: %d files, error %v", len(files), err)
	}
	sockets := newSockets(t)
	warmUp(t, sockets)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := parseScenario(file, data)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				for _, fault := range s.run(sockets) {
					t.Error(fault)
				}
			})
		})
	}
}

// warmUp lets fasthttp start what it starts only once, outside of any bubble.
func warmUp(t *testing.T, sockets *sockets) {
	t.Helper()
	s, err := parseScenario("warm-up", []byte(`The first request of the process.
-- config --
upstreams: { api: { targets: ["http://origin"] } }
routes: [{ path: "/", upstream: api }]
-- origin --
-- steps --
-- expect --
`))
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(s, sockets)
	if err != nil {
		t.Fatal(err)
	}
	c := w.connect("warm", order{method: "TRACE", wire: "TRACE / HTTP/1.1\r\nHost: api.test\r\n\r\n"})
	c.run()
	if got := c.result(); got.response == nil {
		t.Errorf("the first request: %v", got.err)
	}
	if err := w.end(); err != nil {
		t.Error(err)
	}
}

// A scenario is a file that was read.
type scenario struct {
	file    string
	configs map[string]section // "config" and those that a step switches to
	origin  section
	steps   []step
	expect  []expectation
}

// A section is a part of the file; its first line has this number.
type section struct {
	line int
	text string
}

// parseScenario reads a file, or says in which line it cannot be read.
func parseScenario(file string, data []byte) (*scenario, error) {
	archive := txtar.Parse(data)
	if strings.TrimSpace(string(archive.Comment)) == "" {
		return nil, fmt.Errorf("%s:1: the first line must say what the scenario is about", file)
	}
	s := &scenario{file: file, configs: map[string]section{}}
	sections := map[string]section{}
	at := strings.Count(string(archive.Comment), "\n")
	for _, f := range archive.Files {
		at++ // the marker
		part := section{at + 1, string(f.Data)}
		at += strings.Count(part.text, "\n")
		switch {
		case strings.HasPrefix(f.Name, "config"):
			s.configs[f.Name] = part
		case f.Name == "origin" || f.Name == "steps" || f.Name == "expect":
			sections[f.Name] = part
		default:
			return nil, fmt.Errorf("%s:%d: there is no section %q; write config, origin, steps or expect", file, part.line-1, f.Name)
		}
	}
	s.origin = sections["origin"]
	var err error
	if s.steps, err = readSteps(sections["steps"]); err != nil {
		return nil, fmt.Errorf("%s:%w", file, err)
	}
	if s.expect, err = readExpectations(sections["expect"]); err != nil {
		return nil, fmt.Errorf("%s:%w", file, err)
	}
	if _, err := scripts(s.origin); err != nil {
		return nil, fmt.Errorf("%s:%w", file, err)
	}
	return s, nil
}

// run plays the scenario in the bubble that it is called in, and tells what was
// not as expected, each with its line.
func (s *scenario) run(sockets *sockets) []error {
	w, err := newWorld(s, sockets)
	if err != nil {
		return []error{err}
	}
	var faults []error
	for _, step := range s.steps {
		if err := step.do(w); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", s.file, step.line, err))
			break
		}
	}
	if len(faults) == 0 {
		faults = append(w.check(), w.origin.faults...)
	}
	for _, err := range []error{w.end(), leaked()} {
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.file, err))
		}
	}
	if len(faults) > 0 {
		faults = append(faults, fmt.Errorf("what went over the wires:\n%s", w.transcript()))
	}
	return faults
}
