package proxy

import (
	"net/http"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
)

// notModified tests the client's conditions against a whole response (RFC 9110
// section 13.2.2): If-None-Match, by weak comparison, else If-Modified-Since.
func (x *exchange) notModified(h *Head, coding string) bool {
	if x.Method != http.MethodGet && x.Method != http.MethodHead {
		return false // a method keyed by its body: If-Modified-Since means nothing (section 13.1.3)
	}
	if x.Fields.Has("If-None-Match") {
		etag := h.lineValue("ETag")
		for list := range x.Fields.All("If-None-Match") {
			if matchesTag(list, etag) {
				return true
			}
		}
		return false
	}
	since := x.Fields.Get("If-Modified-Since")
	if since == "" {
		return false
	}
	modified := h.lineValue("Last-Modified")
	if modified == "" {
		modified = h.lineValue("Date") // RFC 9111 section 4.3.2
	}
	if modified == since && modified != "" {
		return true
	}
	limit, err := http.ParseTime(since)
	if err != nil {
		return false
	}
	changed, err := http.ParseTime(modified)
	return err == nil && !changed.After(limit)
}

// matchesTag compares weakly (RFC 9110 section 8.8.3.2) with each member.
func matchesTag(list, etag string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	if etag == "" {
		return false
	}
	etag = strings.TrimPrefix(etag, "W/")
	for list != "" {
		open := strings.IndexByte(list, '"')
		if open < 0 {
			return false
		}
		length := strings.IndexByte(list[open+1:], '"')
		if length < 0 {
			return false
		}
		end := open + length + 2
		if list[open:end] == etag {
			return true
		}
		list = list[end:]
	}
	return false
}

// respondNotModified sends the head as a 304, without the fields that describe
// a body (RFC 9110 section 15.4.5).
func (x *exchange) respondNotModified(h Head) {
	lines := make([]byte, 0, len(h.Stored)+len(h.Own))
	for _, run := range [][]byte{h.Stored, h.Own} {
		for name, value := range cache.Lines(run) {
			if !describesBody(name) {
				lines = appendLine(lines, name, value)
			}
		}
	}
	x.Respond(Head{Status: http.StatusNotModified, Own: lines}, nil)
}

func describesBody(name string) bool {
	const prefix = "Content-"
	if len(name) < len(prefix) || !isName(name[:len(prefix)], prefix) {
		return false
	}
	return !isName(name, "Content-Location")
}

// plainConditions undoes the coding suffix of entity tags for an origin that
// knows nothing of our codings.
func plainConditions(name, value string) string {
	if isName(name, "If-None-Match") || isName(name, "If-Match") {
		return compress.PlainETags(value)
	}
	return value
}

// retagged gives a 304 the entity tag that its client knows: of the coding that
// one of the client's tags names, if that is how the origin's tag would be coded.
func (x *exchange) retagged(status int, fields cache.Fields) cache.Fields {
	if status != http.StatusNotModified {
		return fields
	}
	for i := range fields {
		if !isName(fields[i][0], "ETag") {
			continue
		}
		for _, coding := range x.route.offered() {
			coded := compress.ETag(fields[i][1], coding)
			for list := range x.Fields.All("If-None-Match") {
				if matchesTag(list, coded) {
					fields[i][1] = coded
					return fields
				}
			}
		}
	}
	return fields
}

// isName compares a field name without regard to case.
func isName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
