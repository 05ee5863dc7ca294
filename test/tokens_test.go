package test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A line of a scenario, with its place in the file.
type line struct {
	number int
	text   string
}

// lines are those of a section that say something: without comments.
func lines(s section) []line {
	var list []line
	for i, text := range strings.Split(s.text, "\n") {
		if text = strings.TrimSpace(uncommented(text)); text != "" {
			list = append(list, line{s.line + i, text})
		}
	}
	return list
}

// uncommented ends a line at a # that stands behind a space, outside quotes.
func uncommented(text string) string {
	for i, quote := 0, byte(0); i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\' && quote == '"':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '`':
			quote = c
		case c == '#' && (i == 0 || text[i-1] == ' '):
			return text[:i]
		}
	}
	return text
}

// split takes a text apart at a separator that stands outside quotes and braces.
func split(text string, separator byte) []string {
	var parts []string
	start, depth, quote := 0, 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\' && quote == '"':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth == 0 && (c == '"' || c == '`'):
			quote = c
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == separator && depth == 0:
			parts = append(parts, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(text[start:]))
}

// words is split at spaces, without what is empty.
func words(text string) []string {
	var list []string
	for _, w := range split(text, ' ') {
		if w != "" {
			list = append(list, w)
		}
	}
	return list
}

// quoted reads a Go string in quotes or backquotes, perhaps repeated: "ab"*3.
// ok is false where none stands.
func quoted(text string) (value string, ok bool, err error) {
	if text == "" || text[0] != '"' && text[0] != '`' {
		return "", false, nil
	}
	prefix, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", true, fmt.Errorf("%s is not a quoted text", text)
	}
	value, err = strconv.Unquote(prefix)
	if err != nil {
		return "", true, fmt.Errorf("%s is not a quoted text", text)
	}
	rest := text[len(prefix):]
	if rest == "" {
		return value, true, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(rest, "*"))
	if err != nil || rest[0] != '*' {
		return "", true, fmt.Errorf("behind %s stands %q, want nothing or *N", prefix, rest)
	}
	return strings.Repeat(value, n), true, nil
}

// field reads "Name value" or `Name "value"`.
func field(text string) (name, value string, ok bool) {
	name, value, _ = strings.Cut(text, " ")
	value = strings.TrimSpace(value)
	if !fieldName.MatchString(name) {
		return "", "", false
	}
	return name, unquoted(value), true
}

// unquoted is what stands in quotes, or the text itself.
func unquoted(text string) string {
	if plain, ok, err := quoted(text); ok && err == nil {
		return plain
	}
	return text
}

// fieldName tells a field from a keyword: it begins with a capital letter.
var fieldName = regexp.MustCompile(`^[A-Z][A-Za-z0-9-]*$`)

// names are the clients of a list: "a, b" or "a*3", which is a1, a2, a3.
func names(text string) ([]string, error) {
	var list []string
	for _, item := range split(text, ',') {
		name, count, many := strings.Cut(item, "*")
		if !clientName.MatchString(name) {
			return nil, fmt.Errorf("%q is not a client's name; write a word in lower case", item)
		}
		if !many {
			list = append(list, name)
			continue
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: behind the * stands no number", item)
		}
		for i := range n {
			list = append(list, name+strconv.Itoa(i+1))
		}
	}
	return list, nil
}

var clientName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
