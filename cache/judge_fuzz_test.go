package cache

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzJudge: whatever comes, there is an answer, and an rfc9111 route never
// stores what is forbidden, nor for a principal what nobody permitted.
func FuzzJudge(f *testing.F) {
	f.Add("Authorization", "x", "Cache-Control", "max-age=60, no-store", "Vary", "a, *", 200)
	f.Add("Cookie", "x", "Expires", "Thu, 18 Aug 2050 02:01:18 GMT", "Age", "99999999999", 404)
	f.Add("Range", "x", "CDN-Cache-Control", "max-age=5;a=\"", "Date", "Mon, 01 Jan 0001 00:00:00 GMT", 599)
	f.Fuzz(func(t *testing.T, rn, rv, n1, v1, n2, v2 string, status int) {
		req := &Request{Method: "GET", Fields: Fields{{rn, rv}}}
		head := &Head{status, Fields{{n1, v1}, {n2, v2}}}
		for _, mode := range []Mode{RFC9111, Override} {
			pol := &Policy{Mode: mode, TTL: time.Minute, Credentials: credentials()}
			v := Judge(req, head, pol, noon(), noon())
			if v.Reason == "" && (v.Initial < 0 || len(v.Vary) > maxVary || slices.Contains(v.Vary, "*")) {
				t.Errorf("stored: %+v", v)
			}
			if useful := ValidatorsOf(head.Fields).Any() || v.StaleWhile+v.StaleError > 0; v.Reason == "" && !v.Shareable() && !useful {
				t.Errorf("stored without use: %+v", v)
			}
			if v.NoStale && v.StaleWhile+v.StaleError+v.StaleUnreachable > 0 {
				t.Errorf("stale in spite of what forbids it: %+v", v)
			}
			if v.Reason == "" && !v.Explicit && pol.Principal(req.Fields) {
				t.Errorf("stored for a principal without permission: %+v", v)
			}
		}
		for _, line := range []string{"Cache-Control: no-store", "Cache-Control: private", "Set-Cookie: a=b", "Vary: *"} {
			with := &Head{status, append(wire(line), head.Fields...)}
			if _, targeted := parseTargeted(with.Fields, "CDN-Cache-Control"); targeted && strings.HasPrefix(line, "Cache") {
				continue // it stands for Cache-Control
			}
			v := Judge(req, with, &Policy{TTL: time.Minute}, noon(), noon())
			if control := ParseControl(with.Fields); v.Reason == "" && !control.MustUnderstand {
				t.Errorf("stored in spite of %q: %+v", line, v)
			}
		}
	})
}
