package config

import (
	"fmt"
	"strings"
)

// expand fills ${NAME} and ${NAME:-default} from the environment; the default
// also stands for a variable that is set but empty, as in a shell. $$ is one
// dollar; every other dollar is itself, so that the path /{$} stays as it is.
//
// filled reports whether anything came from a variable: such a value may be a
// secret, and messages show what the file says in its place. A problem is a
// message without any value.
func (d *document) expand(text string) (value string, filled bool, problem string) {
	return d.expandWith(text, func(value string) string { return value })
}

// expandTemplate is expand for text that may hold {name}: a brace from the
// environment is a brace.
func (d *document) expandTemplate(text string) (value string, filled bool, problem string) {
	return d.expandWith(text, strings.NewReplacer("{", "{{", "}", "}}").Replace)
}

func (d *document) expandWith(text string, escape func(string) string) (value string, filled bool, problem string) {
	if !strings.Contains(text, "$") {
		return text, false, ""
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), filled, ""
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "{"):
			inside, rest, closed := strings.Cut(after[1:], "}")
			if !closed {
				return "", true, `"${" has no closing "}"; write $$ for a dollar`
			}
			value, problem := d.variable(inside)
			if problem != "" {
				return "", true, problem
			}
			b.WriteString(escape(value))
			text, filled = rest, true
		default:
			b.WriteByte('$')
			text = after
		}
	}
}

// variable is what one ${...} stands for.
func (d *document) variable(inside string) (value, problem string) {
	name, fallback, hasFallback := strings.Cut(inside, ":-")
	switch {
	case !isVariable(name):
		return "", fmt.Sprintf("%s is not understood; write ${NAME} or ${NAME:-default}, and $$ for a dollar",
			quote("${"+inside+"}"))
	case strings.Contains(fallback, "${"):
		return "", fmt.Sprintf("the default of ${%s} names another variable; that is not possible", name)
	}
	if d.env != nil {
		value, ok := d.env(name)
		if ok && (value != "" || !hasFallback) {
			return value, ""
		}
	}
	if hasFallback {
		return fallback, ""
	}
	return "", fmt.Sprintf("the environment variable %s is not set; set it or write ${%s:-default}", name, name)
}

func isVariable(name string) bool {
	for i, c := range []byte(name) {
		if c != '_' && !isAlphanumeric(c) || i == 0 && '0' <= c && c <= '9' {
			return false
		}
	}
	return name != "" && len(name) <= 256
}
