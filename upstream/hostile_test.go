package upstream

import (
	"fmt"
	"strings"
	"testing"
)

// How the origin goes on after what it said.
const (
	stays  = "stays"
	closes = "closes"
	resets = "resets"
)

type answer struct {
	name   string
	method string // "" is GET
	say    string
	then   string
	want   string // see outcome
	kept   bool   // the connection carries the next request
}

const (
	ok      = "HTTP/1.1 200 OK\r\n"
	chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	sized   = ok + "Content-Length: 4\r\n"
)

func answers() []answer {
	long, many := strings.Repeat("x", 70<<10), strings.Repeat("A: b\r\n", 257)
	return []answer{
		// RFC 9112 section 4: the status line.
		{"4 an ordinary answer", "", sized + "A: b\r\n\r\nbody", stays, `200 [A: b] "body"`, true},
		{"4 no reason, no space", "", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", stays, `200 ""`, true},
		{"4 no reason, a space", "", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", stays, `200 ""`, true},
		{"4 a reason with obs-text", "", "HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\nContent-Length: 0\r\n\r\n", stays, `200 ""`, true},
		{"4 a reason with NUL", "", "HTTP/1.1 200 a\x00b\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a reason with CR", "", "HTTP/1.1 200 a\rb\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a code of two digits", "", "HTTP/1.1 20 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a code of four digits", "", "HTTP/1.1 2000 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a code with a sign", "", "HTTP/1.1 +20 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"15 a code below 100", "", "HTTP/1.1 099 No\r\n\r\n", stays, `http_protocol_error`, false},
		{"15 a code of 600 passes", "", "HTTP/1.1 600 Odd\r\nContent-Length: 1\r\n\r\nx", stays, `600 "x"`, true},
		{"15 a code of 999 passes", "", "HTTP/1.1 999 Odd\r\nContent-Length: 1\r\n\r\nx", stays, `999 "x"`, true},
		{"4 two spaces before the code", "", "HTTP/1.1  200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a space before the version", "", " HTTP/1.1 200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"4 a lower-case name", "", "http/1.1 200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"2.3 HTTP/1.2", "", "HTTP/1.2 200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"2.3 HTTP/2.0", "", "HTTP/2.0 200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"2.3 HTTP/1.10", "", "HTTP/1.10 200 OK\r\n\r\n", stays, `http_protocol_error`, false},
		{"junk before the status line", "", "junk" + good, stays, `http_protocol_error`, false},
		{"an empty line before the status line", "", "\r\n" + good, stays, `http_protocol_error`, false},
		{"a body without a head", "", "<html>", closes, `http_protocol_error`, false},
		{"nothing", "", "", closes, `connection_terminated`, false},
		{"a reset", "", "", resets, `connection_terminated`, false},
		{"half a status line", "", "HTTP/1.1 20", closes, `http_response_incomplete`, false},
		{"half a head", "", ok + "A: b\r\nContent-Le", closes, `http_response_incomplete`, false},
		{"a head without its empty line", "", ok + "A: b\r\n", closes, `http_response_incomplete`, false},
		// RFC 9112 sections 2.2 and 5: lines and fields.
		{"2.2 a bare LF ends the status line", "", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"2.2 a bare LF ends a field", "", ok + "A: b\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"2.2 a bare LF ends the head", "", ok + "Content-Length: 0\r\n\n", stays, `http_protocol_error`, false},
		{"2.2 a bare CR in a field", "", ok + "A: b\rContent-Length: 9\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5 NUL in a field", "", ok + "A: b\x00c\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.1 a space before the colon", "", ok + "Content-Length : 4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"5.1 a space in a name", "", ok + "X Content-Length: 4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"5.1 no name", "", ok + ": b\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.1 no colon", "", ok + "A\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.1 a name that is no token", "", ok + "A(b): c\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.1 a name with obs-text", "", ok + "A\xff: c\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.2 a folded field", "", ok + "A: b\r\n c\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.2 a fold right after the status line", "", ok + " A: b\r\nContent-Length: 0\r\n\r\n", stays, `http_protocol_error`, false},
		{"5.1 white space around a value", "", ok + "A: \t b c \t\r\nB:\r\nContent-Length:0\r\n\r\n", stays, `200 [A: b c, B: ] ""`, true},
		{"5 a field of 8 KiB", "", sized + "A: " + long[:8<<10] + "\r\n\r\nbody", stays, `200 [A: ` + long[:8<<10] + `] "body"`, true},
		{"a head over the bound", "", ok + "A: " + long, stays, `http_response_header_section_size`, false},
		{"a status line without end", "", "HTTP/1.1 200 " + long, stays, `http_protocol_error`, false},
		{"too many fields", "", ok + many + "\r\n", stays, `http_response_header_section_size`, false},
		// RFC 9112 section 6: framing.
		{"6.2 an empty Content-Length", "", ok + "Content-Length:\r\n\r\n", stays, `http_protocol_error`, false},
		{"6.2 a signed Content-Length", "", ok + "Content-Length: +4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.2 a negative Content-Length", "", ok + "Content-Length: -4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.2 a hexadecimal Content-Length", "", ok + "Content-Length: 0x4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.2 a Content-Length that overflows", "", ok + "Content-Length: 18446744073709551620\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.3 two equal Content-Lengths", "", ok + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.3 two different Content-Lengths", "", ok + "Content-Length: 4\r\ncontent-length: 5\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.3 a list of equal Content-Lengths", "", ok + "Content-Length: 4, 4\r\n\r\nbody", stays, `http_protocol_error`, false},
		{"6.3 Content-Length and Transfer-Encoding", "", ok + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", stays, `http_protocol_error`, false},
		{"6.3 Transfer-Encoding and Content-Length", "", ok + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", stays, `http_protocol_error`, false},
		{"6.1 identity", "", ok + "Transfer-Encoding: identity\r\n\r\nbody", closes, `http_response_transfer_coding`, false},
		{"6.1 gzip, chunked", "", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 chunked, identity", "", ok + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 chunked twice", "", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 xchunked", "", ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 chunked with a vertical tab", "", ok + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 an empty Transfer-Encoding", "", ok + "Transfer-Encoding:\r\n\r\n", stays, `http_response_transfer_coding`, false},
		{"6.1 Chunked in another case", "", ok + "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n", stays, `200 ""`, true},
		{"6.1 Transfer-Encoding in HTTP/1.0", "", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", stays, `http_protocol_error`, false},
		{"6.3 up to the end of the connection", "", ok + "\r\nbody", closes, `200 "body"`, false},
		{"6.3 HTTP/1.0 up to the end", "", "HTTP/1.0 200 OK\r\n\r\nbody", closes, `200 "body"`, false},
		{"8 a body shorter than its Content-Length", "", sized + "\r\nbo", closes, `200 "bo" cut: http_response_incomplete`, false},
		{"8 no body in spite of a Content-Length", "", sized + "\r\n", closes, `200 "" cut: http_response_incomplete`, false},
		{"9.2 a byte after the body", "", sized + "\r\nbodyX", stays, `200 "body"`, false},
		{"9.2 another answer after the body", "", sized + "\r\nbody" + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", stays, `200 "body"`, false},
		{"9.2 another answer after an empty one", "", ok + "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", stays, `200 ""`, false},
		{"6.3 HEAD has no body; one could follow late", "HEAD", sized + "\r\n", stays, `200 ""`, false},
		{"6.3 HEAD, chunked", "HEAD", chunked, stays, `200 ""`, false},
		{"6.3 HEAD of an empty body", "HEAD", ok + "Content-Length: 0\r\n\r\n", stays, `200 ""`, true},
		{"6.3 HEAD, 304 that announces the length of the 200", "HEAD", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", stays, `304 ""`, false},
		{"6.3 HEAD with a body all the same", "HEAD", sized + "\r\nbody", stays, `200 ""`, false},
		{"6.3 HEAD without framing", "HEAD", ok + "\r\n", stays, `200 ""`, true},
		{"6.3 204", "", "HTTP/1.1 204 No Content\r\n\r\n", stays, `204 ""`, true},
		{"6.3 204 with a body", "", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody", stays, `204 ""`, false},
		{"6.3 204 that announces a body", "", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", stays, `204 ""`, false},
		{"6.3 204, chunked", "", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", stays, `204 ""`, false},
		{"6.3 304 announces the length of the 200", "", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\nETag: \"a\"\r\n\r\n", stays, `304 [ETag: "a"] ""`, true},
		{"6.3 304 with a body", "", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody", stays, `304 ""`, false},
		// RFC 9112 section 7.1: chunks.
		{"7.1 two chunks", "", chunked + "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n", stays, `200 "body"`, true},
		{"7.1 upper case, leading zeros", "", chunked + "000A\r\n0123456789\r\n00\r\n\r\n", stays, `200 "0123456789"`, true},
		{"7.1.1 extensions", "", chunked + "4;a=b;c=\"d\" ; e\r\nbody\r\n0 ;x\r\n\r\n", stays, `200 "body"`, true},
		{"7.1.1 an extension over 4 KiB", "", chunked + "4;" + long[:5<<10] + "\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1.1 many bytes of extensions", "", chunked + strings.Repeat("1;"+long[:4000]+"\r\nx\r\n", 5) + "0\r\n\r\n", stays, `200 "xxxx" cut: http_response_transfer_coding`, false},
		{"7.1.1 a bare CR in an extension", "", chunked + "4;a\rb\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1.2 trailers", "", chunked + "4\r\nbody\r\n0\r\nA: b\r\nContent-Length: 9\r\nSet-Cookie: c\r\nHost: d\r\n\r\n", stays, `200 "body" [A: b]`, true},
		{"7.1.2 a folded trailer", "", chunked + "4\r\nbody\r\n0\r\nA: b\r\n c\r\n\r\n", stays, `200 "body" cut: http_protocol_error`, false},
		{"7.1.2 trailers over the bound", "", chunked + "0\r\nA: " + long, stays, `200 "" cut: http_response_trailer_section_size`, false},
		{"7.1.2 half a trailer section", "", chunked + "0\r\nA: b\r\n", closes, `200 "" cut: http_response_incomplete`, false},
		{"7.1 no last chunk", "", chunked + "4\r\nbody\r\n", closes, `200 "body" cut: http_response_incomplete`, false},
		{"7.1 no final line", "", chunked + "4\r\nbody\r\n0\r\n", closes, `200 "body" cut: http_response_incomplete`, false},
		{"7.1 half a chunk", "", chunked + "4\r\nbo", closes, `200 "bo" cut: http_response_incomplete`, false},
		{"7.1 half a size", "", chunked + "4", closes, `200 "" cut: http_response_incomplete`, false},
		{"7.1 a chunk longer than its size", "", chunked + "2\r\nbody\r\n0\r\n\r\n", stays, `200 "bo" cut: http_response_transfer_coding`, false},
		{"7.1 a bare LF after a size", "", chunked + "4\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a bare LF after a chunk", "", chunked + "4\r\nbody\n0\r\n\r\n", stays, `200 "body" cut: http_response_transfer_coding`, false},
		{"7.1 an empty size", "", chunked + "\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a size with 0x", "", chunked + "0x4\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a signed size", "", chunked + "+4\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a negative size", "", chunked + "-4\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a space before a size", "", chunked + " 4\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a space after a size", "", chunked + "4 \r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a size of 2^63", "", chunked + "8000000000000000\r\nbody", closes, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 a size that wraps to 4", "", chunked + "10000000000000004\r\nbody\r\n0\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 zeros without end", "", chunked + strings.Repeat("0", 17) + "\r\n\r\n", stays, `200 "" cut: http_response_transfer_coding`, false},
		{"7.1 another answer after the last chunk", "", chunked + "0\r\n\r\n" + good, stays, `200 ""`, false},
		// RFC 9112 section 9 and RFC 9110 section 7.6.1: the connection.
		{"9.6 Connection: close", "", sized + "Connection: close\r\n\r\nbody", stays, `200 "body"`, false},
		{"9.6 close among others", "", sized + "Connection: x, Close\r\n\r\nbody", stays, `200 "body"`, false},
		{"9.3 HTTP/1.0 is not kept", "", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody", stays, `200 "body"`, false},
		{"9.3 HTTP/1.0 with keep-alive", "", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbody", stays, `200 "body"`, true},
		{"7.6.1 hop-by-hop fields", "", sized + "Connection: X-Hop, , keep-alive\r\nx-hop: a\r\nKeep-Alive: timeout=5\r\nProxy-Connection: b\r\nTE: c\r\nUpgrade: d\r\nB: e\r\n\r\nbody", stays, `200 [B: e] "body"`, true},
		{"7.6.1 Cache-Control cannot be taken away", "", sized + "Connection: cache-control, set-cookie\r\nCache-Control: private\r\nSet-Cookie: a=b\r\n\r\nbody", stays, `200 [Cache-Control: private, Set-Cookie: a=b] "body"`, true},
		// RFC 9110 section 15.2: informational responses.
		{"15.2 a 103 and a 100 before the answer", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + good, stays, `200 "good"`, true},
		{"15.2 a body in a 103", "", "HTTP/1.1 103 Early Hints\r\nContent-Length: 4\r\n\r\nevil" + good, stays, `http_protocol_error`, false},
		{"15.2 chunked in a 100", "", "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + good, stays, `http_protocol_error`, false},
		{"15.2 1xx without end", "", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 40), stays, `http_protocol_error`, false},
		{"15.2 a 100 and then nothing", "", "HTTP/1.1 100 Continue\r\n\r\n", closes, `http_response_incomplete`, false},
		{"15.2.2 a 101 that nobody asked for", "", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", stays, `http_protocol_error`, false},
	}
}

// Each answer comes once on a new connection and once on one that carried a good
// exchange; the request after it must get its own answer.
func TestAnswersOfAnyKind(t *testing.T) {
	for _, row := range answers() {
		for _, before := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s, %d before", row.name, before), func(t *testing.T) {
				tryAnswer(t, row, before)
			})
		}
	}
}

func tryAnswer(t *testing.T, row answer, before int) {
	u := build(t, options(listen(t, func(_ int, c *peer) { playAnswer(c, row) })))
	checkAnswer(t, u, row, before)
}

func checkAnswer(t *testing.T, u *Upstream, row answer, before int) {
	t.Helper()
	for range before {
		wantGood(t, u)
	}
	req := get("/case")
	if row.method != "" {
		req.Method = row.method
	}
	if got := outcome(u.RoundTrip(t.Context(), req)); got != row.want {
		t.Errorf("the answer is\n%.300s, want\n%.300s", got, row.want)
	}
	dialed := u.Stats().Dialed
	wantGood(t, u)
	if kept := u.Stats().Dialed == dialed; kept != row.kept {
		t.Errorf("the connection is kept: %t, want %t", kept, row.kept)
	}
	if s := u.Stats(); s.Open != 1 || s.Idle != 1 {
		t.Errorf("at the end %+v, want one connection, idle", s)
	}
}

func playAnswer(c *peer, row answer) {
	for {
		head := c.head()
		switch {
		case head == "":
			return
		case strings.Contains(head, " /good "):
			c.say(good)
			continue
		}
		c.say(row.say)
		switch row.then {
		case closes:
			return
		case resets:
			c.reset()
			return
		}
	}
}
