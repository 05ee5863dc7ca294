//go:build !race

package upstream

import (
	"context"
	"io"
	"testing"
)

// The path of a miss: one exchange, one string of field lines, one list of them;
// with a context that can be cancelled its hook too.
func TestAllocations(t *testing.T) {
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngood")
	u := build(t, options(listen(t, func(_ int, c *peer) {
		for {
			line, err := c.in.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) == 2 {
				c.Write(answer)
			}
		}
	})))
	req, buf := get("/"), make([]byte, 512)
	once := func(ctx context.Context) func() {
		return func() {
			resp, err := u.RoundTrip(ctx, req)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := resp.Body.Read(buf); n != 4 || err != io.EOF {
				t.Fatalf("Read = %d, %v, want 4, EOF", n, err)
			}
			resp.Body.Close()
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, row := range []struct {
		name string
		ctx  context.Context
		want float64
	}{{"a plain context", context.Background(), 3}, {"one that can be cancelled", ctx, 5}} {
		if n := testing.AllocsPerRun(500, once(row.ctx)); n > row.want {
			t.Errorf("with %s an exchange allocates %v times, want at most %v", row.name, n, row.want)
		}
	}
}
