package compress

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// decode reads a coded body with a decoder that is not ours.
func decode(t *testing.T, coding string, coded []byte) []byte {
	t.Helper()
	plain, err := io.ReadAll(decoder(t, coding, bytes.NewReader(coded)))
	if err != nil {
		t.Errorf("decode %s: %v", coding, err)
	}
	return plain
}

func decoder(t *testing.T, coding string, r io.Reader) io.Reader {
	t.Helper()
	if coding == Brotli {
		return brotli.NewReader(r)
	}
	if coding == Gzip {
		reader, err := stdgzip.NewReader(r)
		if err != nil {
			t.Errorf("decode gzip: %v", err)
			return bytes.NewReader(nil)
		}
		return reader
	}
	// RFC 9659: no more than 8 MiB of window.
	reader, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Errorf("decode zstd: %v", err)
		return bytes.NewReader(nil)
	}
	t.Cleanup(reader.Close)
	return reader
}

// corpus are bodies of the sizes where an encoder changes its ways.
func corpus() map[string][]byte {
	noise := make([]byte, 300<<10)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(noise)
	var list bytes.Buffer
	for i := 0; list.Len() < 3<<20; i++ {
		fmt.Fprintf(&list, `{"id":%d,"name":"product %d","price":%d.99},`, i, i*7919%1000, i%500)
	}
	text := list.Bytes()
	return map[string][]byte{
		"empty":           {},
		"one byte":        {'x'},
		"a short answer":  []byte(`{"id":1}`),
		"one block":       text[:brotliPiece],
		"a block and one": text[:brotliPiece+1],
		"a small window":  text[:smallWindow],
		"a large window":  text[:smallWindow+1],
		"several windows": text,
		"zeros":           make([]byte, 1<<20),
		"noise":           noise,
	}
}

func TestEncodeRoundTrip(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	for name, body := range corpus() {
		for _, coding := range offered {
			t.Run(coding+" "+name, func(t *testing.T) {
				coded, err := codecs.Encode(coding, []byte("before"), body)
				if err != nil {
					t.Fatalf("Encode: %v", err)
				}
				rest, kept := bytes.CutPrefix(coded, []byte("before"))
				if !kept {
					t.Fatalf("Encode does not append to what was there")
				}
				if plain := decode(t, coding, rest); !bytes.Equal(plain, body) {
					t.Errorf("%d bytes come back as %d other bytes", len(body), len(plain))
				}
			})
		}
	}
}

func TestStreamRoundTrip(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	for name, body := range corpus() {
		for _, coding := range offered {
			t.Run(coding+" "+name, func(t *testing.T) {
				var coded bytes.Buffer
				stream, ok := codecs.Writer(coding, &coded)
				if !ok {
					t.Fatal("Writer refuses an idle codec")
				}
				for piece := range slices.Chunk(body, 10_000) {
					if n, err := stream.Write(piece); n != len(piece) || err != nil {
						t.Fatalf("Write = %d, %v, want %d", n, err, len(piece))
					}
				}
				if err := stream.Close(); err != nil {
					t.Fatalf("Close: %v", err)
				}
				if plain := decode(t, coding, coded.Bytes()); !bytes.Equal(plain, body) {
					t.Errorf("%d bytes come back as %d other bytes", len(body), len(plain))
				}
			})
		}
	}
}

// What was flushed can be decoded while the stream is open: server-sent events.
func TestFlush(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	for _, coding := range offered {
		t.Run(coding, func(t *testing.T) {
			read, write := io.Pipe()
			stream, _ := codecs.Writer(coding, write)
			sent := make(chan error, 1)
			go func() {
				_, err := stream.Write([]byte("data: 1\n\n"))
				sent <- errors.Join(err, stream.Flush())
			}()
			got := make([]byte, len("data: 1\n\n"))
			if _, err := io.ReadFull(decoder(t, coding, read), got); err != nil {
				t.Fatalf("read the first event: %v", err)
			}
			if string(got) != "data: 1\n\n" {
				t.Errorf("the first event is %q", got)
			}
			_ = read.Close() // the client is gone; a Flush may still be writing
			<-sent
			stream.Abort()
		})
	}
}

