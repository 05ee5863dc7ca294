package test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// An expectation is one line of the expect section.
type expectation struct {
	line   int
	check  func(*world) error
	covers []string // the clients it is about
}

// A claim is one thing that a line says of a client.
type claim func(*client, *result) error

// readExpectations reads "a, b: CLAIM, ...", "9 of a*10: ...", "origin: ..." and
// "origin 2: ...".
func readExpectations(s section) ([]expectation, error) {
	var list []expectation
	for _, l := range lines(s) {
		e, err := readExpectation(l.text)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", l.number, err)
		}
		e.line = l.number
		list = append(list, e)
	}
	return list, nil
}

func readExpectation(text string) (e expectation, err error) {
	who, what, found := strings.Cut(text, ": ")
	if !found {
		return e, fmt.Errorf("%q expects nothing; write CLIENT: 200, \"body\", Name value, ...", text)
	}
	claims := split(what, ',')
	if rest, ok := strings.CutPrefix(who, "origin"); ok {
		e.check, err = readOriginClaims(strings.TrimSpace(rest), claims)
		return e, err
	}
	exactly := -1
	if number, rest, ok := strings.Cut(who, " of "); ok {
		if exactly, err = strconv.Atoi(number); err != nil {
			return e, fmt.Errorf("%q of %s is no number", number, rest)
		}
		who = rest
	}
	if e.covers, err = names(who); err != nil {
		return e, err
	}
	all, err := readClaims(claims)
	if err != nil {
		return e, err
	}
	e.check = func(w *world) error { return checkClients(w, e.covers, all) }
	if exactly >= 0 {
		e.check = func(w *world) error { return checkSome(w, e.covers, exactly, what, all) }
	}
	return e, nil
}

