package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
)

// A vast is a body of any size that costs no memory; its bytes depend on where
// they stand, so that a piece that is lost or doubled shows in the checksum.
type vast struct{ at, size int64 }

func (v *vast) Read(p []byte) (int, error) {
	if v.at == v.size {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && v.at < v.size {
		block := vastBlock(v.at >> 16)
		k := copy(p[n:], block[v.at&0xffff:min(1<<16, v.at&0xffff+v.size-v.at)])
		n, v.at = n+k, v.at+int64(k)
	}
	return n, nil
}

// vastBlock is 64 KiB that begin differently from block to block.
func vastBlock(number int64) []byte {
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	copy(block, fmt.Sprintf("block %d.", number))
	return block
}

// sumOf reads to the end.
func sumOf(in io.Reader) (size int64, sum uint32, err error) {
	hash := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	size, err = io.CopyBuffer(struct{ io.Writer }{hash}, struct{ io.Reader }{in}, make([]byte, 256<<10))
	return size, hash.Sum32(), err
}

// vastOrigin takes and gives bodies of any size.
type vastOrigin struct {
	*httptest.Server
	size    int64
	asked   atomic.Int64
	written atomic.Int64 // bytes of the answer that is given now
}

func newVastOrigin(t *testing.T, size int64) *vastOrigin {
	t.Helper()
	o := &vastOrigin{size: size}
	o.Server = httptest.NewServer(http.HandlerFunc(o.answer))
	t.Cleanup(func() {
		o.CloseClientConnections()
		o.Close()
	})
	return o
}

func (o *vastOrigin) answer(w http.ResponseWriter, r *http.Request) {
	o.asked.Add(1)
	if r.Method == "POST" {
		size, sum, err := sumOf(r.Body)
		fmt.Fprintf(w, "%d %d %x %v", r.ContentLength, size, sum, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", r.URL.Query().Get("control"))
	if r.URL.Query().Has("length") {
		w.Header().Set("Content-Length", strconv.FormatInt(o.size, 10))
	}
	o.written.Store(0)
	body := &vast{size: o.size}
	piece := make([]byte, 256<<10)
	for {
		n, err := body.Read(piece)
		if err != nil {
			return
		}
		if _, err := w.Write(piece[:n]); err != nil {
			return
		}
		o.written.Add(int64(n))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
