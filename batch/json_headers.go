package batch

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// readHeaders turns the headers object into field lines, without those that an
// item may not have. The decoder has found the object valid, so that here only
// kinds and contents are looked at.
func (raw *rawItem) readHeaders(item *Item) *Error {
	if raw.headers == nil {
		return nil
	}
	if raw.headers.Kind() != '{' {
		return raw.fault("headers is not an object")
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw.headers))
	_, _ = dec.ReadToken()
	for dec.PeekKind() == '"' {
		token, _ := dec.ReadToken()
		name := token.String()
		value, _ := dec.ReadValue()
		if fault := raw.addFields(item, name, value); fault != nil {
			return fault
		}
	}
	return nil
}

// addFields adds the lines of one member unless an item may not have them. The
// white space around a value is no part of it (RFC 9110 section 5.5).
func (raw *rawItem) addFields(item *Item, name string, value jsontext.Value) *Error {
	if !isToken(name) {
		return raw.fault("headers: the name %q is not a token", clip(name))
	}
	lines, ok := texts(value)
	if !ok {
		return raw.fault("headers: the value of %s is neither a string nor a list of strings", clip(name))
	}
	for _, line := range lines {
		if !isFieldValue(line) {
			return raw.fault("headers: the value of %s holds a control character", clip(name))
		}
		if !ignored(name) {
			item.Fields = append(item.Fields, [2]string{name, strings.Trim(line, " \t")})
		}
	}
	return nil
}

// texts are the strings of a value that is one or a list of them.
func texts(value jsontext.Value) (list []string, ok bool) {
	if value.Kind() == '"' {
		return []string{unquote(value)}, true
	}
	if value.Kind() != '[' {
		return nil, false
	}
	dec := jsontext.NewDecoder(bytes.NewReader(value))
	_, _ = dec.ReadToken()
	for dec.PeekKind() == '"' {
		token, _ := dec.ReadToken()
		list = append(list, token.String())
	}
	return list, dec.PeekKind() == ']'
}
