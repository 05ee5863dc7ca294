package proxy

import (
	"slices"
	"strings"
)

// rawRequests are cases of RFC 9112 and RFC 9110, and the published ways of
// smuggling a request past one reader to another.
func rawRequests() []rawRequest {
	return slices.Concat(clTE(), teCL(), te0(), cl0(), obsFold(), requestTrailers(), chunkExtension(), bareLF(), nameSpoof(), absoluteForm(), expectTricks(), singletonCases(), connectionListing(), requestLines())
}

func posted(fields, body string) string {
	return "POST /c HTTP/1.1\r\n" + rawHost + fields + "\r\n" + body
}

const (
	rawChunked = "Transfer-Encoding: chunked\r\n"
	last       = "0\r\n\r\n"
)

// CL.TE: one reader goes by the Content-Length, the next by the Transfer-Encoding
// (RFC 9112 sections 6.1, 6.3 and 11.2).
func clTE() []rawRequest {
	return []rawRequest{
		{"CL.TE: RFC 9112 6.3 both", posted("Content-Length: 42\r\n"+rawChunked, last+rawEvil), refused, ""},
		{"CL.TE: RFC 9112 6.3 both, Content-Length: 0", posted("Content-Length: 0\r\n"+rawChunked, last), refused, ""},
		{"CL.TE: RFC 9112 6.3 both, other case", posted("content-length: 6\r\ntransfer-encoding: CHUNKED\r\n", last+"G"), refused, ""},
		{"CL.TE: RFC 9110 5.5 a tab before chunked", posted("Content-Length: 6\r\nTransfer-Encoding:\tchunked\r\n", last+"G"), refused, ""},
		{"CL.TE: RFC 9112 5.1 a space before the colon", posted("Content-Length: 6\r\nTransfer-Encoding : chunked\r\n", last+"G"), refused, ""},
		{"CL.TE: RFC 9112 5.2 a folded Transfer-Encoding", posted("Content-Length: 6\r\nTransfer-Encoding:\r\n chunked\r\n", last+"G"), refused, ""},
		{"CL.TE: RFC 9112 6.1 HTTP/1.0", "POST /c HTTP/1.0\r\n" + rawHost + "Content-Length: 6\r\n" + rawChunked + "\r\n" + last + "G", refused, ""},
		{"CL.TE: RFC 9112 6.1 the coding in two lines", posted("Content-Length: 6\r\nTransfer-Encoding: x\r\n"+rawChunked, last+"G"), refused, ""},
	}
}

// TE.CL: the same the other way round, by a Transfer-Encoding that only one knows.
func teCL() []rawRequest {
	return []rawRequest{
		{"TE.CL: RFC 9112 6.3 both", posted(rawChunked+"Content-Length: 4\r\n", "27\r\n"+rawEvil+"\r\n"+last), refused, ""},
		{"TE.CL: RFC 9112 6.1 an unknown coding before chunked", posted("Transfer-Encoding: gzip , Chunked\r\n", last), "501!", ""},
		{"TE.CL: RFC 9112 6.1 an unknown coding behind chunked", posted("Transfer-Encoding: chunked, gzip\r\n", last), refused, ""},
		{"TE.CL: RFC 9112 6.1 xchunked", posted("Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n", "abcd"), refused, ""},
		{"TE.CL: RFC 9112 6.1 chunked, identity", posted("Transfer-Encoding: chunked, identity\r\nContent-Length: 4\r\n", "abcd"), refused, ""},
		{"TE.CL: RFC 9112 6.1 chunked and identity in two lines", posted(rawChunked+"Transfer-Encoding: identity\r\n", last), refused, ""},
		{"TE.CL: RFC 9110 5.5 a vertical tab before chunked", posted("Transfer-Encoding: \x0bchunked\r\nContent-Length: 4\r\n", "abcd"), refused, ""},
		{"TE.CL: RFC 9110 5.6.4 quotes around chunked", posted("Transfer-Encoding: \"chunked\"\r\nContent-Length: 4\r\n", "abcd"), refused, ""},
		{"TE.CL: RFC 9112 6.1 chunked twice", posted("Transfer-Encoding: chunked, chunked\r\n", last), refused, ""},
		{"TE.CL: RFC 9112 6.1 identity", posted("Transfer-Encoding: identity\r\nContent-Length: 4\r\n", "abcd"), refused, ""},
	}
}

