package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxPurge bounds the body of a purge, in bytes.
const maxPurge = 64 << 10

func readPurge(w http.ResponseWriter, r *http.Request) (Purge, *problem) {
	if bad := wantJSON(w, r, "purge"); bad != nil {
		return Purge{}, bad
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPurge))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return Purge{}, &problem{http.StatusRequestEntityTooLarge, "body_too_large", "Body too large",
			fmt.Sprintf("A purge has at most %d bytes.", maxPurge)}
	}
	if err != nil {
		return Purge{}, invalidPurge("The body did not arrive whole.")
	}
	p, err := parsePurge(body)
	if err != nil {
		return Purge{}, invalidPurge(fmt.Sprintf("Cannot read the purge: %v.", err))
	}
	return p, nil
}

// wantJSON refuses what a form on a web page can send without being asked.
func wantJSON(w http.ResponseWriter, r *http.Request, verb string) *problem {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/json" {
		return nil
	}
	w.Header().Set("Accept", "application/json") // RFC 9110 section 15.5.16
	return &problem{http.StatusUnsupportedMediaType, "unsupported_media_type", "Unsupported media type",
		fmt.Sprintf("Send the %s with Content-Type: application/json.", verb)}
}

func invalidPurge(detail string) *problem {
	return &problem{http.StatusBadRequest, "invalid_purge", "Invalid purge", detail}
}

// parsePurge is strict: a purge that is misread removes the wrong answers, or
// none, and says that it did. encoding/json alone would take keys in any case,
// keys that stand twice, and null for everything.
func parsePurge(body []byte) (Purge, error) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return Purge{}, errors.New("it is not one JSON value in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return Purge{}, errors.New("it is not a JSON object")
	}
	var p Purge
	seen := map[string]bool{}
	for d.More() {
		name, value, err := member(d)
		if err != nil {
			return Purge{}, err
		}
		if seen[name] {
			return Purge{}, fmt.Errorf("%q stands twice", name)
		}
		seen[name] = true
		if err := p.set(name, value); err != nil {
			return Purge{}, err
		}
	}
	return p, p.check()
}

// member reads a name and the first token of its value, which is all of it where
// the type is right.
func member(d *json.Decoder) (name string, value json.Token, err error) {
	token, err := d.Token()
	if err != nil {
		return "", nil, fmt.Errorf("read a name: %w", err)
	}
	name, _ = token.(string) // a name always is
	if value, err = d.Token(); err != nil {
		return "", nil, fmt.Errorf("read the value of %q: %w", name, err)
	}
	return name, value, nil
}

func (p *Purge) set(name string, value json.Token) error {
	switch name {
	case "url":
		return setText(&p.URL, name, value)
	case "prefix":
		return setText(&p.Prefix, name, value)
	case "tag":
		return setText(&p.Tag, name, value)
	case "all":
		return setFlag(&p.All, name, value)
	case "soft":
		return setFlag(&p.Soft, name, value)
	}
	return fmt.Errorf("%q is unknown; it takes url, prefix, tag, all and soft", name)
}

func setText(to *string, name string, value json.Token) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("%q must be a string", name)
	}
	if text == "" {
		return fmt.Errorf("%q is empty", name)
	}
	*to = text
	return nil
}

func setFlag(to *bool, name string, value json.Token) error {
	flag, ok := value.(bool)
	if !ok {
		return fmt.Errorf("%q must be true or false", name)
	}
	*to = flag
	return nil
}

// check wants exactly one selector, in a form that can match something.
func (p Purge) check() error {
	names := p.selectors()
	if len(names) == 0 {
		return errors.New("it names nothing; give url, prefix, tag or all")
	}
	if len(names) > 1 {
		return fmt.Errorf("it names %s; give one of them", strings.Join(names, " and "))
	}
	if p.URL != "" && !absoluteOrPath(p.URL) {
		return errors.New(`"url" must begin with http://, https:// or /`)
	}
	if p.Prefix != "" && !absoluteOrPath(p.Prefix) {
		return errors.New(`"prefix" must begin with http://, https:// or /`)
	}
	return nil
}

// absoluteOrPath leaves everything else about the URL to the gateway, which
// normalises it by its route's rules.
func absoluteOrPath(s string) bool {
	if strings.HasPrefix(s, "/") {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
