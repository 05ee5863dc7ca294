package batch

import (
	"encoding/base64"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendJSON appends the answers, each to the item at the same place, in the
// JSON format. A JSON body is embedded as it stands, byte for byte; text is a
// string; all else is base64 with Content-Transfer-Encoding among its headers.
// An answer to HEAD, a 204, a 304 and an empty one have no body member.
func AppendJSON(dst []byte, items []Item, answers []Answer) []byte {
	dst = append(dst, `{"responses":[`...)
	for i := range answers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAnswer(dst, &items[i], &answers[i])
	}
	return append(dst, `]}`...)
}

func appendAnswer(dst []byte, item *Item, answer *Answer) []byte {
	form := formOf(item.Method, answer)
	dst = append(dst, `{"id":`...)
	if item.Number {
		dst = append(dst, item.ID...)
	} else {
		dst = appendText(dst, item.ID)
	}
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(answer.Status), 10)
	dst = append(dst, `,"headers":`...)
	dst = appendHeaders(dst, answer.Fields, form == binary)
	switch form {
	case value:
		dst = append(append(dst, `,"body":`...), answer.Body...)
	case text:
		dst, _ = jsontext.AppendQuote(append(dst, `,"body":`...), answer.Body)
	case binary:
		dst = append(dst, `,"body":"`...)
		dst = append(base64.StdEncoding.AppendEncode(dst, answer.Body), '"')
	}
	return append(dst, '}')
}

// A form is how a body stands in the JSON.
type form int

const (
	none   form = iota
	value       // as it is
	text        // a string
	binary      // a string of base64
)

// formOf picks the form that gives the client the very bytes again.
func formOf(method string, answer *Answer) form {
	if method == "HEAD" || answer.Status == 204 || answer.Status == 304 || len(answer.Body) == 0 {
		return none
	}
	contentType, _ := only(answer.Fields, "Content-Type")
	coding, _ := only(answer.Fields, "Content-Encoding")
	media := mediaType(contentType)
	switch {
	case coding != "" && !strings.EqualFold(coding, "identity"):
		return binary
	case isJSON(media) && (answer.JSON || validJSON(answer.Body)):
		return value
	case strings.HasPrefix(media, "text/") && utf8.Valid(answer.Body) && isUnicode(contentType, answer.Body):
		return text
	}
	return binary
}

// validJSON tells whether a body may be embedded. That an object names a member
// twice is its reader's affair.
func validJSON(body []byte) bool {
	return jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true))
}

// isUnicode tells whether text that is valid UTF-8 means what it says: bytes
// beyond ASCII in another charset would be other letters in a JSON string.
func isUnicode(contentType string, body []byte) bool {
	_, parameters, _ := mime.ParseMediaType(contentType)
	switch strings.ToLower(parameters["charset"]) {
	case "", "utf-8", "utf8", "us-ascii":
		return true
	}
	for _, c := range body {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendHeaders appends the object. Lines of one name are joined as RFC 9110
// section 5.3 allows; of Set-Cookie it does not, so that is a list.
func appendHeaders(dst []byte, fields [][2]string, encoded bool) []byte {
	shown := collect(fields)
	dst = append(dst, '{')
	for i, field := range shown {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, field.name), ':')
		if strings.EqualFold(field.name, "Set-Cookie") {
			dst = appendList(dst, field.lines)
		} else {
			dst = appendText(dst, strings.Join(field.lines, ", "))
		}
	}
	if encoded && len(shown) > 0 {
		dst = append(dst, ',')
	}
	if encoded {
		dst = append(dst, `"Content-Transfer-Encoding":"base64"`...)
	}
	return append(dst, '}')
}

func appendList(dst []byte, lines []string) []byte {
	dst = append(dst, '[')
	for i, line := range lines {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, line)
	}
	return append(dst, ']')
}

// appendText appends a JSON string. Bytes that are not UTF-8 become U+FFFD: JSON
// has no way to hold them, and field values beyond ASCII have no charset (RFC
// 9110 section 5.5).
func appendText(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

// A named is all lines of one field.
type named struct {
	name  string // as it came first
	lines []string
}

// collect gathers the lines of each name that is shown, in order of the first.
// Content-Transfer-Encoding is the format's own.
func collect(fields [][2]string) []named {
	list := make([]named, 0, len(fields))
	places := make(map[string]int, len(fields))
	for _, field := range fields {
		key := strings.ToLower(field[0])
		if hidden(key) || key == "content-transfer-encoding" || !isToken(field[0]) {
			continue
		}
		at, seen := places[key]
		if !seen {
			at = len(list)
			places[key] = at
			list = append(list, named{name: field[0]})
		}
		list[at].lines = append(list[at].lines, field[1])
	}
	return list
}
