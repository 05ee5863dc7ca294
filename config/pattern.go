package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPatternNames is how many wildcards one pattern may name. It bounds the
// values that a router keeps for each request.
const MaxPatternNames = 16

// maxPath is the longest pattern of a path, and maxMethods the longest list of
// methods: what is longer is no route but rubbish.
const (
	maxPath    = 8 << 10 // bytes
	maxMethods = 64
)

// Pattern is what a route matches: a host, a path and methods, in the grammar
// of net/http.ServeMux.
//
//	p, err := config.ParsePattern("*.example.com", "/products/{id}", []string{"GET"})
//	// p.Host "*.example.com", p.Methods [GET HEAD], p.Names() [id]
//
// A Pattern does not change after ParsePattern.
type Pattern struct {
	// Host is an exact name or *.example.com, in lower case, without a port and
	// without a dot at the end. Empty: any host.
	Host string
	// Methods are those taken, HEAD among them where GET is. Empty: all.
	Methods []string
	// HeadImplied says that HEAD is among Methods only because GET is: a route
	// of the same path that lists HEAD itself is before this one.
	HeadImplied bool
	// Segments are the parts of the path, at least one.
	Segments []Segment

	path  string
	names []string
}

// Segment is the part of a pattern between two slashes.
type Segment struct {
	// Literal is the text of a segment that is no wildcard, percent-decoded. It
	// never holds a slash, with one exception: "/" alone stands for {$}, a path
	// that ends here with a slash.
	Literal string
	// Wild matches any segment that is not empty.
	Wild bool
	// Multi matches all that is left, also nothing. Only the last segment can
	// be Multi, and it is Wild too.
	Multi bool
	// Name is what the wildcard is called; empty for a literal and for the
	// remainder that a trailing slash stands for.
	Name string
}

// PatternFault is what is wrong with one part of a pattern.
type PatternFault struct {
	// Key is the part: host, path or methods.
	Key string
	// Message says what is wrong and how to put it right.
	Message string
}

// PatternFaults is the error of ParsePattern: at most one fault for each key.
type PatternFaults []PatternFault

// Error lists the faults in one line.
func (f PatternFaults) Error() string {
	parts := make([]string, len(f))
	for i, fault := range f {
		parts[i] = fault.Key + ": " + fault.Message
	}
	return strings.Join(parts, "; ")
}

// ParsePattern reads a route's host, path and methods. The error is of type
// PatternFaults.
func ParsePattern(host, path string, methods []string) (*Pattern, error) {
	p := &Pattern{path: path}
	var faults PatternFaults
	note := func(key string, err error) {
		if err != nil {
			faults = append(faults, PatternFault{key, err.Error()})
		}
	}
	var err error
	p.Host, err = patternHost(host)
	note("host", err)
	p.Segments, p.names, err = patternPath(path)
	note("path", err)
	p.Methods, p.HeadImplied, err = patternMethods(methods)
	note("methods", err)
	if faults != nil {
		return nil, faults
	}
	return p, nil
}

// String is the path as written: the metrics call the route so (http_route).
func (p *Pattern) String() string { return p.path }

// Names are the names of the wildcards from left to right.
func (p *Pattern) Names() []string { return p.names }

// Remainder says whether the path ends with a slash, and so takes everything
// below without a name for it.
func (p *Pattern) Remainder() bool {
	last := p.Segments[len(p.Segments)-1]
	return last.Multi && last.Name == ""
}

func patternPath(path string) (segments []Segment, names []string, err error) {
	if err := patternText(path); err != nil {
		return nil, nil, err
	}
	parts := strings.Split(path[1:], "/")
	for i, part := range parts {
		segment, err := patternSegment(part, i == len(parts)-1)
		if err != nil {
			return nil, nil, fmt.Errorf("%q: %w", path, err)
		}
		segments = append(segments, segment)
		if segment.Name == "" {
			continue
		}
		if slices.Contains(names, segment.Name) {
			return nil, nil, fmt.Errorf("%q: {%s} is there twice; give each wildcard its own name", path, segment.Name)
		}
		names = append(names, segment.Name)
	}
	if len(names) > MaxPatternNames {
		return nil, nil, fmt.Errorf("%q: %d wildcards are more than %d; end the path with {rest...}", path, len(names), MaxPatternNames)
	}
	return segments, names, nil
}

