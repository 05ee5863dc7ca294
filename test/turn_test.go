package test

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// scripted is one line of the origin section.
type scripted struct {
	line           int
	method, target string
	conditions     []condition
	acts           []act
	repeat, used   bool
}

// condition is "when NAME=VALUE", "when NAME" or "when no NAME".
type condition struct {
	name, value string
	kind        string // is, has, no
}

// act is one thing that the origin does.
type act struct {
	verb  string // status, field, body, raw, chunked, until-close, HTTP/1.0, hold, wait, close, reset
	name  string
	text  string
	pause time.Duration
}

func (s *scripted) fits(r *http.Request) bool {
	if r.Method != s.method || r.RequestURI != s.target {
		return false
	}
	for _, c := range s.conditions {
		values := r.Header.Values(c.name)
		switch {
		case c.kind == "no" && len(values) > 0, c.kind == "has" && len(values) == 0:
			return false
		case c.kind == "is" && strings.Join(values, ", ") != c.value:
			return false
		}
	}
	return true
}

// scripts reads the origin section: "METHOD TARGET [when CONDITION]...: ACT, ...".
func scripts(s section) ([]*scripted, error) {
	var list []*scripted
	for _, l := range lines(s) {
		head, rest, found := strings.Cut(l.text, ": ")
		if !found {
			return nil, fmt.Errorf("%d: want METHOD /path: what the origin does, got %q", l.number, l.text)
		}
		one := &scripted{line: l.number}
		if err := one.readHead(words(head)); err != nil {
			return nil, fmt.Errorf("%d: %w", l.number, err)
		}
		for _, text := range split(rest, ',') {
			if text == "repeat" {
				one.repeat = true
				continue
			}
			a, err := readAct(text)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", l.number, err)
			}
			one.acts = append(one.acts, a)
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *scripted) readHead(w []string) error {
	if len(w) < 2 {
		return fmt.Errorf("want METHOD /path, got %q", strings.Join(w, " "))
	}
	s.method, s.target = w[0], w[1]
	for w = w[2:]; len(w) > 0; {
		switch {
		case w[0] != "when" || len(w) < 2:
			return fmt.Errorf("want when NAME=VALUE, when NAME or when no NAME, got %q", strings.Join(w, " "))
		case w[1] == "no" && len(w) > 2:
			s.conditions = append(s.conditions, condition{name: w[2], kind: "no"})
			w = w[3:]
		default:
			name, value, valued := strings.Cut(w[1], "=")
			kind := "has"
			if valued {
				kind = "is"
			}
			s.conditions = append(s.conditions, condition{name, unquoted(value), kind})
			w = w[2:]
		}
	}
	return nil
}

func readAct(text string) (act, error) {
	if body, ok, err := quoted(text); ok {
		return act{verb: "body", text: body}, err
	}
	verb, rest, _ := strings.Cut(text, " ")
	switch verb {
	case "hold", "close", "reset", "chunked", "until-close", "HTTP/1.0":
		return act{verb: verb}, nil
	case "wait":
		pause, err := time.ParseDuration(rest)
		return act{verb: "wait", pause: pause}, err
	case "raw":
		raw, ok, err := quoted(rest)
		if !ok {
			return act{}, fmt.Errorf("raw %s: want a quoted text", rest)
		}
		return act{verb: "raw", text: raw}, err
	}
	if len(text) == 3 && text[0] >= '1' && text[0] <= '9' {
		_, err := strconv.Atoi(text)
		return act{verb: "status", text: text}, err
	}
	if name, value, ok := field(text); ok {
		return act{verb: "field", name: name, text: value}, nil
	}
	return act{}, fmt.Errorf("the origin cannot do %q", text)
}

// turn is one request being answered.
type turn struct {
	origin  *origin
	conn    net.Conn
	number  int
	request *seen

	version, status string
	fields          string
	size            int  // of all bodies
	open            bool // a head was begun and is not out
	framed, chunked bool
	ends            bool // the connection closes behind this answer
}

// play does one act after another and completes the message, unless the last
// one ended the connection.
func (t *turn) play(acts []act) (keep bool, err error) {
	for _, a := range acts {
		if a.verb == "body" {
			t.size += len(t.expand(a.text))
		}
	}
	for _, a := range acts {
		if done, err := t.do(a); done || err != nil {
			return false, err
		}
	}
	if err := t.sendHead(); err != nil {
		return false, err
	}
	if t.chunked && t.request.Method != "HEAD" {
		err = t.write("0\r\n\r\n")
	}
	return !t.ends, err
}

func (t *turn) do(a act) (done bool, err error) {
	switch a.verb {
	case "status":
		t.status, t.open = a.text, true
	case "field":
		t.framed = t.framed || a.name == "Content-Length" || a.name == "Transfer-Encoding"
		t.fields += a.name + ": " + t.expand(a.text) + "\r\n"
	case "chunked":
		t.chunked = true
	case "until-close":
		t.ends, t.framed = true, true
	case "HTTP/1.0":
		t.version, t.ends = "1.0", true
	case "body":
		return false, t.sendBody(t.expand(a.text))
	case "raw":
		if err := t.sendHead(); err != nil {
			return false, err
		}
		return false, t.write(t.expand(a.text))
	default:
		return t.halt(a)
	}
	return false, nil
}

// halt does what sends the head first: pauses and ends.
func (t *turn) halt(a act) (done bool, err error) {
	if err := t.sendHead(); err != nil {
		return false, err
	}
	switch a.verb {
	case "wait":
		select {
		case <-time.After(a.pause):
		case <-t.origin.over:
			return true, nil
		}
	case "hold":
		select {
		case <-t.origin.holding():
		case <-t.origin.over:
			return true, nil
		}
	case "reset":
		_ = t.conn.(*wire).SetLinger(0)
		return true, nil
	case "close":
		return true, nil
	}
	return false, nil
}

// sendHead sends the head if one was begun. Its length is that of all bodies,
// unless the script frames the message otherwise.
func (t *turn) sendHead() error {
	if !t.open {
		return nil
	}
	t.open = false
	if t.version == "" {
		t.version = "1.1"
	}
	switch {
	case t.chunked:
		t.fields += "Transfer-Encoding: chunked\r\n"
	case !t.framed && t.status >= "200" && t.status != "204" && t.status != "304":
		t.fields += "Content-Length: " + strconv.Itoa(t.size) + "\r\n"
	}
	head := "HTTP/" + t.version + " " + t.status + " Scripted\r\n" + t.fields + "\r\n"
	t.fields = ""
	return t.write(head)
}

func (t *turn) sendBody(text string) error {
	if err := t.sendHead(); err != nil || t.request.Method == "HEAD" {
		return err
	}
	if t.chunked {
		text = strconv.FormatInt(int64(len(text)), 16) + "\r\n" + text + "\r\n"
	}
	return t.write(text)
}

func (t *turn) write(text string) error {
	_, err := t.conn.Write([]byte(text))
	return err
}

var placeholder = regexp.MustCompile(`\{(n|now[+-]?[0-9a-z]*|[A-Z][A-Za-z-]*)\}`)

// expand fills in {n}, the number of the request; {now}, {now+60s}, {now-1h}, a
// date; and {Name}, a field of the request.
func (t *turn) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1 : len(found)-1]
		if name == "n" {
			return strconv.Itoa(t.number)
		}
		offset, isTime := strings.CutPrefix(name, "now")
		if !isTime {
			return strings.Join(t.request.Header.Values(name), ", ")
		}
		d, _ := time.ParseDuration(offset) // none: no offset
		return time.Now().UTC().Add(d).Format(http.TimeFormat)
	})
}
