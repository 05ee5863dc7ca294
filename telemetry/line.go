package telemetry

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Line is one request in the access log. All strings may hold any bytes; each
// is cut after 2048.
type Line struct {
	// Time is when the request's head was read.
	Time time.Time
	// Method as sent.
	Method string
	// Path of the target as sent. What follows a '?' or '#' is not logged: queries
	// carry secrets.
	Path string
	// Route is the path pattern; empty when none took the request.
	Route string
	// Status sent; 0 when the client left before there was one.
	Status int
	Cache  CacheResult
	// Reason is why the cache could not do better, or why the gateway refused.
	Reason string
	// Duration from the request's head to the end of the answer.
	Duration time.Duration
	// BytesIn and BytesOut are the bytes of the bodies, as received and as sent.
	BytesIn, BytesOut int64
	// Upstream that was asked; empty when none was.
	Upstream string
	// TraceID is Trace.ID.
	TraceID string
}

// maxLogged bounds a string in a line, in bytes: hostile ones grow sixfold.
const maxLogged = 2048

func (l *Line) appendJSON(b []byte) []byte {
	b = append(b, `{"time":"`...)
	b = l.Time.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
	b = appendMember(b, `","method":`, l.Method)
	b = appendMember(b, `,"path":`, l.loggedPath())
	b = appendMember(b, `,"route":`, l.Route)
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(l.Status), 10)
	b = appendMember(b, `,"cache":`, l.Cache.String())
	b = appendMember(b, `,"reason":`, l.Reason)
	b = append(b, `,"duration_ms":`...)
	b = appendMilliseconds(b, l.Duration)
	b = append(b, `,"bytes_in":`...)
	b = strconv.AppendInt(b, l.BytesIn, 10)
	b = append(b, `,"bytes_out":`...)
	b = strconv.AppendInt(b, l.BytesOut, 10)
	b = appendMember(b, `,"upstream":`, l.Upstream)
	b = appendMember(b, `,"trace_id":`, l.TraceID)
	return append(b, "}\n"...)
}

func appendMember(b []byte, name, value string) []byte {
	b = append(b, name...)
	return appendJSONString(b, clip(value))
}

// appendText is for a person at a terminal: what matters first, empty ones left out.
func (l *Line) appendText(b []byte) []byte {
	b = l.Time.AppendFormat(b, "15:04:05.000")
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(l.Status), 10)
	b = appendWord(b, " ", l.Method)
	b = appendWord(b, " ", l.loggedPath())
	b = appendWord(b, " ", l.Cache.String())
	b = append(b, ' ')
	b = appendMilliseconds(b, l.Duration)
	b = append(b, "ms in="...)
	b = strconv.AppendInt(b, l.BytesIn, 10)
	b = append(b, " out="...)
	b = strconv.AppendInt(b, l.BytesOut, 10)
	b = appendWord(b, " reason=", l.Reason)
	b = appendWord(b, " route=", l.Route)
	b = appendWord(b, " upstream=", l.Upstream)
	b = appendWord(b, " trace=", l.TraceID)
	return append(b, '\n')
}

// appendWord quotes what is not plain, so that no byte of a request can move the
// cursor of a terminal or look like another field.
func appendWord(b []byte, lead, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, lead...)
	value = clip(value)
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return strconv.AppendQuote(b, value)
		}
	}
	return append(b, value...)
}

func (l *Line) loggedPath() string {
	if i := strings.IndexAny(l.Path, "?#"); i >= 0 {
		return l.Path[:i]
	}
	return l.Path
}

// clip cuts at the start of a rune.
func clip(s string) string {
	if len(s) <= maxLogged {
		return s
	}
	end := maxLogged
	for end > maxLogged-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// appendMilliseconds writes microseconds as a fraction: 1.234.
func appendMilliseconds(b []byte, d time.Duration) []byte {
	us := max(d.Microseconds(), 0)
	b = strconv.AppendInt(b, us/1000, 10)
	rest := us % 1000
	return append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
}

// appendJSONString quotes any bytes (RFC 8259 section 7). What is not UTF-8
// becomes U+FFFD. Escaped beside what must be: DEL and the C1 controls, which
// terminals obey, and U+2028 and U+2029, which end a line for some readers.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if plainRune(r, size) {
			i += size
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, r)
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// plainRune is about runes from U+00A0 up; a RuneError of one byte is bad UTF-8.
func plainRune(r rune, size int) bool {
	if r == utf8.RuneError {
		return size > 1
	}
	return r > 0x9f && r != '\u2028' && r != '\u2029'
}

func appendEscape(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	if r == '"' || r == '\\' {
		return append(b, '\\', byte(r))
	}
	return append(b, '\\', 'u', digits[r>>12&0xf], digits[r>>8&0xf], digits[r>>4&0xf], digits[r&0xf])
}
