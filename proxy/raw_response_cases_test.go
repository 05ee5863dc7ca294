package proxy

import (
	"slices"
	"strings"
)

// rawResponses are answers that a gateway must pass on, refuse, or break.
func rawResponses() []rawResponse {
	return slices.Concat(statusLines(), responseFields(), responseFraming(), responseChunks(), responseEnds(), informational())
}

const (
	ok200      = "HTTP/1.1 200 OK\r\n"
	okSized    = ok200 + "Content-Length: 4\r\n"
	okChunked  = ok200 + "Transfer-Encoding: chunked\r\n\r\n"
	badMessage = "502 http_protocol_error"
	badCoding  = "502 http_response_transfer_coding"
	incomplete = "502 http_response_incomplete"
)

// RFC 9112 section 4.
func statusLines() []rawResponse {
	return []rawResponse{
		{"RFC 9112 4 an ordinary answer", okSized + "X-A: b\r\n\r\nbody", stays, `200 [X-A: b] "body"`, true},
		{"RFC 9112 4 no reason", "HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\nbody", stays, `200 "body"`, true},
		{"RFC 9112 4 no reason, no space", "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nbody", stays, `200 "body"`, true},
		{"RFC 9112 4 NUL in the reason", "HTTP/1.1 200 a\x00b\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 4 a bare CR in the reason", "HTTP/1.1 200 a\rX-A: b\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 4 a code of two digits", "HTTP/1.1 20 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 4 a code of four digits", "HTTP/1.1 2000 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9110 15 a code below 100", "HTTP/1.1 099 No\r\n\r\n", stays, badMessage, false},
		{"RFC 9110 15 a code of 999 passes", "HTTP/1.1 999 Odd\r\nContent-Length: 4\r\n\r\nbody", stays, `999 "body"`, true},
		{"RFC 9112 4 two spaces", "HTTP/1.1  200 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 4 a space before it", " HTTP/1.1 200 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 4 lower case", "http/1.1 200 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 2.3 HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 2.3 HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", stays, badMessage, false},
		{"junk before the status line", "junk" + good, stays, badMessage, false},
		{"an empty line before the status line", "\r\n" + good, stays, badMessage, false},
		{"RFC 9112 2.3 HTTP/0.9", "<html>body</html>", closes, badMessage, false},
	}
}

