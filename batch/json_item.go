package batch

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of single members, in bytes.
const (
	maxID  = 256
	maxURL = 8 << 10
)

// A rawItem is an item as it stands in the JSON; a member that is absent or null
// is nil.
type rawItem struct {
	place                          string // for faults
	id, method, url, headers, body jsontext.Value
	unsupported                    string
}

// keep files a member. Values live only until the decoder goes on, so they are
// copied.
func (raw *rawItem) keep(name string, value jsontext.Value) {
	if unsupported(name) {
		raw.unsupported = name
		return
	}
	member := raw.member(name)
	if member != nil && value.Kind() != 'n' {
		*member = value.Clone()
	}
}

// member is where a member of that name is kept; nil: it is not of the format.
func (raw *rawItem) member(name string) *jsontext.Value {
	switch name {
	case "id":
		return &raw.id
	case "method":
		return &raw.method
	case "url":
		return &raw.url
	case "headers":
		return &raw.headers
	case "body":
		return &raw.body
	}
	return nil
}

// unsupported names the members that make an item depend on others (OData JSON
// Format 4.01 section 19.1). Running such an item anyway would do what its
// sender wanted only on a condition.
func unsupported(name string) bool {
	return name == "dependsOn" || name == "atomicityGroup" || name == "if"
}

// fault is a refusal of this item.
func (raw *rawItem) fault(format string, values ...any) *Error {
	return &Error{400, raw.place, fmt.Sprintf(format, values...)}
}

// item checks all members.
func (raw *rawItem) item() (Item, *Error) {
	item := Item{Method: "GET"}
	for _, read := range []func(*Item) *Error{
		raw.readID, raw.readMethod, raw.readURL, raw.readHeaders, raw.readBody,
	} {
		if fault := read(&item); fault != nil {
			return Item{}, fault
		}
	}
	return item, nil
}

// readID comes first: from then on faults name the id.
func (raw *rawItem) readID(item *Item) *Error {
	switch raw.id.Kind() {
	case '"':
		item.ID = unquote(raw.id)
	case '0':
		item.ID, item.Number = string(raw.id), true
	case jsontext.KindInvalid:
		return raw.fault("id is missing")
	default:
		return raw.fault("id is neither a string nor a number")
	}
	if item.ID == "" {
		return raw.fault("id is empty")
	}
	if len(item.ID) > maxID {
		return raw.fault("id is longer than %d bytes", maxID)
	}
	raw.place = fmt.Sprintf("%s (id %q)", raw.place, item.ID)
	if raw.unsupported != "" {
		return raw.fault("%s is not supported", raw.unsupported)
	}
	return nil
}

// readMethod takes any token but CONNECT, which asks for a tunnel.
func (raw *rawItem) readMethod(item *Item) *Error {
	if raw.method == nil {
		return nil
	}
	if raw.method.Kind() != '"' {
		return raw.fault("method is not a string")
	}
	item.Method = unquote(raw.method)
	if !isToken(item.Method) {
		return raw.fault("method %q is not a token", clip(item.Method))
	}
	if item.Method == "CONNECT" {
		return raw.fault("method CONNECT cannot be part of a batch")
	}
	return nil
}

// readURL takes an origin-form target (RFC 9112 section 3.2.1) and nothing that
// could be read as more.
func (raw *rawItem) readURL(item *Item) *Error {
	if raw.url == nil {
		return raw.fault("url is missing")
	}
	if raw.url.Kind() != '"' {
		return raw.fault("url is not a string")
	}
	url := unquote(raw.url)
	if len(url) > maxURL {
		return raw.fault("url is longer than %d bytes", maxURL)
	}
	if !strings.HasPrefix(url, "/") || strings.HasPrefix(url, "//") {
		return raw.fault(`url %q does not begin with one "/"; write the path alone, without scheme and host`, clip(url))
	}
	for i := 0; i < len(url); i++ {
		if c := url[i]; c <= ' ' || c >= 0x7f {
			return raw.fault("url %q holds a character that must be percent-encoded", clip(url))
		}
		if url[i] == '#' {
			return raw.fault("url %q has a fragment", clip(url))
		}
	}
	item.URL = url
	return nil
}

// readBody turns the member into bytes by the item's Content-Type: of JSON the
// value as it stands; of other types a string, which holds the text or, if the
// item says so, base64.
func (raw *rawItem) readBody(item *Item) *Error {
	contentType, types := only(item.Fields, "Content-Type")
	transfer, transfers := only(item.Fields, "Content-Transfer-Encoding")
	if types > 1 || transfers > 1 {
		return raw.fault("headers: Content-Type and Content-Transfer-Encoding may stand once")
	}
	item.Fields = without(item.Fields, "Content-Transfer-Encoding")
	if raw.body == nil {
		return nil
	}
	if types == 0 {
		contentType = "application/json"
		item.Fields = append(item.Fields, [2]string{"Content-Type", contentType})
	}
	if strings.EqualFold(transfer, "base64") {
		return raw.readBase64(item)
	}
	if transfers > 0 {
		return raw.fault("headers: Content-Transfer-Encoding %q is not supported; leave it out or write base64", clip(transfer))
	}
	if isJSON(mediaType(contentType)) {
		item.Body = raw.body
		return nil
	}
	if raw.body.Kind() != '"' {
		return raw.fault("body of type %q is not a string", clip(contentType))
	}
	item.Body = []byte(unquote(raw.body))
	return nil
}

func (raw *rawItem) readBase64(item *Item) *Error {
	if raw.body.Kind() != '"' {
		return raw.fault("body in base64 is not a string")
	}
	body, err := base64.StdEncoding.Strict().DecodeString(unquote(raw.body))
	if err != nil {
		return raw.fault("body is not base64 with padding") // RFC 4648 section 4
	}
	item.Body = body
	return nil
}

// without removes the lines of one name.
func without(fields [][2]string, name string) [][2]string {
	kept := fields[:0]
	for _, field := range fields {
		if !strings.EqualFold(field[0], name) {
			kept = append(kept, field)
		}
	}
	return kept
}

// unquote is the text of a JSON string that the decoder has found valid.
func unquote(value jsontext.Value) string {
	text, _ := jsontext.AppendUnquote(nil, value)
	return string(text)
}
