package compress

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Streams are coded anew for each client, and flushed often: fast levels, and
// windows that keep an open stream small.
const (
	brotliStreamLevel = 3
	brotliStreamBits  = 18 // a window of 256 KiB
	gzipStreamLevel   = 2
	zstdStreamLevel   = zstd.SpeedFastest
	zstdStreamWindow  = 256 << 10
)

// errEnded is what a stream answers after Close or Abort.
var errEnded = errors.New("write to a coded stream that has ended")

// A streamEncoder is what the three libraries have in common.
type streamEncoder interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// A Writer codes a stream. It is not for use by several goroutines at once. Its
// errors are those of the writer below, and errEnded after the end.
//
//	defer stream.Abort() // does nothing after Close
type Writer struct {
	encoder streamEncoder // nil after the end
	pool    *sync.Pool
	gate    gate
}

// Write codes p; what comes of it may stay in the encoder until Flush or Close.
func (w *Writer) Write(p []byte) (int, error) {
	if w.encoder == nil {
		return 0, errEnded
	}
	return w.encoder.Write(p)
}

// Flush passes on all that was written, so that the client can decode it.
func (w *Writer) Flush() error {
	if w.encoder == nil {
		return errEnded
	}
	return w.encoder.Flush()
}

// Close writes the end of the coded stream, and gives the encoder back. It does
// not close the writer below.
func (w *Writer) Close() error {
	if w.encoder == nil {
		return errEnded
	}
	err := w.encoder.Close()
	w.Abort()
	return err
}

// Abort gives the encoder back without writing the end: a stream that broke must
// not look whole to the decoder. After the end it does nothing.
func (w *Writer) Abort() {
	if w.encoder == nil {
		return
	}
	w.encoder.Reset(io.Discard) // holds the client's writer no longer
	w.pool.Put(w.encoder)
	w.encoder = nil
	w.gate.leave()
}

func newBrotliStream() any {
	return brotli.NewWriterOptions(io.Discard, brotli.WriterOptions{Quality: brotliStreamLevel, LGWin: brotliStreamBits})
}

func newGzipStream() any { return newGzip(io.Discard, gzipStreamLevel) }

func newZstdStream() any { return newZstd(zstdStreamLevel, zstdStreamWindow) }

// newGzip panics on a level that does not exist; the levels are constants.
func newGzip(w io.Writer, level int) *gzip.Writer {
	writer, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		panic(fmt.Sprintf("gzip level %d: %v", level, err))
	}
	return writer
}

// newZstd makes an encoder without goroutines. An empty body is a frame too,
// because a decoder takes no bytes at all for a broken transfer. It panics on
// options that do not exist; they are constants.
func newZstd(level zstd.EncoderLevel, window int) *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(level),
		zstd.WithWindowSize(window),
		zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true),
		zstd.WithZeroFrames(true),
	)
	if err != nil {
		panic(fmt.Sprintf("zstd encoder: %v", err))
	}
	return encoder
}
