package test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// message is an answer in a framing of chance, whole.
func (m *mischief) message() []byte {
	status := []int{200, 200, 200, 200, 200, 200, 404, 500, 503, 204}[m.dice.IntN(10)]
	body := newSpecimen(m.id, m.size(), m.dice)
	framing := m.dice.IntN(5)
	m.endless, m.last = framing >= 3, framing >= 2
	var head strings.Builder
	fmt.Fprintf(&head, "HTTP/1.%d %d %s\r\nX-Id: %s\r\nContent-Type: application/json\r\n%s",
		[]int{1, 1, 0, 1, 0}[framing], status, http.StatusText(status), m.id, m.freshness())
	switch {
	case status == 204:
		m.endless = false
	case framing == 0, framing == 2:
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(body))
	case framing == 1:
		head.WriteString("Transfer-Encoding: chunked\r\n")
		body = m.chunked(body)
	case framing == 3:
		head.WriteString("Connection: close\r\n")
	}
	head.WriteString("\r\n")
	m.head = head.Len()
	if status == 204 || m.request.Method == "HEAD" {
		m.endless = false
		return []byte(head.String())
	}
	return append([]byte(head.String()), body...)
}

// size is small, or larger than a buffer, or than what may be stored.
func (m *mischief) size() int {
	switch m.dice.IntN(20) {
	case 0:
		return m.dice.IntN(400 << 10)
	case 1, 2, 3, 4:
		return m.dice.IntN(40 << 10)
	}
	return m.dice.IntN(3 << 10)
}

// freshness is what the answer says of its storing.
func (m *mischief) freshness() string {
	fields := []string{
		"Cache-Control: max-age=1\r\n", "Cache-Control: s-maxage=1, public\r\n", "Cache-Control: no-store\r\n",
		"Cache-Control: private\r\n", "", "Cache-Control: max-age=1\r\nVary: X-Flavour\r\n", "Cache-Control: no-cache\r\n",
		"Cache-Control: max-age=1\r\nSet-Cookie: a=b\r\n", "Cache-Control: max-age=1\r\nVary: *\r\n",
	}[m.dice.IntN(9)]
	if m.one(3) {
		fields += fmt.Sprintf("ETag: \"%d\"\r\n", m.dice.IntN(100))
	}
	return fields
}

// chunked cuts a body into chunks of any size, with extensions and a trailer.
func (m *mischief) chunked(body []byte) []byte {
	var b []byte
	for len(body) > 0 {
		n := 1 + m.dice.IntN(min(len(body), 16<<10))
		b = strconv.AppendInt(b, int64(n), 16)
		if m.one(10) {
			b = append(b, ";note=x"...)
		}
		b = append(append(append(b, "\r\n"...), body[:n]...), "\r\n"...)
		body = body[n:]
	}
	b = append(b, "0\r\n"...)
	if m.one(3) {
		b = append(b, "X-Trailer: "+m.id+"\r\n"...)
	}
	return append(b, "\r\n"...)
}
