package proxy

import (
	"net/http"
	"strconv"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
)

// pseudonym is what Via, Cache-Status, Proxy-Status and CDN-Loop call us.
const pseudonym = "afterburner"

// appendLine writes one field line.
func appendLine(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	return append(append(dst, value...), "\r\n"...)
}

// appendDate writes a Date line (RFC 9110 section 6.6.1).
func appendDate(dst []byte, now time.Time) []byte {
	dst = now.UTC().AppendFormat(append(dst, "Date: "...), http.TimeFormat)
	return append(dst, "\r\n"...)
}

// keptFields are an origin's fields as they are stored and sent: with a Date
// and our Via, without Age, which is written anew for each answer.
func keptFields(fields [][2]string, minor int, received time.Time) cache.Fields {
	return appendKept(make(cache.Fields, 0, len(fields)+3), fields, minor, received) // and a Vary
}

func appendKept(kept, fields cache.Fields, minor int, received time.Time) cache.Fields {
	dated := false
	for _, line := range fields {
		if isName(line[0], "Age") || isProxyAuth(line[0]) {
			continue
		}
		dated = dated || isName(line[0], "Date")
		kept = append(kept, line)
	}
	if !dated {
		kept = append(kept, [2]string{"Date", received.UTC().Format(http.TimeFormat)})
	}
	return append(kept, [2]string{"Via", via(minor)})
}

// isProxyAuth tells the fields that are between a client and its own proxy (RFC
// 9110 sections 11.7.1 and 11.7.3): an origin has nothing to say in them.
func isProxyAuth(name string) bool {
	return isName(name, "Proxy-Authenticate") || isName(name, "Proxy-Authentication-Info") || isName(name, "Proxy-Authorization")
}

// appendCacheStatus writes our member (RFC 9211) for what the exchange went
// through.
func (x *exchange) appendCacheStatus(dst []byte) []byte {
	dst = append(dst, "Cache-Status: "+pseudonym...)
	switch {
	case x.answer.Word == cache.Hit, x.answer.Word == cache.HitStale:
		dst = strconv.AppendInt(append(dst, "; hit; ttl="...), x.answer.TTL, 10)
	case x.answer.Forward != "":
		dst = append(append(dst, "; fwd="...), x.answer.Forward...)
	}
	if x.filled != nil || x.fetched != nil {
		dst = x.appendForwarded(dst)
	}
	if x.reason != "" {
		dst = append(append(dst, "; detail="...), x.reason...)
	}
	return append(dst, "\r\n"...)
}

// appendForwarded writes what came of asking the origin.
func (x *exchange) appendForwarded(dst []byte) []byte {
	status := 0
	switch {
	case x.filled != nil && x.filled.Validated:
		status = http.StatusNotModified
	case x.filled != nil:
		status = x.filled.Status
	case x.fetched != nil:
		status = x.fetched.response.Status
	}
	dst = strconv.AppendInt(append(dst, "; fwd-status="...), int64(status), 10)
	if x.filled == nil || x.stale {
		return dst
	}
	if v := &x.filled.Verdict; v.Reason == "" {
		dst = append(dst, "; stored; ttl="...)
		dst = strconv.AppendInt(dst, int64((v.Lifetime-v.Initial)/time.Second), 10)
	}
	if !x.answer.Reader.Leads() {
		dst = append(dst, "; collapsed"...)
	}
	return dst
}

// lineValue looks a field up in a head's lines, the stored ones first.
func (h *Head) lineValue(name string) string {
	if v := cache.LineValue(h.Stored, name); v != "" {
		return v
	}
	return cache.LineValue(h.Own, name)
}
