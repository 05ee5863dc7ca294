package cache

import "strings"

// MergeFields is what a stored response's fields become when a 304, or the
// response to a HEAD, updates them (RFC 9111 section 3.2): each name in update
// replaces all stored lines of that name. Exempt are the fields that section 3.1
// keeps out of a store, Content-Length, and what the stored bytes depend on:
// Content-Encoding and Content-Range. Content-Type is updated, nothing that is
// stored was made by it.
//
// A stored Age is taken out, and so is a stored Date where update has none: they
// say when the old response was made, not this one.
func MergeFields(stored, update Fields) Fields {
	hop := connectionOptions(update)
	replaced := map[string]bool{"age": true, "date": true}
	merged := make(Fields, 0, len(stored)+len(update))
	for i := range update {
		if name := strings.ToLower(update[i][0]); !keptFromUpdate(name) && !hop[name] {
			replaced[name] = true
		}
	}
	for i := range stored {
		if !replaced[strings.ToLower(stored[i][0])] {
			merged = append(merged, stored[i])
		}
	}
	for i := range update {
		if name := strings.ToLower(update[i][0]); !keptFromUpdate(name) && !hop[name] {
			merged = append(merged, update[i])
		}
	}
	return merged
}

// connectionOptions are the names that Connection lists, lower-cased (RFC 9110
// section 7.6.1).
func connectionOptions(f Fields) map[string]bool {
	var options map[string]bool
	for line := range f.All("Connection") {
		for option := range strings.SplitSeq(line, ",") {
			if options == nil {
				options = map[string]bool{}
			}
			options[strings.ToLower(trimOWS(option))] = true
		}
	}
	return options
}

// keptFromUpdate tells whether a field, named in lower case, is not updated.
func keptFromUpdate(name string) bool {
	switch name {
	case "content-length", "content-encoding", "content-range":
		return true
	case "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
		"proxy-authenticate", "proxy-authentication-info", "proxy-authorization":
		return true
	}
	return false
}
