package proxy

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

// The scheme that a trusted proxy names was a view of the connection's buffer,
// and went into a flight's order, which outlives it.
func TestTrustedSchemeIsNoView(t *testing.T) {
	buffer := []byte("https")
	x := &exchange{gen: &generation{trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	x.request = request{Scheme: "http", Client: "10.0.0.1", Host: "a", Fields: cache.Fields{{"X-Forwarded-Proto", view(buffer)}}}
	x.identify()
	p := x.provenance()
	copy(buffer, strings.Repeat("x", len(buffer)))
	if x.Scheme != "https" || p.proto != "https" {
		t.Errorf("the scheme became %q, the order's %q", x.Scheme, p.proto)
	}
}
