//go:build !race

package compress

import "testing"

func TestTheHitPathDoesNotAllocate(t *testing.T) {
	rules, err := NewRules(offered, 1<<10, []string{"application/json", "text/*", "*+json"})
	if err != nil {
		t.Fatal(err)
	}
	n := testing.AllocsPerRun(1000, func() {
		if got := Negotiate("gzip;q=0.9, deflate, br, *;q=0.1", true, rules.Encodings); got != Brotli {
			t.Fatalf("Negotiate = %q, want br", got)
		}
		if reason := rules.Refuse("Application/Problem+JSON; charset=utf-8", 2048); reason != "" {
			t.Fatalf("Refuse = %q, want nothing", reason)
		}
		if reason := Blocked(200, `public, ext="a, b", max-age=60`, "", ""); reason != "" {
			t.Fatalf("Blocked = %q, want nothing", reason)
		}
		if plain, _ := PlainETag(`"abc"`); plain != `"abc"` {
			t.Fatalf("PlainETag = %s, want the tag as it is", plain)
		}
	})
	if n != 0 {
		t.Errorf("a hit allocates %v times in this package, want 0", n)
	}
}
