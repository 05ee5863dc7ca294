package test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// check compares what came with what was expected, and with what holds always.
func (w *world) check() []error {
	var faults []error
	covered := map[string]bool{}
	for _, e := range w.scenario.expect {
		if err := e.check(w); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", w.scenario.file, e.line, err))
		}
		for _, name := range e.covers {
			covered[name] = true
		}
	}
	for _, c := range w.order {
		if !covered[c.name] && c.state() != "left" {
			faults = append(faults, fmt.Errorf("%s: nothing is expected of client %s", w.scenario.file, c.name))
		}
		if err := sound(c); err != nil {
			faults = append(faults, fmt.Errorf("%s: client %s: %w", w.scenario.file, c.name, err))
		}
	}
	return faults
}

// sound is what holds for every answer: it has one Date and our Cache-Status,
// and nothing follows it.
func sound(c *client) error {
	got := c.result()
	if got.response == nil {
		return nil
	}
	h := got.response.Header
	var faults []error
	if dates := h.Values("Date"); len(dates) != 1 {
		faults = append(faults, fmt.Errorf("Date %q, want exactly one (RFC 9110 section 6.6.1)", dates))
	}
	if ours := strings.Count(strings.Join(h.Values("Cache-Status"), ", "), "afterburner"); ours == 0 {
		faults = append(faults, fmt.Errorf("Cache-Status %q, want a member of ours (RFC 9211)", h.Values("Cache-Status")))
	}
	if ages := h.Values("Age"); len(ages) > 1 {
		faults = append(faults, fmt.Errorf("Age %q, want at most one (RFC 9111 section 5.1)", ages))
	}
	if got.unexpected > 0 {
		faults = append(faults, fmt.Errorf("%d bytes follow the answer", got.unexpected))
	}
	return errors.Join(faults...)
}

// readOriginClaims reads what the origin saw: in all, or as its nth request.
func readOriginClaims(number string, texts []string) (func(*world) error, error) {
	var all []func(*world) error
	for _, text := range texts {
		check, err := readTotal(text)
		if number != "" {
			check, err = readSeen(number, text)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, check)
	}
	return func(w *world) error {
		var faults []error
		for _, check := range all {
			faults = append(faults, check(w))
		}
		return errors.Join(faults...)
	}, nil
}

// readTotal reads "3 requests", "2 GET /p", "10 at once" or "1 connections".
func readTotal(text string) (func(*world) error, error) {
	number, what, _ := strings.Cut(text, " ")
	want, err := strconv.Atoi(number)
	if err != nil {
		return nil, fmt.Errorf("origin: %q is neither N requests, N METHOD /path, N at once nor N connections", text)
	}
	return func(w *world) error {
		w.origin.mu.Lock()
		defer w.origin.mu.Unlock()
		got := 0
		switch {
		case what == "at once":
			got = w.origin.top
		case what == "connections":
			got = w.origin.dialed
		case strings.HasPrefix(what, "request"):
			got = len(w.origin.seen)
		default:
			for _, s := range w.origin.seen {
				if s.Method+" "+s.RequestURI == what {
					got++
				}
			}
		}
		if got != want {
			return fmt.Errorf("the origin had %d %s, want %d", got, what, want)
		}
		return nil
	}, nil
}

// readSeen reads what is claimed of one request: `GET /p`, `"body"`, cut, no
// Name, Name value, Name has text.
func readSeen(number, text string) (func(*world) error, error) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, fmt.Errorf("origin %q: not the number of a request", number)
	}
	about, err := readSeenClaim(text)
	if err != nil {
		return nil, err
	}
	return func(w *world) error {
		w.origin.mu.Lock()
		defer w.origin.mu.Unlock()
		if n < 1 || n > len(w.origin.seen) {
			return fmt.Errorf("the origin had %d requests, not a number %d", len(w.origin.seen), n)
		}
		if err := about(w.origin.seen[n-1]); err != nil {
			return fmt.Errorf("origin's request %d: %w", n, err)
		}
		return nil
	}, nil
}

func readSeenClaim(text string) (func(*seen) error, error) {
	if body, ok, err := quoted(text); ok {
		return func(s *seen) error { return sameBody(string(s.body), body) }, err
	}
	if text == "cut" {
		return func(s *seen) error {
			if !s.cut {
				return errors.New("its answer went out, want it cut off")
			}
			return nil
		}, nil
	}
	if method, target, ok := strings.Cut(text, " "); ok && strings.ToUpper(method) == method && strings.HasPrefix(target, "/") {
		return func(s *seen) error {
			if got := s.Method + " " + s.RequestURI; got != text {
				return fmt.Errorf("%s, want %s", got, text)
			}
			return nil
		}, nil
	}
	c, err := readClaim(text)
	return func(s *seen) error {
		fields := s.Header.Clone()
		fields.Set("Host", s.Host)
		return c(nil, &result{response: &http.Response{Header: fields}})
	}, err
}
