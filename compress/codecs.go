package compress

import (
	"fmt"
	"io"
	"sync"
)

// Bounds limit how many codecs are at work at once, and so their memory: about
// 4 MiB a body in brotli, 1 to 2 MiB in the others, 1 MiB a stream.
type Bounds struct {
	// Bodies is the number of whole bodies coded at once, at least 1.
	Bodies int
	// Streams is the number of streams open at once, at least 1.
	Streams int
}

// Codecs holds the encoders, which are reused. It may be used from many
// goroutines.
type Codecs struct {
	bodies  gate
	streams gate

	brotliBody, gzipBody         sync.Pool // of bodyEncoder
	smallZstdBody, largeZstdBody sync.Pool // of bodyEncoder
	brotliStream, gzipStream     sync.Pool // of streamEncoder
	zstdStream                   sync.Pool // of streamEncoder
}

// New makes an empty set of codecs; encoders are made when first needed. Bounds
// below 1 are taken for 1.
func New(bounds Bounds) *Codecs {
	return &Codecs{
		bodies:  make(gate, max(bounds.Bodies, 1)),
		streams: make(gate, max(bounds.Streams, 1)),

		brotliBody:    sync.Pool{New: newBrotliBody},
		gzipBody:      sync.Pool{New: newGzipBody},
		smallZstdBody: sync.Pool{New: func() any { return newZstdBody(smallWindow) }},
		largeZstdBody: sync.Pool{New: func() any { return newZstdBody(largeWindow) }},
		brotliStream:  sync.Pool{New: newBrotliStream},
		gzipStream:    sync.Pool{New: newGzipStream},
		zstdStream:    sync.Pool{New: newZstdStream},
	}
}

// Encode appends the coded body to dst. It waits while all codecs are at work.
// The only error is an unknown coding.
func (c *Codecs) Encode(coding string, dst, body []byte) ([]byte, error) {
	pool := c.bodyPool(coding, len(body))
	if pool == nil {
		return dst, fmt.Errorf("encode a body: unknown content coding %q", coding)
	}
	c.bodies.enter()
	defer c.bodies.leave()
	return encode(pool, dst, body), nil
}

// TryEncode appends the coded body to dst, or does nothing and says false: the
// coding is unknown or all codecs are at work (Busy). Then the body goes as it is.
func (c *Codecs) TryEncode(coding string, dst, body []byte) (coded []byte, ok bool) {
	pool := c.bodyPool(coding, len(body))
	if pool == nil || !c.bodies.tryEnter() {
		return dst, false
	}
	defer c.bodies.leave()
	return encode(pool, dst, body), true
}

// encode runs one encoder. One that panics is not given back.
func encode(pool *sync.Pool, dst, body []byte) []byte {
	encoder := pool.Get().(bodyEncoder)
	coded := encoder.encode(dst, body)
	pool.Put(encoder)
	return coded
}

// bodyPool is where encoders for such a body lie; nil for an unknown coding.
func (c *Codecs) bodyPool(coding string, size int) *sync.Pool {
	switch {
	case coding == Brotli:
		return &c.brotliBody
	case coding == Gzip:
		return &c.gzipBody
	case coding == Zstd && size <= smallWindow:
		return &c.smallZstdBody
	case coding == Zstd:
		return &c.largeZstdBody
	}
	return nil
}

// Writer opens a stream that codes what is written to it and passes it to w. It
// says false where the coding is unknown or all codecs are at work (Busy). Each
// stream must end with Close or Abort; until then it takes one of Bounds.Streams.
func (c *Codecs) Writer(coding string, w io.Writer) (*Writer, bool) {
	pool := c.streamPool(coding)
	if pool == nil || !c.streams.tryEnter() {
		return nil, false
	}
	encoder := pool.Get().(streamEncoder)
	encoder.Reset(w)
	return &Writer{encoder: encoder, pool: pool, gate: c.streams}, true
}

// streamPool is where stream encoders lie; nil for an unknown coding.
func (c *Codecs) streamPool(coding string) *sync.Pool {
	switch coding {
	case Brotli:
		return &c.brotliStream
	case Gzip:
		return &c.gzipStream
	case Zstd:
		return &c.zstdStream
	}
	return nil
}

// A gate lets as many in at once as it has room for.
type gate chan struct{}

func (g gate) enter() { g <- struct{}{} }

func (g gate) leave() { <-g }

func (g gate) tryEnter() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}
