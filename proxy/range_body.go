package proxy

import (
	"crypto/rand"

	"github.com/afterburner-gateway/afterburner/cache"
)

// partsBody is several ranges of one body, each behind a head of its own (RFC
// 9110 section 14.6). It holds the whole body but copies nothing of it.
type partsBody struct {
	whole    []byte
	spans    []span
	heads    [][]byte // one before each span, one behind the last
	boundary string
	size     int64
}

// newPartsBody makes the body. contentType is that of the whole; "": it has none.
func newPartsBody(whole []byte, spans []span, contentType string) *partsBody {
	b := &partsBody{whole: whole, spans: spans, boundary: rand.Text()}
	for _, s := range spans {
		head := append(append([]byte("\r\n--"), b.boundary...), "\r\n"...)
		if contentType != "" {
			head = appendLine(head, "Content-Type", contentType)
		}
		head = s.appendContentRange(append(head, "Content-Range: "...), int64(len(whole)))
		b.add(append(head, "\r\n\r\n"...))
		b.size += s.to - s.from
	}
	b.add([]byte("\r\n--" + b.boundary + "--\r\n"))
	b.heads[0] = b.heads[0][len("\r\n"):]
	b.size -= int64(len("\r\n"))
	return b
}

func (b *partsBody) add(head []byte) {
	b.heads = append(b.heads, head)
	b.size += int64(len(head))
}

func (b *partsBody) contentType() string { return "multipart/byteranges; boundary=" + b.boundary }

func (b *partsBody) Size() int64 { return b.size }

func (b *partsBody) WriteTo(to Sink) (cache.Fields, error) {
	for i, s := range b.spans {
		if _, err := to.Write(b.heads[i]); err != nil {
			return nil, err
		}
		if err := writePieces(to, b.whole[s.from:s.to]); err != nil {
			return nil, err
		}
	}
	_, err := to.Write(b.heads[len(b.spans)])
	return nil, err
}

// writePieces writes what is in memory so that a slow client has time for each
// piece, not for the whole.
func writePieces(to Sink, p []byte) error {
	for len(p) > 0 {
		piece := p[:min(len(p), pieceLimit)]
		if _, err := to.Write(piece); err != nil {
			return err
		}
		p = p[len(piece):]
	}
	return nil
}
