package proxy

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"testing"
)

// A client's own reader takes the parts apart, and the size told before is that of
// what is written.
func TestPartsBody(t *testing.T) {
	whole := bytes.Repeat([]byte("0123456789"), 100_000)
	b := newPartsBody(whole, []span{{999_990, 1_000_000}, {0, 3}, {10, 600_010}}, "text/plain")
	into := &budgetSink{left: 2 << 20}
	if _, err := b.WriteTo(into); err != nil || int64(into.Len()) != b.Size() {
		t.Fatalf("wrote %d bytes, %v; Size said %d", into.Len(), err, b.Size())
	}
	kind, params, err := mime.ParseMediaType(b.contentType())
	if err != nil || kind != "multipart/byteranges" {
		t.Fatalf("the type is %q, %v", b.contentType(), err)
	}
	r := multipart.NewReader(into, params["boundary"])
	for _, want := range []struct {
		contentRange string
		body         []byte
	}{
		{"bytes 999990-999999/1000000", whole[999_990:]},
		{"bytes 0-2/1000000", whole[:3]},
		{"bytes 10-600009/1000000", whole[10:600_010]},
	} {
		part, err := r.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil || !bytes.Equal(body, want.body) || part.Header.Get("Content-Range") != want.contentRange || part.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("part %v with %d bytes, %v; want %s with %d", part.Header, len(body), err, want.contentRange, len(want.body))
		}
	}
	if _, err := r.NextRawPart(); err != io.EOF {
		t.Errorf("behind the last part: %v, want the end", err)
	}
}

// A client that cannot be written to ends the body, wherever it stands.
func TestPartsBodyBreaks(t *testing.T) {
	whole := bytes.Repeat([]byte("x"), 1000)
	b := newPartsBody(whole, []span{{0, 100}, {200, 300}}, "")
	for left := range b.Size() {
		if _, err := b.WriteTo(&budgetSink{left: left}); err == nil {
			t.Fatalf("room for %d of %d bytes, and no error", left, b.Size())
		}
	}
	if _, err := b.WriteTo(&budgetSink{left: b.Size()}); err != nil {
		t.Error(errors.Unwrap(err), err)
	}
}
