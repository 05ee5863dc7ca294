package config

import (
	"errors"
	"fmt"
)

// MaxTags bounds the tags of one route.
const MaxTags = 64

// ParseTag reads one of a route's cache tags against the pattern of its path.
// {name} is a wildcard of the path; {{ and }} are single braces. Variables are
// not known: a tag says what an answer is about, which the URL alone decides.
//
//	parts, err := config.ParseTag("product:{id}", pattern)
func ParseTag(tag string, p *Pattern) ([]TemplatePart, error) {
	if tag == "" {
		return nil, errors.New("is empty; write a name, like products")
	}
	parts, err := ParseTemplate(tag, p)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if part.Variable != "" {
			return nil, fmt.Errorf("%s is not in the path %s; use one of its wildcards or add it there", quote("{"+part.Variable+"}"), p)
		}
	}
	return parts, nil
}

// tags checks the cache tags of a route.
func (v *validator) tags(at *place, r Route) {
	if len(r.Cache.Tags) > MaxTags {
		v.fault(at, "has %d tags; write at most %d", len(r.Cache.Tags), MaxTags)
		return
	}
	pattern, err := ParsePattern("", r.Path, nil)
	if err != nil {
		return // the fault is that of the path
	}
	for i, tag := range r.Cache.Tags {
		if _, err := ParseTag(tag, pattern); err != nil {
			v.templateFault(at.item(i), err, pattern)
		}
	}
}