// Invariant: a stream that broke does not look whole, and its encoder is as new.
func TestAbort(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	body := bytes.Repeat([]byte("what was left behind "), 10_000)
	for _, coding := range offered {
		t.Run(coding, func(t *testing.T) {
			var broken, whole bytes.Buffer
			stream, _ := codecs.Writer(coding, &broken)
			_, _ = stream.Write(body)
			_ = stream.Flush()
			_, _ = stream.Write(body)
			stream.Abort()
			stream.Abort()
			if _, err := io.ReadAll(decoder(t, coding, &broken)); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("decode an aborted stream: %v, want unexpected EOF", err)
			}
			if _, err := stream.Write(body); !errors.Is(err, errEnded) {
				t.Errorf("Write after Abort: %v", err)
			}
			if err := errors.Join(stream.Flush(), stream.Close()); !errors.Is(err, errEnded) {
				t.Errorf("Flush, Close after Abort: %v", err)
			}

			next, ok := codecs.Writer(coding, &whole)
			if !ok {
				t.Fatal("Abort did not make room")
			}
			_, _ = next.Write([]byte("new"))
			if err := next.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			if got := string(decode(t, coding, whole.Bytes())); got != "new" {
				t.Errorf("the next stream decodes to %q, want new", got)
			}
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTheClientIsGone(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	for _, coding := range offered {
		t.Run(coding, func(t *testing.T) {
			stream, _ := codecs.Writer(coding, brokenPipe{})
			_, werr := stream.Write([]byte("event"))
			if err := errors.Join(werr, stream.Flush(), stream.Close()); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("Write, Flush, Close: %v, want the writer's error", err)
			}
			var whole bytes.Buffer
			next, ok := codecs.Writer(coding, &whole)
			if !ok {
				t.Fatal("a Close that failed did not make room")
			}
			_, _ = next.Write([]byte("new"))
			_ = next.Close()
			if got := string(decode(t, coding, whole.Bytes())); got != "new" {
				t.Errorf("the next stream decodes to %q, want new", got)
			}
		})
	}
}

func TestFullQueue(t *testing.T) {
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	codecs.bodies.enter()
	if got, ok := codecs.TryEncode(Gzip, []byte("as it was"), []byte("body")); ok || string(got) != "as it was" {
		t.Errorf("TryEncode with all codecs at work = %q, %v, want what was there and false", got, ok)
	}
	codecs.bodies.leave()
	if _, ok := codecs.TryEncode(Gzip, nil, []byte("body")); !ok {
		t.Error("TryEncode with an idle codec is refused")
	}

	stream, _ := codecs.Writer(Gzip, io.Discard)
	if _, ok := codecs.Writer(Brotli, io.Discard); ok {
		t.Error("a second stream is opened where one is allowed")
	}
	_ = stream.Close()
	again, ok := codecs.Writer(Brotli, io.Discard)
	if !ok {
		t.Fatal("Close did not make room")
	}
	again.Abort()
}

func TestUnknownCoding(t *testing.T) {
	codecs := New(Bounds{})
	_, err := codecs.Encode("deflate", nil, []byte("body"))
	if want := `encode a body: unknown content coding "deflate"`; err == nil || err.Error() != want {
		t.Errorf("Encode: %v, want %s", err, want)
	}
	if _, ok := codecs.TryEncode("", nil, []byte("body")); ok {
		t.Error("TryEncode takes identity")
	}
	if _, ok := codecs.Writer("", io.Discard); ok {
		t.Error("Writer takes identity")
	}
}

// Encoders are reused by many at once: each gets its own body back.
func TestManyAtOnce(t *testing.T) {
	codecs := New(Bounds{Bodies: 4, Streams: 2})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for round := range 20 {
				coding := offered[(worker+round)%len(offered)]
				body := bytes.Repeat(fmt.Appendf(nil, "worker %d round %d ", worker, round), 1+round*300)
				coded, err := codecs.Encode(coding, nil, body)
				if err != nil || !bytes.Equal(decode(t, coding, coded), body) {
					t.Errorf("%s: a body of worker %d does not come back (%v)", coding, worker, err)
				}
				var out bytes.Buffer
				stream, ok := codecs.Writer(coding, &out)
				if !ok {
					continue // both streams are taken
				}
				_, werr := stream.Write(body)
				if err := errors.Join(werr, stream.Close()); err != nil || !bytes.Equal(decode(t, coding, out.Bytes()), body) {
					t.Errorf("%s: a stream of worker %d does not come back (%v)", coding, worker, err)
				}
			}
		})
	}
	group.Wait()
	if len(codecs.bodies) != 0 || len(codecs.streams) != 0 {
		t.Errorf("%d bodies and %d streams were not given back", len(codecs.bodies), len(codecs.streams))
	}
}

func FuzzEncode(f *testing.F) {
	f.Add([]byte(`{"id":1,"name":"a"}`), uint16(3))
	f.Add([]byte{}, uint16(0))
	f.Add(bytes.Repeat([]byte{0}, 70_000), uint16(9))
	codecs := New(Bounds{Bodies: 1, Streams: 1})
	f.Fuzz(func(t *testing.T, body []byte, size uint16) {
		for _, coding := range offered {
			coded, ok := codecs.TryEncode(coding, nil, body)
			if !ok || !bytes.Equal(decode(t, coding, coded), body) {
				t.Fatalf("%s: a body of %d bytes does not come back", coding, len(body))
			}
			var out bytes.Buffer
			stream, ok := codecs.Writer(coding, &out)
			if !ok {
				t.Fatal("Writer refuses an idle codec")
			}
			for piece := range slices.Chunk(body, 1+int(size)) {
				_, _ = stream.Write(piece)
				_ = stream.Flush()
			}
			if err := stream.Close(); err != nil || !bytes.Equal(decode(t, coding, out.Bytes()), body) {
				t.Fatalf("%s: a stream of %d bytes does not come back (%v)", coding, len(body), err)
			}
		}
	})
}