// TE.0: a chunked body that a reader takes for none (RFC 9112 section 7.1).
func te0() []rawRequest {
	evil := "27\r\n" + rawEvil + "\r\n" + last
	return []rawRequest{
		{"TE.0: RFC 9112 7.1 OPTIONS", "OPTIONS /c HTTP/1.1\r\n" + rawHost + rawChunked + "\r\n" + evil, "200", `OPTIONS /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"TE.0: RFC 9112 7.1 GET", "GET /c HTTP/1.1\r\n" + rawHost + rawChunked + "\r\n" + evil, "200", `GET /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"TE.0: RFC 9112 7.1 DELETE", "DELETE /c HTTP/1.1\r\n" + rawHost + rawChunked + "\r\n" + evil, "200", `DELETE /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"TE.0: RFC 9112 7.1 the last chunk alone", posted(rawChunked, last), "200", `POST /c a.example ""`},
		{"TE.0: RFC 9112 6.1 an empty Transfer-Encoding", posted("Transfer-Encoding:\r\n", ""), refused, ""},
		{"TE.0: RFC 9112 6.1 a comma and nothing", posted("Transfer-Encoding: ,chunked\r\n", last), refused, ""},
		{"TE.0: RFC 9112 7.1 zeros as a size", posted(rawChunked, "000\r\n\r\n"), "200", `POST /c a.example ""`},
		{"TE.0: RFC 9112 7.1 a size with 0x", posted(rawChunked, "0x3\r\nabc\r\n"+last), refused, ""},
		{"TE.0: RFC 9112 7.1 a negative size", posted(rawChunked, "-3\r\nabc\r\n"+last), refused, ""},
		{"TE.0: RFC 9112 7.1 an empty size", posted(rawChunked, "\r\nabc\r\n"+last), refused, ""},
		{"TE.0: RFC 9112 7.1 a size that wraps to 3", posted(rawChunked, "10000000000000003\r\nabc\r\n"+last), refused, ""},
		{"TE.0: RFC 9112 7.1 a chunk longer than its size", posted(rawChunked, "2\r\nabc\r\n"+last), refused, ""},
		{"TE.0: RFC 9112 7.1 a chunk shorter than its size", posted(rawChunked, "4\r\nabc\r\n"+last), refused, ""},
	}
}

// 0.CL: a Content-Length that a reader does not see (RFC 9110 section 8.6).
func cl0() []rawRequest {
	return []rawRequest{
		{"0.CL: RFC 9112 5.1 a space before the colon", posted("Content-Length : 39\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9112 5.2 a fold before the number", posted("Content-Length:\r\n 39\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9110 8.6 a hexadecimal number", posted("Content-Length: 0x27\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9110 8.6 a signed number", posted("Content-Length: +39\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9110 8.6 an empty number", posted("Content-Length:\r\n", ""), refused, ""},
		{"0.CL: RFC 9110 8.6 a number that wraps to 39", posted("Content-Length: 18446744073709551655\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9110 8.6 two numbers", posted("Content-Length: 0, 39\r\n", rawEvil), refused, ""},
		{"0.CL: RFC 9110 5.6.3 white space around the number", posted("Content-Length: \t39 \t\r\n", rawEvil), "200", `POST /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"0.CL: RFC 9110 9.3.1 GET", "GET /c HTTP/1.1\r\n" + rawHost + "Content-Length: 39\r\n\r\n" + rawEvil, "200", `GET /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"0.CL: RFC 9110 8.6 leading zeros", posted("Content-Length: 0003\r\n", "abc"), "200", `POST /c a.example "abc"`},
	}
}

// obs-fold: RFC 9112 section 5.2.
func obsFold() []rawRequest {
	fold := func(fields string) string { return "GET /c HTTP/1.1\r\n" + fields + "\r\n" }
	return []rawRequest{
		{"obs-fold: a space", fold(rawHost + "X-A: b\r\n c\r\n"), refused, ""},
		{"obs-fold: a tab", fold(rawHost + "X-A: b\r\n\tc\r\n"), refused, ""},
		{"obs-fold: behind the request line", fold(" X-A: b\r\n" + rawHost), refused, ""},
		{"obs-fold: behind the request line, a framing field", "POST /c HTTP/1.1\r\n Content-Length: 39\r\n" + rawHost + "\r\n" + rawEvil, refused, ""},
		{"obs-fold: the Host", fold("Host:\r\n a.example\r\n"), refused, ""},
		{"obs-fold: white space alone", fold(rawHost + "X-A: b\r\n \r\n"), refused, ""},
		{"obs-fold: a field name behind it", fold(rawHost + "X-A: b\r\n Content-Length: 39\r\n"), refused, ""},
		{"obs-fold: RFC 9112 7.1.2 in a trailer section", posted(rawChunked, "0\r\nX-A: b\r\n c\r\n\r\n"), refused, ""},
	}
}

// Trailer sections: RFC 9112 section 7.1.2. One tells the origin nothing that the
// head would not have told (RFC 9110 section 6.5.1).
func requestTrailers() []rawRequest {
	return []rawRequest{
		{"trailers: passed on", posted(rawChunked+"Trailer: X-Sum\r\n", "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-A: b\r\n\r\n"), "200", `POST /c a.example "abc" + X-A: b + X-Sum: 1`},
		{"trailers: framing and routing stay here", posted(rawChunked, "0\r\nContent-Length: 9\r\nHost: b.example\r\nTransfer-Encoding: x\r\nVia: x\r\nX-A: b\r\n\r\n"), "200", `POST /c a.example "" + X-A: b`},
		{"trailers: who asks stays here", posted(rawChunked, "0\r\nX-Forwarded-For: 192.0.2.9\r\nForwarded: for=x\r\nAuthorization: x\r\nX-Api-Key: x\r\nCookie: x\r\nX-A: b\r\n\r\n"), "200", `POST /c a.example "" + X-A: b`},
		{"trailers: a name that is no token", posted(rawChunked, "0\r\nX A: b\r\n\r\n"), refused, ""},
		{"trailers: no colon", posted(rawChunked, "0\r\nGET /evil HTTP/1.1\r\n\r\n"), refused, ""},
		{"trailers: over 8 KiB", posted(rawChunked, "0\r\n"+strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 9)+"\r\n"), refused, ""},
		{"trailers: over 128 lines", posted(rawChunked, "0\r\n"+strings.Repeat("A: b\r\n", 129)+"\r\n"), refused, ""},
	}
}

// Chunk extension: RFC 9112 section 7.1.1.
func chunkExtension() []rawRequest {
	long := strings.Repeat("x", 5<<10)
	return []rawRequest{
		{"chunk extension: passed over", posted(rawChunked, "3;a=b;c=\"d;e\"\r\nabc\r\n0;x\r\n\r\n"), "200", `POST /c a.example "abc"`},
		{"chunk extension: RFC 9110 5.6.3 white space before it", posted(rawChunked, "3 ;a\r\nabc\r\n"+last), "200", `POST /c a.example "abc"`},
		{"chunk extension: white space alone", posted(rawChunked, "3 \r\nabc\r\n"+last), refused, ""},
		{"chunk extension: no semicolon", posted(rawChunked, "3 a=b\r\nabc\r\n"+last), refused, ""},
		{"chunk extension: a bare LF ends it", posted(rawChunked, "3;a\nabc\r\n"+last), refused, ""},
		{"chunk extension: a bare CR in it", posted(rawChunked, "3;a\rb\r\nabc\r\n"+last), refused, ""},
		{"chunk extension: NUL in it", posted(rawChunked, "3;a\x00b\r\nabc\r\n"+last), refused, ""},
		{"chunk extension: over 4 KiB", posted(rawChunked, "3;"+long+"\r\nabc\r\n"+last), refused, ""},
		{"chunk extension: many", posted(rawChunked, strings.Repeat("1;"+long[:4000]+"\r\nx\r\n", 5)+last), refused, ""},
		{"chunk extension: a bare LF in the last one", posted(rawChunked, "3\r\nabc\r\n0;x\n\r\n"), refused, ""},
	}
}

// Bare LF: RFC 9112 section 2.2. A recipient MAY take it for the end of a line;
// this one does not, because the next may not.
func bareLF() []rawRequest {
	return []rawRequest{
		{"bare LF: the request line", "GET /c HTTP/1.1\n" + rawHost + "\r\n", refused, ""},
		{"bare LF: a field line", "GET /c HTTP/1.1\r\nX-A: b\n" + rawHost + "\r\n", refused, ""},
		{"bare LF: the last field line", "GET /c HTTP/1.1\r\nHost: a.example\n\r\n", refused, ""},
		{"bare LF: the empty line", "GET /c HTTP/1.1\r\n" + rawHost + "\n", refused, ""},
		{"bare LF: the empty line, and a body that is a request", "GET /c HTTP/1.1\r\n" + rawHost + "\n" + rawEvil, refused, ""},
		{"bare LF: all lines", "GET /c HTTP/1.1\nHost: a.example\n\n", refused, ""},
		{"bare LF: a head without fields", "GET /c HTTP/1.0\r\n\n" + rawEvil, refused, ""},
		{"bare LF: a hidden Content-Length", "POST /c HTTP/1.1\r\n" + rawHost + "X-A: b\nContent-Length: 39\r\n\r\n" + rawEvil, refused, ""},
		{"bare LF: a chunk size", posted(rawChunked, "3\nabc\r\n"+last), refused, ""},
		{"bare LF: behind a chunk", posted(rawChunked, "3\r\nabc\n"+last), refused, ""},
		{"bare LF: the last chunk", posted(rawChunked, "3\r\nabc\r\n0\n\r\n"), refused, ""},
		{"bare LF: the end of the trailer section", posted(rawChunked, "0\r\n\n"), refused, ""},
		{"bare LF: a trailer line", posted(rawChunked, "0\r\nX-A: b\n\r\n"), refused, ""},
		{"bare LF: the end of a trailer section with lines", posted(rawChunked, "0\r\nX-A: b\r\n\n"+rawEvil), refused, ""},
		{"bare CR: RFC 9112 2.2 in a field", "GET /c HTTP/1.1\r\n" + rawHost + "X-A: b\rContent-Length: 39\r\n\r\n", refused, ""},
		{"bare CR: RFC 9112 2.2 in the request line", "GET /c\r HTTP/1.1\r\n" + rawHost + "\r\n", refused, ""},
		{"bare CR: RFC 9112 2.2 for the empty line", "GET /c HTTP/1.1\r\n" + rawHost + "\r\r\n", refused, ""},
	}
}

// Header name spoof: names that another reader takes for a framing field or for
// one that a proxy sets (RFC 9110 section 5.1, RFC 9112 section 5.1).
func nameSpoof() []rawRequest {
	get := func(fields string) string { return "GET /c HTTP/1.1\r\n" + rawHost + fields + "\r\n" }
	return []rawRequest{
		{"header name spoof: NUL in a name", get("Content-Length\x00: 39\r\n"), refused, ""},
		{"header name spoof: a space in a name", get("X Transfer-Encoding: chunked\r\n"), refused, ""},
		{"header name spoof: no name", get(": x\r\n"), refused, ""},
		{"header name spoof: no colon", get("Content-Length\r\n"), refused, ""},
		{"header name spoof: a letter like K", get("Transfer-Encoding\xe2\x84\xaa: chunked\r\n"), refused, ""},
		{"header name spoof: a no-break space", get("Content-Length\xa0: 39\r\n"), refused, ""},
		{"header name spoof: a pseudo-header", get(":path: /evil\r\n"), refused, ""},
		{"header name spoof: Content_Length", posted("Content_Length: 39\r\n", ""), refused, ""},
		{"header name spoof: Transfer_Encoding", posted("Transfer_Encoding: chunked\r\n", ""), refused, ""},
		{"header name spoof: quotes", get("\"Host\": b.example\r\n"), refused, ""},
		{"header name spoof: RFC 9112 3.2 Host with a space before the colon", get("Host : b.example\r\n"), refused, ""},
	}
}

// Absolute-form mismatch: RFC 9112 section 3.2.
func absoluteForm() []rawRequest {
	form := func(target string) string { return "GET " + target + " HTTP/1.1\r\n" + rawHost + "\r\n" }
	return []rawRequest{
		{"absolute-form: RFC 9112 3.2.2 the same host", form("http://a.example/c?d"), "200", `GET /c?d a.example ""`},
		{"absolute-form: RFC 9112 3.2.2 other case", form("HTTP://A.Example/c"), "200", `GET /c a.example ""`},
		{"absolute-form mismatch: another host", form("http://b.example/c"), refused, ""},
		{"absolute-form mismatch: a user", form("http://a.example@b.example/c"), refused, ""},
		{"absolute-form mismatch: a user that is the host", form("http://b.example@a.example/c"), refused, ""},
		{"absolute-form mismatch: a port", form("http://a.example:81/c"), refused, ""},
		{"absolute-form mismatch: no host", form("http:///c"), refused, ""},
		{"absolute-form mismatch: no Host field", "GET http://a.example/c HTTP/1.1\r\n\r\n", refused, ""},
		{"absolute-form mismatch: another scheme", form("file://a.example/c"), refused, ""},
		{"absolute-form mismatch: a backslash", form("http:\\\\a.example/c"), refused, ""},
		{"absolute-form mismatch: RFC 9112 3.2 neither form", form("a.example/c"), refused, ""},
		{"absolute-form mismatch: RFC 9112 3.2.4 asterisk-form of GET", form("*"), refused, ""},
		{"absolute-form mismatch: RFC 9112 3.2.3 authority-form of GET", form("a.example:80"), refused, ""},
		{"absolute-form: RFC 9112 3.2.1 a path with two slashes is a path", form("//b.example/c"), "200", `GET //b.example/c a.example ""`},
	}
}

// Expect tricks: RFC 9110 section 10.1.1. The client sends its body at once.
func expectTricks() []rawRequest {
	expect := func(value, body string) string {
		return posted("Expect:"+value+"\r\nContent-Length: 39\r\n", body)
	}
	saw := `POST /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`
	return []rawRequest{
		{"expect tricks: the body comes at once", expect(" 100-continue", rawEvil), "100 200", saw},
		{"expect tricks: other case, a tab", expect("\t100-CONTINUE", rawEvil), "100 200", saw},
		{"expect tricks: no body", "GET /c HTTP/1.1\r\n" + rawHost + "Expect: 100-continue\r\n\r\n", "200", `GET /c a.example ""`},
		{"expect tricks: GET with a body", "GET /c HTTP/1.1\r\n" + rawHost + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "100 200", `GET /c a.example "abc"`},
		{"expect tricks: a fold", expect("\r\n 100-continue", rawEvil), refused, ""},
		{"expect tricks: with a refused framing", posted("Expect: 100-continue\r\nContent-Length: 5\r\n"+rawChunked, last), refused, ""},
		{"expect tricks: chunked", posted("Expect: 100-continue\r\n"+rawChunked, "3\r\nabc\r\n"+last), "100 200", `POST /c a.example "abc"`},
		{"expect tricks: a broken chunk", posted("Expect: 100-continue\r\n"+rawChunked, "3\nabc\r\n"+last), "100 400", ""},
		{"expect tricks: HTTP/1.0", "POST /c HTTP/1.0\r\n" + rawHost + "Connection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "200", `POST /c a.example "abc"`},
		{"expect tricks: something before it", expect(" y 100-continue", rawEvil), "200", saw},
		{"expect tricks: an unknown one", expect(" 200-ok", rawEvil), "200", saw},
	}
}

// Duplicates of singletons: RFC 9110 section 5.3.
func singletonCases() []rawRequest {
	get := func(fields string) string { return "GET /c HTTP/1.1\r\n" + rawHost + fields + "\r\n" }
	return []rawRequest{
		{"singletons: Host", get("Host: b.example\r\n"), refused, ""},
		{"singletons: Host, the same", get(rawHost), refused, ""},
		{"singletons: Content-Length", posted("Content-Length: 0\r\nContent-Length: 39\r\n", rawEvil), refused, ""},
		{"singletons: Content-Length, the same", posted("Content-Length: 3\r\ncontent-length: 3\r\n", "abc"), refused, ""},
		{"singletons: Content-Length as a list", posted("Content-Length: 3, 3\r\n", "abc"), refused, ""},
		{"singletons: Transfer-Encoding", posted(rawChunked+rawChunked, last), refused, ""},
		{"singletons: Content-Type", posted("Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n", ""), refused, ""},
		{"singletons: Authorization", get("Authorization: Basic YQ==\r\nAuthorization: Basic Yg==\r\n"), refused, ""},
		{"singletons: Range", get("Range: bytes=0-1\r\nRange: bytes=2-3\r\n"), refused, ""},
		{"singletons: lists may come in two lines", get("X-A: b\r\nX-A: c\r\n"), "200", `GET /c a.example "" [X-A: b|c]`},
	}
}

// Connection listing end-to-end fields: RFC 9110 section 7.6.1.
func connectionListing() []rawRequest {
	get := func(fields string) string { return "GET /c HTTP/1.1\r\n" + rawHost + fields + "\r\n" }
	return []rawRequest{
		{"Connection: what it lists stays here", get("Connection: X-A\r\nX-A: b\r\nX-B: c\r\n"), "200", `GET /c a.example "" [X-B: c]`},
		{"Connection: a list, in two lines, other case", get("Connection: x-a , ,\r\nConnection:x-b\r\nX-A: b\r\nX-B: c\r\n"), "200", `GET /c a.example ""`},
		{"Connection: the Host cannot be listed away", get("Connection: Host\r\n"), "200", `GET /c a.example ""`},
		{"Connection: the length cannot be listed away", posted("Connection: Content-Length\r\nContent-Length: 39\r\n", rawEvil), "200", `POST /c a.example "GET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n"`},
		{"Connection: the coding cannot be listed away", posted("Connection: Transfer-Encoding\r\n"+rawChunked, "3\r\nabc\r\n"+last), "200", `POST /c a.example "abc"`},
		{"Connection: what the gateway adds cannot be listed away", get("Connection: X-Forwarded-For, Via, CDN-Loop\r\nX-Forwarded-For: evil\r\n"), "200", `GET /c a.example ""`},
		{"Connection: hop-by-hop fields without it", get("Keep-Alive: x\r\nProxy-Connection: x\r\nTE: gzip\r\nTrailer: x\r\nUpgrade: x\r\n"), "200", `GET /c a.example ""`},
		{"Connection: a quoted name is no name", get("Connection: \"X-A\"\r\nX-A: b\r\n"), "200", `GET /c a.example "" [X-A: b]`},
	}
}

// The request line and the lines before it: RFC 9112 sections 2.2 and 3.
func requestLines() []rawRequest {
	get := func(line string) string { return line + "\r\n" + rawHost + "\r\n" }
	return []rawRequest{
		{"RFC 9112 2.2 empty lines before the request line", "\r\n\r\n" + get("GET /c HTTP/1.1"), "200", `GET /c a.example ""`},
		{"RFC 9112 3 two spaces", get("GET  /c HTTP/1.1"), refused, ""},
		{"RFC 9112 3 a tab", get("GET\t/c HTTP/1.1"), refused, ""},
		{"RFC 9112 3 a space before it", get(" GET /c HTTP/1.1"), refused, ""},
		{"RFC 9112 3 a space behind it", get("GET /c HTTP/1.1 "), refused, ""},
		{"RFC 9112 3 no version", get("GET /c"), refused, ""},
		{"RFC 9112 3 HTTP/0.9", "GET /c\r\n", refused, ""},
		{"RFC 9112 2.3 HTTP/1.2", get("GET /c HTTP/1.2"), refused, ""},
		{"RFC 9112 2.3 HTTP/1.10", get("GET /c HTTP/1.10"), refused, ""},
		{"RFC 9112 2.3 http/1.1", get("GET /c http/1.1"), refused, ""},
		{"RFC 9113 3.4 the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused, ""},
		{"RFC 9110 9.1 a method that is no token", get("GE(T /c HTTP/1.1"), refused, ""},
		{"RFC 9110 9.1 an unknown method", get("BREW /c HTTP/1.1"), "200", `BREW /c a.example ""`},
		{"RFC 9112 3.2 a raw byte over 0x7f", get("GET /\xc3\xa9 HTTP/1.1"), "200", "GET /\xc3\xa9 a.example \"\""},
		{"RFC 9112 3.2 NUL in the target", get("GET /c\x00 HTTP/1.1"), refused, ""},
		{"RFC 9112 3.2 no Host", "GET /c HTTP/1.1\r\n\r\n", refused, ""},
		{"RFC 9112 3.2 an empty Host", "GET /c HTTP/1.1\r\nHost:\r\n\r\n", refused, ""},
		{"RFC 9110 9.3.8 TRACE", get("TRACE /c HTTP/1.1"), "405", ""},
		{"RFC 9110 9.3.6 CONNECT", "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n", "501!", ""},
	}
}
