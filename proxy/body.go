package proxy

import (
	"io"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// objectBody is whole and in memory.
type objectBody struct{ bytes []byte }

func (b *objectBody) Size() int64 { return int64(len(b.bytes)) }

func (b *objectBody) WriteTo(to Sink) (cache.Fields, error) {
	_, err := to.Write(b.bytes)
	return nil, err
}

// noBody announces a length and sends nothing: the answer to a HEAD.
type noBody struct{ size int64 }

func (b noBody) Size() int64                        { return b.size }
func (b noBody) WriteTo(Sink) (cache.Fields, error) { return nil, nil }

// flightBody reads a flight at the client's pace.
type flightBody struct {
	reader *cache.Reader
	size   int64
	gone   <-chan struct{}
}

func (b *flightBody) Size() int64 { return b.size }

func (b *flightBody) WriteTo(to Sink) (cache.Fields, error) {
	if err := flushStream(to, b.size); err != nil {
		return nil, err
	}
	for {
		p, err := b.reader.Next(b.gone)
		if err == io.EOF {
			return b.reader.Trailers(), nil
		}
		if err != nil {
			return nil, err
		}
		if err := writeThrough(to, p); err != nil {
			return nil, err
		}
	}
}

// flushStream lets the head of a body without a length go ahead of it: its first
// bytes may be long in coming.
func flushStream(to Sink, size int64) error {
	if size >= 0 {
		return nil
	}
	return to.Flush()
}

// writeThrough writes and sends: the next bytes may be long in coming.
func writeThrough(to Sink, p []byte) error {
	if _, err := to.Write(p); err != nil {
		return err
	}
	return to.Flush()
}

// fetchedBody passes an origin's body on as it comes.
type fetchedBody struct {
	response *upstream.Response
	buffers  *buffers
}

func (b *fetchedBody) Size() int64 { return b.response.Length }

func (b *fetchedBody) WriteTo(to Sink) (cache.Fields, error) {
	if err := flushStream(to, b.response.Length); err != nil {
		return nil, err
	}
	buffer := b.buffers.get()
	defer b.buffers.put(buffer)
	for {
		n, err := b.response.Body.Read(*buffer)
		if n > 0 {
			if err := writeThrough(to, (*buffer)[:n]); err != nil {
				return nil, err
			}
		}
		if err == io.EOF {
			return b.response.Trailers(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// codedBody codes another body on its way. The coded length is not known. Its
// coder was opened before the head promised the coding; finish gives it back.
type codedBody struct {
	inner Body
	coder *compress.Writer
	out   *countingSink // what the coder writes to
	seen  func(in, out int64)
}

func (b *codedBody) Size() int64 { return -1 }

func (b *codedBody) WriteTo(to Sink) (cache.Fields, error) {
	b.out.Sink = to
	into := &coderSink{coder: b.coder, to: to, stream: b.inner.Size() < 0}
	trailers, err := b.inner.WriteTo(into)
	if err != nil {
		return nil, err // without the coder's end: what was sent must not look whole
	}
	if err := b.coder.Close(); err != nil {
		return nil, err
	}
	b.seen(into.in, b.out.bytes)
	return trailers, nil
}

// coderSink puts a coder before a sink.
type coderSink struct {
	coder  *compress.Writer
	to     Sink
	in     int64
	stream bool
}

func (s *coderSink) Write(p []byte) (int, error) {
	s.in += int64(len(p))
	return s.coder.Write(p)
}

// Flush sends what a stream has by now; a body of known length ends soon enough,
// and is smaller when it is coded in one go.
func (s *coderSink) Flush() error {
	if !s.stream {
		return nil
	}
	if err := s.coder.Flush(); err != nil {
		return err
	}
	return s.to.Flush()
}

// countingSink counts what goes through it.
type countingSink struct {
	Sink
	bytes int64
}

func (s *countingSink) Write(p []byte) (int, error) {
	n, err := s.Sink.Write(p)
	s.bytes += int64(n)
	return n, err
}
