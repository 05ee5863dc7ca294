package config

import (
	"fmt"
	"slices"
	"strings"
)

// TemplatePart is a piece of a header value: text, what a wildcard matched, or
// a variable.
type TemplatePart struct {
	// Text is sent as it stands; empty where Param or Variable counts.
	Text string
	// Param is the place in the pattern's Names whose value stands here, as the
	// client sent it, percent-encoded; -1 where it is something else.
	Param int
	// Variable is one of TemplateVariables; empty where it is something else.
	Variable string
}

// TemplateVariables are the names that mean the same in every header value:
// the address of the client, the Host and the method of its request, its path
// and its query as they were sent, http or https, and the trace it belongs to.
func TemplateVariables() []string {
	return []string{"client_ip", "host", "method", "path", "query", "scheme", "trace_id"}
}

// ParseTemplate reads a header value against the pattern of its route's path.
// {name} is a wildcard of the path, or else one of TemplateVariables; {{ and }}
// are single braces. The error shows nothing of the value but the name: header
// values are secrets at times.
//
//	parts, err := config.ParseTemplate("product-{id}; via {host}", pattern)
func ParseTemplate(value string, p *Pattern) ([]TemplatePart, error) {
	if err := checkFieldValue(value); err != nil {
		return nil, err
	}
	var parts []TemplatePart
	var text strings.Builder
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c != '{' && c != '}':
			text.WriteByte(c)
		case strings.HasPrefix(value[i+1:], string(c)):
			text.WriteByte(c)
			i++
		case c == '}':
			return nil, fmt.Errorf("a } closes nothing; write {name}, or }} for a brace")
		default:
			name, _, closed := strings.Cut(value[i+1:], "}")
			if !closed {
				return nil, fmt.Errorf("a { is not closed; write {name}, or {{ for a brace")
			}
			part, err := templateName(name, p)
			if err != nil {
				return nil, err
			}
			parts = append(appendText(parts, &text), part)
			i += len(name) + 1
		}
	}
	return appendText(parts, &text), nil
}

func appendText(parts []TemplatePart, text *strings.Builder) []TemplatePart {
	if text.Len() == 0 {
		return parts
	}
	parts = append(parts, TemplatePart{Text: text.String(), Param: -1})
	text.Reset()
	return parts
}

// templateName finds a name; the path's wildcards are before the variables.
func templateName(name string, p *Pattern) (TemplatePart, error) {
	if slices.Contains(p.names, strings.TrimSuffix(name, "...")) {
		param, err := rewriteParam(name, p)
		return TemplatePart{Param: param}, err
	}
	if slices.Contains(TemplateVariables(), name) {
		return TemplatePart{Param: -1, Variable: name}, nil
	}
	known := append(slices.Clone(p.names), TemplateVariables()...)
	var r report
	if best := r.near(name, known); best != "" {
		return TemplatePart{}, fmt.Errorf("%s is not known; did you mean {%s}?", quote("{"+name+"}"), best)
	}
	return TemplatePart{}, fmt.Errorf("%s is neither in the path %s nor a variable; use one of %s, or {{ for a brace",
		quote("{"+name+"}"), p, strings.Join(known, ", "))
}

// checkFieldValue refuses what no field can carry (RFC 9110 section 5.5).
func checkFieldValue(value string) error {
	for _, c := range []byte(value) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("holds a line end or another control character, which no field can carry; remove it")
		}
	}
	if strings.Trim(value, " \t") != value {
		return fmt.Errorf("begins or ends with a space, which the receiver drops; remove it")
	}
	return nil
}
