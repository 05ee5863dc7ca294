package proxy

import "strings"

// framing is what the fields say about where the message ends and who is asked.
type framing struct {
	contentLength string
	transferred   string
	connection    string
	host          string
	lengths       int
	codings       int
	hosts         int
	upgrade       string
	trailers      bool // the client would like trailers
	expected      bool // the client waits for a 100 (Continue)
	connections   int
	once          singletons // which of them came
	doubled       bool       // one of them twice
	spoofed       bool       // a name that CGI takes for a framing field's (RFC 3875 section 4.1.18)
}

// file takes one field: framing and this hop's own aside, the rest end to end.
func (r *request) file(name, value string, f *framing) {
	switch len(name) {
	case len("Te"):
		if isName(name, "Te") {
			f.trailers = f.trailers || asksTrailers(value)
			return
		}
	case len("Host"):
		if isName(name, "Host") {
			f.host, f.hosts = value, f.hosts+1
			return
		}
	case len("Expect"):
		if isName(name, "Expect") {
			f.expected = f.expected || isName(value, "100-continue")
			return
		}
	case len("Upgrade"): // and Trailer
		if isName(name, "Upgrade") {
			f.upgrade = value
			return
		}
		if isName(name, "Trailer") {
			return
		}
	case len("Connection"): // and Keep-Alive
		if isName(name, "Keep-Alive") {
			return
		}
		if isName(name, "Connection") {
			if f.connections++; f.connections > 1 {
				value = f.connection + "," + value
			}
			f.connection = value
			return
		}
	case len("Content-Length"):
		if isName(name, "Content-Length") {
			f.contentLength, f.lengths = value, f.lengths+1
			return
		}
		f.spoofed = f.spoofed || isName(name, "Content_Length")
	case len("Proxy-Connection"):
		if isName(name, "Proxy-Connection") {
			return
		}
	case len("Transfer-Encoding"):
		if isName(name, "Transfer-Encoding") {
			f.transferred, f.codings = value, f.codings+1
			return
		}
		f.spoofed = f.spoofed || isName(name, "Transfer_Encoding")
	}
	bit := singleton(name)
	f.doubled = f.doubled || f.once&bit != 0
	f.once |= bit
	r.Fields = append(r.Fields, [2]string{name, value})
}

// asksTrailers reads TE, of which nothing but trailers is passed on (RFC 9110
// section 10.1.4).
func asksTrailers(te string) bool {
	for member := range strings.SplitSeq(te, ",") {
		name, _, _ := strings.Cut(member, ";")
		if isName(strings.Trim(name, " \t"), "trailers") {
			return true
		}
	}
	return false
}

// upgradeAsked is the protocol that the client would like to change to (RFC 9110
// section 7.8): named in Upgrade, which Connection must list.
func (f *framing) upgradeAsked() string {
	if f.upgrade == "" {
		return ""
	}
	for protocol := range strings.SplitSeq(f.upgrade, ",") {
		if isName(strings.Trim(protocol, " \t"), "h2c") { // RFC 9113 section 3.1; requests in it would pass us by
			return ""
		}
	}
	for name := range strings.SplitSeq(f.connection, ",") {
		if isName(strings.Trim(name, " \t"), "upgrade") {
			return f.upgrade
		}
	}
	return ""
}

// dropListed takes out the fields that Connection makes part of this hop (RFC
// 9110 section 7.6.1), here, so that the cache and the origin see the same.
func (r *request) dropListed(connection string) {
	for len(connection) > 0 {
		name := connection
		if i := strings.IndexByte(connection, ','); i >= 0 {
			name, connection = connection[:i], connection[i+1:]
		} else {
			connection = ""
		}
		name = strings.Trim(name, " \t")
		if name == "" || isName(name, "close") || isName(name, "keep-alive") {
			continue
		}
		kept := r.Fields[:0]
		for _, line := range r.Fields {
			if !isName(line[0], name) {
				kept = append(kept, line)
			}
		}
		r.Fields = kept
	}
}
