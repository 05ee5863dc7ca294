package compress

import (
	"slices"
	"strings"
	"testing"
)

var offered = []string{Zstd, Brotli, Gzip}

func TestNegotiate(t *testing.T) {
	for _, row := range []struct {
		name, accept string
		offered      []string
		want         string
	}{
		// The examples of RFC 9110 section 12.5.3.
		{"12.5.3 compress, gzip", "compress, gzip", offered, Gzip},
		{"12.5.3 an empty field is identity", "", offered, ""},
		{"12.5.3 a star alone takes our preference", "*", offered, Zstd},
		{"12.5.3 compress;q=0.5, gzip;q=1.0", "compress;q=0.5, gzip;q=1.0", offered, Gzip},
		{"12.5.3 gzip;q=1.0, identity; q=0.5, *;q=0", "gzip;q=1.0, identity; q=0.5, *;q=0", offered, Gzip},

		{"a browser: equal weights, our preference", "gzip, deflate, br, zstd", offered, Zstd},
		{"a browser: our preference is the order offered", "gzip, deflate, br, zstd", []string{Gzip, Brotli}, Gzip},
		{"the highest weight wins", "zstd;q=0.2, br;q=0.9, gzip;q=0.5", offered, Brotli},
		{"three decimals decide", "zstd;q=0.998, gzip;q=0.999", offered, Gzip},
		{"q=0 refuses", "zstd;q=0, br;q=0.000, gzip", offered, Gzip},
		{"q=0 for all gives identity", "zstd;q=0, br;q=0, gzip;q=0", offered, ""},
		{"*;q=0 refuses the others", "*;q=0, gzip", offered, Gzip},
		{"*;q=0 alone", "*;q=0", offered, ""},
		{"a star is for those not named", "zstd;q=0.1, *;q=0.5", offered, Brotli},
		{"a named one beats the star", "*;q=0.5, gzip;q=0.6", offered, Gzip},
		{"x-gzip is gzip", "x-gzip", offered, Gzip},
		{"x-gzip refused is gzip refused", "x-gzip;q=0, *", []string{Gzip}, ""},
		{"codings without regard to case", "GZip;Q=0.5, BR;q=0.4", offered, Gzip},
		{"not offered", "br", []string{Gzip}, ""},
		{"nothing offered", "br, *", nil, ""},

		{"identity preferred", "identity, gzip;q=0.5", offered, ""},
		{"identity with an equal weight loses", "identity;q=0.5, gzip;q=0.5", offered, Gzip},
		{"identity by a star does not count", "*, gzip;q=0.5", []string{Gzip}, Gzip},
		{"identity refused, nothing fits: still identity", "identity;q=0", offered, ""},
		{"identity refused, one fits", "identity;q=0, br;q=0.1", offered, Brotli},
		{"identity refused beside an unknown coding", "identity;q=0, compress", offered, ""},

		{"white space and empty members", " ,gzip ;\tq=0.5 , ,, br;q=0.2 ", offered, Gzip},
		{"two lines joined", "br;q=0.5, gzip, zstd;q=0.1", offered, Gzip},
		{"named twice: the refusal counts", "gzip;q=0, gzip", []string{Gzip}, ""},
		{"named twice, the other way round", "gzip, gzip;q=0", []string{Gzip}, ""},
		{"1.000 is the highest", "br;q=0.999, gzip;q=1.000", offered, Gzip},
		{"a weight may end in a dot", "gzip;q=1.", offered, Gzip},

		{"malformed: no number", "gzip;q=high, br;q=0.1", offered, Brotli},
		{"malformed: above 1", "gzip;q=1.001", offered, ""},
		{"malformed: 2", "gzip;q=2", offered, ""},
		{"malformed: four decimals", "gzip;q=0.1234", offered, ""},
		{"malformed: negative", "gzip;q=-1", offered, ""},
		{"malformed: no value", "gzip;q=", offered, ""},
		{"malformed: an empty parameter", "gzip;", offered, ""},
		{"malformed: another parameter", "gzip;level=9", offered, ""},
		{"malformed: two parameters", "gzip;q=1;q=0", offered, ""},
		{"malformed: space around =", "gzip;q = 1", offered, ""},
		{"malformed: a comma for a dot", "gzip;q=0,5", offered, ""},
		{"malformed: a number without a dot", "gzip;q=0555", offered, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Negotiate(row.accept, true, row.offered); got != row.want {
				t.Errorf("Negotiate(%q, %v) = %q, want %q", row.accept, row.offered, got, row.want)
			}
		})
	}
}

func TestNegotiateWithoutTheField(t *testing.T) {
	if got := Negotiate("", false, offered); got != "" {
		t.Errorf("Negotiate without Accept-Encoding = %q, want identity", got)
	}
}

func FuzzNegotiate(f *testing.F) {
	for _, seed := range []string{
		"", "*", "gzip, deflate, br, zstd", "gzip;q=0.5, *;q=0", "identity;q=0",
		"br;q=1.000,zstd;q=0.", " ; , ;q", "x-gzip;q=0.001\t",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		got := Negotiate(accept, true, offered)
		if got != "" && !slices.Contains(offered, got) {
			t.Fatalf("Negotiate(%q) = %q, which is not offered", accept, got)
		}
		lower := strings.ToLower(accept)
		named := strings.Contains(lower, got) || strings.Contains(lower, "*")
		if got != "" && !named {
			t.Fatalf("Negotiate(%q) = %q, which the client did not name", accept, got)
		}
	})
}
