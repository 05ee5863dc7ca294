package cache

import "strings"

// directive is one member of a Cache-Control list:
// token [ "=" ( token / quoted-string ) ] (RFC 9111 section 5.2).
type directive struct {
	name string
	// arg is the argument without its quotes. It is empty where there is none
	// and where what stands there is no argument (spaces around "=", escapes).
	arg string
	// bare: the name stands alone.
	bare bool
}

// directives walks over a Cache-Control line in time linear to its length.
type directives struct {
	rest      string
	current   directive
	malformed bool // a quoted string without an end; from there on quotes are plain bytes
}

// next moves to the next directive; empty members and those without a name are
// skipped (RFC 9110 section 5.6.1.2).
func (l *directives) next() bool {
	for l.rest != "" {
		member := trimOWS(l.cut())
		name := member[:tokenLength(member)]
		if name == "" {
			continue
		}
		tail := member[len(name):]
		l.current = directive{name: name, arg: argument(tail), bare: tail == ""}
		return true
	}
	return false
}

// cut takes what stands before the next comma that is not quoted.
func (l *directives) cut() string {
	end := l.memberEnd()
	member := l.rest[:end]
	l.rest = strings.TrimPrefix(l.rest[end:], ",")
	return member
}

func (l *directives) memberEnd() int {
	opened := -1
	for i := 0; i < len(l.rest); i++ {
		switch c := l.rest[i]; {
		case c == ',' && opened < 0:
			return i
		case c == '\\' && opened >= 0:
			i++
		case c == '"' && opened >= 0:
			opened = -1
		case c == '"' && !l.malformed:
			opened = i
		}
	}
	if opened < 0 {
		return len(l.rest)
	}
	l.malformed = true
	if i := strings.IndexByte(l.rest[opened:], ','); i >= 0 {
		return opened + i
	}
	return len(l.rest)
}

// argument is what follows the name: "=" and a token or a quoted string.
func argument(tail string) string {
	arg, found := strings.CutPrefix(tail, "=")
	if !found {
		return ""
	}
	if inner, found := strings.CutPrefix(arg, `"`); found {
		inner, found = strings.CutSuffix(inner, `"`)
		if !found || strings.ContainsAny(inner, `"\`) {
			return ""
		}
		return inner
	}
	if tokenLength(arg) != len(arg) {
		return ""
	}
	return arg
}

// tokenLength is the length of the token that s begins with (RFC 9110 section
// 5.6.2).
func tokenLength(s string) int {
	for i := range len(s) {
		if !tokenByte(s[i]) {
			return i
		}
	}
	return len(s)
}

func tokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c > ' ' && c < 0x7f && strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// trimOWS takes spaces and tabs off both ends (RFC 9110 section 5.6.3).
func trimOWS(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// lowered writes the ASCII lower case of a name into buf; a longer name than
// buf is none that anybody knows, and gives nothing.
func lowered(buf []byte, name string) []byte {
	if len(name) > len(buf) {
		return nil
	}
	for i := range len(name) {
		buf[i] = lower(name[i])
	}
	return buf[:len(name)]
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
