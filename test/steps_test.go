package test

import (
	"fmt"
	"strings"
	"testing/synctest"
	"time"
)

// A step is one line of the steps section.
type step struct {
	line int
	run  func(*world) error
}

// do runs the step and lets everything settle that needs no time to pass.
func (s step) do(w *world) error {
	err := s.run(w)
	synctest.Wait()
	return err
}

func readSteps(s section) ([]step, error) {
	var list []step
	for _, l := range lines(s) {
		run, err := readStep(l.text)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", l.number, err)
		}
		list = append(list, step{l.number, run})
	}
	return list, nil
}

func readStep(text string) (func(*world) error, error) {
	if pause, ok := strings.CutPrefix(text, "+"); ok {
		d, err := time.ParseDuration(pause)
		return func(*world) error { time.Sleep(d); return nil }, err
	}
	verb, rest, _ := strings.Cut(text, " ")
	switch {
	case verb == "origin:":
		return originStep(rest)
	case verb == "purge":
		return purgeStep(rest)
	case verb == "configure":
		return func(w *world) error { return w.configure(rest) }, nil
	case rest == "leaves":
		return named(verb, func(c *client) { c.leave() })
	case rest == "reads":
		return named(verb, func(c *client) { close(c.paused) })
	}
	return requestStep(text)
}

// purgeStep reads "URL", "all", "prefix URL" and "tag NAME", and "soft" before
// each.
func purgeStep(what string) (func(*world) error, error) {
	what, soft := strings.CutPrefix(what, "soft ")
	kind, name, _ := strings.Cut(what, " ")
	switch {
	case what == "all":
		return func(w *world) error { w.gateway.PurgeAll(soft); return nil }, nil
	case kind == "prefix":
		return func(w *world) error { return w.gateway.PurgePrefix(name, soft) }, nil
	case kind == "tag":
		return func(w *world) error { w.gateway.PurgeTag(name, soft); return nil }, nil
	}
	return func(w *world) error { return w.gateway.PurgeURL(what, soft) }, nil
}

func originStep(what string) (func(*world) error, error) {
	switch what {
	case "resume":
		return func(w *world) error { w.origin.resume(); return nil }, nil
	case "up", "down", "hanging":
		return func(w *world) error { w.origin.set(what); return nil }, nil
	}
	return nil, fmt.Errorf("the origin cannot %q; write resume, up, down or hanging", what)
}

func named(name string, do func(*client)) (func(*world) error, error) {
	return func(w *world) error {
		c := w.clients[name]
		if c == nil {
			return fmt.Errorf("there is no client %s", name)
		}
		do(c)
		return nil
	}, nil
}

// requestStep reads "a, b: GET /path", or "b on a: GET /path".
func requestStep(text string) (func(*world) error, error) {
	who, what, found := strings.Cut(text, ": ")
	if !found {
		return nil, fmt.Errorf("%q is no step; write CLIENT: GET /path, +1s, origin: resume, purge /path, configure NAME, CLIENT leaves or CLIENT reads", text)
	}
	who, on, _ := strings.Cut(who, " on ")
	list, err := names(who)
	if err != nil {
		return nil, err
	}
	o, err := readOrder(what)
	if err != nil {
		return nil, err
	}
	o.on = on
	return func(w *world) error { return w.request(list, o) }, nil
}