// patternText refuses what no path can hold.
func patternText(path string) error {
	switch {
	case path == "":
		return fmt.Errorf(`a path is missing; write "/" to take everything`)
	case len(path) > maxPath:
		return fmt.Errorf("%s is longer than %d bytes; shorten it", quote(path), maxPath)
	case path[0] != '/':
		return fmt.Errorf("%q does not start with /; write /%s", path, path)
	case strings.Contains(path, "?"):
		return fmt.Errorf("%q: a pattern has no query; leave out the ?, or write %%3F for one in the path", path)
	case strings.Contains(path, "#"):
		return fmt.Errorf("%q: a path has no #; write %%23", path)
	case !utf8.ValidString(path), strings.ContainsFunc(path, unicode.IsControl):
		return fmt.Errorf("%q holds a control character or is no UTF-8; write such bytes as %%XX", path)
	}
	return nil
}

func patternSegment(part string, last bool) (Segment, error) {
	if part == "" {
		if last {
			return Segment{Wild: true, Multi: true}, nil
		}
		return Segment{}, fmt.Errorf("// holds an empty segment, which no request can safely match; write a single /")
	}
	if strings.ContainsAny(part, "{}") {
		return patternWildcard(part, last)
	}
	return patternLiteral(part)
}

func patternWildcard(part string, last bool) (Segment, error) {
	inner, opened := strings.CutPrefix(part, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !opened || !closed || strings.ContainsAny(inner, "{}") {
		return Segment{}, fmt.Errorf("%q: a wildcard is one whole segment in one pair of braces, like /{id}/; write %%7B or %%7D for a brace that is meant", part)
	}
	name, multi := strings.CutSuffix(inner, "...")
	switch {
	case (inner == "$" || multi) && !last:
		return Segment{}, fmt.Errorf("%s is not at the end; move it there, or use {name} for one segment", part)
	case inner == "$":
		return Segment{Literal: "/"}, nil
	case name == "":
		return Segment{}, fmt.Errorf("%s has no name; write {id} or {rest...}", part)
	case !isIdentifier(name):
		return Segment{}, fmt.Errorf("%s: %q is no name; use letters, digits and _, beginning with a letter", part, name)
	}
	return Segment{Wild: true, Multi: multi, Name: name}, nil
}

// patternLiteral decodes a literal once. What a second look would read in
// another way (a slash, a dot segment, another escape) could only ever be
// answered with ambiguous_path, so it is a fault here.
func patternLiteral(part string) (Segment, error) {
	text, err := url.PathUnescape(part)
	switch {
	case err != nil:
		return Segment{}, fmt.Errorf("%q has a bad percent-encoding; write %%25 for a percent sign", part)
	case text == "." || text == "..":
		return Segment{}, fmt.Errorf("%q is a dot segment, which no request can safely match; write the path without it", part)
	case strings.Contains(text, "/"):
		return Segment{}, fmt.Errorf("%q holds an encoded slash, which no request can safely match; use a wildcard", part)
	case hasEscape(text):
		return Segment{}, fmt.Errorf("%q is percent-encoded twice, which no request can safely match; encode it once", part)
	}
	return Segment{Literal: text}, nil
}

func hasEscape(text string) bool {
	for i := 0; i+2 < len(text); i++ {
		if text[i] == '%' && isHex(text[i+1]) && isHex(text[i+2]) {
			return true
		}
	}
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isIdentifier(name string) bool {
	for i, c := range name {
		if !unicode.IsLetter(c) && c != '_' && (i == 0 || !unicode.IsDigit(c)) {
			return false
		}
	}
	return name != ""
}
