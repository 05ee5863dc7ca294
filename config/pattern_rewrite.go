package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// RewritePart is a piece of a rewrite: text, or what a wildcard matched.
type RewritePart struct {
	// Text is sent as it stands; empty where Param counts.
	Text string
	// Param is the place in the pattern's Names whose value stands here.
	// len(Names()) is the remainder that a trailing slash matched; -1 is Text.
	Param int
}

// ParseRewrite reads a route's rewrite against the pattern of its path. The
// names are those of the path, {rest} and {rest...} are the same. A trailing
// slash means in both the same: everything below goes along.
//
//	parts, err := config.ParseRewrite("/v1/products/{id}", pattern)
func ParseRewrite(rewrite string, p *Pattern) ([]RewritePart, error) {
	if !strings.HasPrefix(rewrite, "/") {
		return nil, fmt.Errorf("%q does not start with /; write /%s", rewrite, rewrite)
	}
	var parts []RewritePart
	for rest := rewrite; rest != ""; {
		text, after, found := strings.Cut(rest, "{")
		if err := checkRewriteText(rewrite, text); err != nil {
			return nil, err
		}
		if text != "" {
			parts = append(parts, RewritePart{Text: text, Param: -1})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(after, "}")
		if !closed {
			return nil, fmt.Errorf("%q: a { is not closed; write {name}, or %%7B for a brace that is meant", rewrite)
		}
		param, err := rewriteParam(name, p)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", rewrite, err)
		}
		parts = append(parts, RewritePart{Param: param})
		rest = after
	}
	if p.Remainder() && strings.HasSuffix(rewrite, "/") {
		parts = append(parts, RewritePart{Param: len(p.names)})
	}
	return parts, checkRewriteSegments(rewrite)
}

func rewriteParam(name string, p *Pattern) (int, error) {
	index := slices.Index(p.names, strings.TrimSuffix(name, "..."))
	if index < 0 {
		return 0, fmt.Errorf("{%s} is not in the path %s; use one of its wildcards or add it there", name, p)
	}
	multi := p.Segments[len(p.Segments)-1].Multi && index == len(p.names)-1 && !p.Remainder()
	if strings.HasSuffix(name, "...") && !multi {
		return 0, fmt.Errorf("{%s}: the path %s has one segment there; write {%s}", name, p, p.names[index])
	}
	return index, nil
}

// checkRewriteText refuses what may not stand in a request line (RFC 9112
// section 3.2.1): the text is sent as it is, byte for byte.
func checkRewriteText(rewrite, text string) error {
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '?':
			return fmt.Errorf("%q: the query is kept as the client sent it; leave out the ?", rewrite)
		case c <= ' ', c >= 0x7f, strings.IndexByte("\"#<>\\^`|}", c) >= 0:
			return fmt.Errorf("%q: %q may not stand in a path; write %%%02X", rewrite, text[i:i+1], c)
		}
	}
	if _, err := url.PathUnescape(text); err != nil {
		return fmt.Errorf("%q has a bad percent-encoding; write %%25 for a percent sign", rewrite)
	}
	return nil
}

// checkRewriteSegments refuses dot segments and empty segments: an upstream
// may resolve them or not.
func checkRewriteSegments(rewrite string) error {
	if strings.Contains(rewrite, "//") {
		return fmt.Errorf("%q has an empty segment; write a single /", rewrite)
	}
	for segment := range strings.SplitSeq(rewrite, "/") {
		text, _ := url.PathUnescape(segment)
		if text == "." || text == ".." {
			return fmt.Errorf("%q has a dot segment; write the path without it", rewrite)
		}
	}
	return nil
}