// readClaims adds the claim that the answer is whole, unless another is made.
func readClaims(texts []string) ([]claim, error) {
	var all []claim
	state := "whole"
	for _, text := range texts {
		switch text {
		case "whole", "broken", "waiting", "unanswered", "left":
			state = text
			continue
		}
		c, err := readClaim(text)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return append([]claim{inState(state)}, all...), nil
}

func inState(want string) claim {
	return func(c *client, _ *result) error {
		if got := c.state(); got != want {
			return fmt.Errorf("the answer is %s, want %s", got, want)
		}
		return nil
	}
}

func readClaim(text string) (claim, error) {
	if body, ok, err := quoted(text); ok {
		return hasBody(body), err
	}
	w := words(text)
	switch {
	case len(w) == 1 && len(text) == 3 && text[0] >= '1' && text[0] <= '9':
		return hasStatus(text), nil
	case len(w) == 2 && w[0] == "decoded":
		body, _, err := quoted(w[1])
		return hasDecoded(body), err
	case len(w) == 3 && w[0] == "body" && w[1] == "has":
		part, _, err := quoted(w[2])
		return bodyHas(part), err
	case len(w) == 2 && w[0] == "no":
		return lacks(w[1]), nil
	case len(w) == 2 && w[0] == "interim":
		return hasInterim(w[1]), nil
	case len(w) == 3 && w[1] == "after" && (w[0] == "head" || w[0] == "ended"):
		d, err := time.ParseDuration(w[2])
		return hasTime(w[0], d), err
	}
	name, value, ok := field(text)
	if !ok {
		return nil, fmt.Errorf("%q is nothing that can be expected", text)
	}
	if part, isPart := strings.CutPrefix(value, "has "); isPart {
		return fieldHas(name, unquoted(part)), nil
	}
	if part, isPart := strings.CutPrefix(value, "lacks "); isPart {
		return fieldLacks(name, unquoted(part)), nil
	}
	return fieldIs(name, value), nil
}

// checkClients wants every claim of every client.
func checkClients(w *world, list []string, claims []claim) error {
	var faults []error
	for _, name := range list {
		c := w.clients[name]
		if c == nil {
			return fmt.Errorf("there is no client %s", name)
		}
		got := c.result()
		for _, claim := range claims {
			if err := claim(c, &got); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return errors.Join(faults...)
}

// checkSome wants so many of the clients to fulfil all claims.
func checkSome(w *world, list []string, want int, what string, claims []claim) error {
	fit := 0
	for _, name := range list {
		if checkClients(w, []string{name}, claims) == nil {
			fit++
		}
	}
	if fit != want {
		return fmt.Errorf("%d clients have %s, want %d", fit, what, want)
	}
	return nil
}

func hasStatus(want string) claim {
	return func(_ *client, r *result) error {
		if r.response == nil {
			return fmt.Errorf("%s, want status %s", r.headless(), want)
		}
		if got := strconv.Itoa(r.response.StatusCode); got != want {
			return fmt.Errorf("status %s, want %s", got, want)
		}
		return nil
	}
}

func hasBody(want string) claim {
	return func(_ *client, r *result) error { return sameBody(string(r.body), want) }
}

func sameBody(got, want string) error {
	if got != want {
		return fmt.Errorf("body %q (%d bytes), want %q (%d bytes)", clipped(got), len(got), clipped(want), len(want))
	}
	return nil
}

func hasDecoded(want string) claim {
	return func(_ *client, r *result) error {
		got, err := decoded(r)
		if err != nil {
			return err
		}
		return sameBody(got, want)
	}
}

func decoded(r *result) (string, error) {
	if r.response == nil {
		return "", errors.New(r.headless())
	}
	var in io.Reader = bytes.NewReader(r.body)
	switch coding := r.response.Header.Get("Content-Encoding"); coding {
	case "br":
		in = brotli.NewReader(in)
	case "gzip":
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return "", fmt.Errorf("decode gzip: %w", err)
		}
		in = unzipped
	case "zstd":
		plain, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return "", fmt.Errorf("decode zstd: %w", err)
		}
		defer plain.Close()
		in = plain
	default:
		return "", fmt.Errorf("Content-Encoding is %q, want br, gzip or zstd", coding)
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return string(body), fmt.Errorf("decode the body: %w", err)
	}
	return string(body), nil
}

func bodyHas(part string) claim {
	return func(_ *client, r *result) error {
		if !strings.Contains(string(r.body), part) {
			return fmt.Errorf("body %q, want it to have %q", clipped(string(r.body)), part)
		}
		return nil
	}
}

func hasInterim(want string) claim {
	return func(_ *client, r *result) error {
		var got []string
		for _, one := range r.interim {
			got = append(got, strconv.Itoa(one.StatusCode))
		}
		if strings.Join(got, " ") != want {
			return fmt.Errorf("interim responses %v, want %s", got, want)
		}
		return nil
	}
}

func hasTime(what string, want time.Duration) claim {
	return func(_ *client, r *result) error {
		at := r.ended
		if what == "head" {
			at = r.headed
		}
		if at.IsZero() {
			return fmt.Errorf("%s: never, want after %s", what, want)
		}
		if got := at.Sub(r.begun); got != want {
			return fmt.Errorf("%s after %s, want after %s", what, got, want)
		}
		return nil
	}
}

// headless tells why there is no head.
func (r *result) headless() string {
	if r.err == nil {
		return "there is no head"
	}
	return "there is no head: " + r.err.Error()
}

// fields of an answer; none without one.
func (r *result) fields() http.Header {
	if r.response == nil {
		return nil
	}
	h := r.response.Header
	if r.response.Close { // ReadResponse takes it out
		h.Set("Connection", "close")
	}
	return h
}

func fieldIs(name, want string) claim {
	return aboutField(name, "want %q", want, func(got string) bool { return got == want })
}

func fieldHas(name, part string) claim {
	return aboutField(name, "want it to have %q", part, func(got string) bool { return strings.Contains(got, part) })
}

func fieldLacks(name, part string) claim {
	return aboutField(name, "want it to lack %q", part, func(got string) bool { return !strings.Contains(got, part) })
}

func aboutField(name, format, want string, fits func(string) bool) claim {
	return func(_ *client, r *result) error {
		if got := strings.Join(r.fields().Values(name), ", "); !fits(got) {
			return fmt.Errorf("%s: %q, "+format, name, got, want)
		}
		return nil
	}
}

func lacks(name string) claim {
	return func(_ *client, r *result) error {
		if values := r.fields().Values(name); len(values) > 0 {
			return fmt.Errorf("%s: %q, want none", name, values)
		}
		return nil
	}
}