// RFC 9112 sections 2.2 and 5.
func responseFields() []rawResponse {
	long := strings.Repeat("x", 70<<10)
	return []rawResponse{
		{"bare LF: RFC 9112 2.2 the status line", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"bare LF: RFC 9112 2.2 a field line", ok200 + "X-A: b\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"bare LF: RFC 9112 2.2 the empty line", ok200 + "Content-Length: 0\r\n\n", stays, badMessage, false},
		{"bare CR: RFC 9112 2.2 in a field", ok200 + "X-A: b\rContent-Length: 9\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"RFC 9110 5.5 NUL in a field", ok200 + "X-A: b\x00c\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"header name spoof: RFC 9112 5.1 a space before the colon", ok200 + "Content-Length : 4\r\n\r\nbody", stays, badMessage, false},
		{"header name spoof: RFC 9112 5.1 a space in a name", ok200 + "X Content-Length: 4\r\n\r\nbody", stays, badMessage, false},
		{"header name spoof: RFC 9112 5.1 no name", ok200 + ": b\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"header name spoof: RFC 9112 5.1 no colon", ok200 + "X-A\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"header name spoof: RFC 9110 5.1 no token", ok200 + "X(A): b\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"obs-fold: RFC 9112 5.2 a field", ok200 + "X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"obs-fold: RFC 9112 5.2 behind the status line", ok200 + " X-A: b\r\nContent-Length: 0\r\n\r\n", stays, badMessage, false},
		{"obs-fold: RFC 9112 5.2 a framing field", ok200 + "Transfer-Encoding:\r\n chunked\r\n\r\n" + last, stays, badMessage, false},
		{"a head over 64 KiB", ok200 + "X-A: " + long, stays, "502 http_response_header_section_size", false},
		{"over 256 field lines", ok200 + strings.Repeat("X-A: b\r\n", 257) + "\r\n", stays, "502 http_response_header_section_size", false},
		{"RFC 9110 7.6.1 hop-by-hop fields stay here", okSized + "Connection: X-Hop, keep-alive\r\nX-Hop: a\r\nKeep-Alive: timeout=5\r\nProxy-Connection: b\r\nX-A: c\r\n\r\nbody", stays, `200 [X-A: c] "body"`, true},
		{"RFC 9110 7.6.1 Cache-Control cannot be listed away", okSized + "Connection: Cache-Control\r\nCache-Control: private\r\n\r\nbody", stays, `200 [Cache-Control: private] "body"`, true},
	}
}

// RFC 9112 section 6.
func responseFraming() []rawResponse {
	return []rawResponse{
		{"CL.TE: RFC 9112 6.3 both", ok200 + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + last, stays, badMessage, false},
		{"TE.CL: RFC 9112 6.3 both", ok200 + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + last, stays, badMessage, false},
		{"RFC 9112 6.3 two different lengths", ok200 + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9112 6.3 two equal lengths", ok200 + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9112 6.3 a list of lengths", ok200 + "Content-Length: 4, 4\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9110 8.6 a signed length", ok200 + "Content-Length: +4\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9110 8.6 a negative length", ok200 + "Content-Length: -4\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9110 8.6 a hexadecimal length", ok200 + "Content-Length: 0x4\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9110 8.6 a length that wraps to 4", ok200 + "Content-Length: 18446744073709551620\r\n\r\nbody", stays, badMessage, false},
		{"RFC 9110 8.6 an empty length", ok200 + "Content-Length:\r\n\r\n", stays, badMessage, false},
		{"RFC 9112 6.1 identity", ok200 + "Transfer-Encoding: identity\r\n\r\nbody", closes, badCoding, false},
		{"RFC 9112 6.1 gzip, chunked", ok200 + "Transfer-Encoding: gzip, chunked\r\n\r\n" + last, stays, badCoding, false},
		{"RFC 9112 6.1 chunked twice", ok200 + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + last, stays, badCoding, false},
		{"RFC 9112 6.1 xchunked", ok200 + "Transfer-Encoding: xchunked\r\n\r\n" + last, stays, badCoding, false},
		{"RFC 9112 6.1 a vertical tab before chunked", ok200 + "Transfer-Encoding: \x0bchunked\r\n\r\n" + last, stays, badCoding, false},
		{"RFC 9112 6.1 an empty coding", ok200 + "Transfer-Encoding:\r\n\r\n", stays, badCoding, false},
		{"RFC 9112 6.1 a coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + last, stays, badMessage, false},
		{"RFC 9112 6.3 204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody", stays, `204 ""`, false},
		{"RFC 9112 6.3 204, chunked", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n" + last, stays, `204 ""`, false},
		{"RFC 9112 6.3 304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody", stays, `304 ""`, false},
	}
}

// RFC 9112 section 7.1. The head is out when a chunk turns out to be wrong, so
// the transfer breaks.
func responseChunks() []rawResponse {
	long := strings.Repeat("x", 5<<10)
	return []rawResponse{
		{"RFC 9112 7.1 two chunks", okChunked + "2\r\nbo\r\n2\r\ndy\r\n" + last, stays, `200 "body"`, true},
		{"RFC 9112 7.1.2 trailers", okChunked + "4\r\nbody\r\n0\r\nX-A: b\r\nContent-Length: 9\r\nSet-Cookie: c\r\n\r\n", stays, `200 "body" {X-A: b}`, true},
		{"chunk extension: RFC 9112 7.1.1 passed over", okChunked + "4;a=b\r\nbody\r\n" + last, stays, `200 "body"`, true},
		{"chunk extension: RFC 9112 7.1.1 over 4 KiB", okChunked + "2\r\nbo\r\n2;" + long + "\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"chunk extension: RFC 9112 7.1.1 a bare CR", okChunked + "2\r\nbo\r\n2;a\rb\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"bare LF: RFC 9112 2.2 a chunk size", okChunked + "2\r\nbo\r\n2\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"bare LF: RFC 9112 2.2 behind a chunk", okChunked + "2\r\nbo\n" + last, stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1 a chunk longer than its size", okChunked + "2\r\nbody\r\n" + last, stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1 an empty size", okChunked + "2\r\nbo\r\n\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1 a size with 0x", okChunked + "2\r\nbo\r\n0x2\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1 a negative size", okChunked + "2\r\nbo\r\n-2\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1 a size that wraps to 2", okChunked + "2\r\nbo\r\n10000000000000002\r\ndy\r\n" + last, stays, `200 "bo" broken`, false},
		{"obs-fold: RFC 9112 7.1.2 a trailer", okChunked + "2\r\nbo\r\n0\r\nX-A: b\r\n c\r\n\r\n", stays, `200 "bo" broken`, false},
		{"RFC 9112 7.1.2 trailers without end", okChunked + "2\r\nbo\r\n0\r\nX-A: " + strings.Repeat(long, 14), stays, `200 "bo" broken`, false},
	}
}

// RFC 9112 sections 8 and 9: how it ends.
func responseEnds() []rawResponse {
	return []rawResponse{
		{"RFC 9112 8 nothing", "", closes, "502 connection_terminated", false},
		{"RFC 9112 8 a reset", "", resets, "502 connection_terminated", false},
		{"RFC 9112 8 half a status line", "HTTP/1.1 20", closes, incomplete, false},
		{"RFC 9112 8 half a head", okSized + "X-A: b\r\nX-", closes, incomplete, false},
		{"RFC 9112 8 a head without its empty line", okSized, closes, incomplete, false},
		{"RFC 9112 8 half a body", okSized + "\r\nbo", closes, `200 "bo" broken`, false},
		{"RFC 9112 8 half a chunk", okChunked + "2\r\nbo\r\n4\r\ndy", closes, `200 "body" broken`, false},
		{"RFC 9112 8 no last chunk", okChunked + "2\r\nbo\r\n", closes, `200 "bo" broken`, false},
		{"RFC 9112 8 no end of the trailer section", okChunked + "2\r\nbo\r\n0\r\n", closes, `200 "bo" broken`, false},
		{"RFC 9112 8 no body at all", okSized + "\r\n", closes, `200 "" broken`, false},
		{"RFC 9112 6.3 a body up to the end of the connection", ok200 + "\r\nbody", closes, `200 "body"`, false},
		{"RFC 9112 6.3 HTTP/1.0 up to the end of the connection", "HTTP/1.0 200 OK\r\n\r\nbody", closes, `200 "body"`, false},
		{"RFC 9112 9.2 a byte behind the body", okSized + "\r\nbodyX", stays, `200 "body"`, false},
		{"RFC 9112 9.2 another answer behind it", okSized + "\r\nbody" + good, stays, `200 "body"`, false},
		{"RFC 9112 9.2 another answer behind the last chunk", okChunked + "2\r\nbo\r\n" + last + good, stays, `200 "bo"`, false},
		{"RFC 9112 9.6 Connection: close", okSized + "Connection: close\r\n\r\nbody", stays, `200 "body"`, false},
		{"RFC 9112 9.3 HTTP/1.0 is not kept", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody", stays, `200 "body"`, false},
	}
}

// RFC 9110 section 15.2.
func informational() []rawResponse {
	return []rawResponse{
		{"RFC 9110 15.2 a 103 and a 100 before the answer", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + good, stays, `103 200 "good"`, true},
		{"RFC 9110 15.2 a 103 with a body", "HTTP/1.1 103 Early Hints\r\nContent-Length: 4\r\n\r\nevil" + good, stays, badMessage, false},
		{"RFC 9110 15.2 a 100, chunked", "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n" + last + good, stays, badMessage, false},
		{"RFC 9110 15.2 a hundred of them", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100), stays, badMessage, false},
		{"RFC 9110 15.2 one and nothing more", "HTTP/1.1 100 Continue\r\n\r\n", closes, incomplete, false},
		{"RFC 9110 15.2.2 a 101 that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", stays, badMessage, false},
	}
}
