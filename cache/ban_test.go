package cache

import (
	"fmt"
	"testing"
)

// Bans that name an object older than them, and those that do not.
func TestWhatABanNames(t *testing.T) {
	const key = "https://api.example.com/products/7?a=1\x00rules"
	tags := ReadTags(Fields{
		{"Surrogate-Key", "products product:7"},
		{"Cache-Tag", "shop, on sale"},
		{"Cache-Groups", `"lists"`},
	}, []string{"route:7"})
	url := func(name string) func(*Store) { return func(s *Store) { s.PurgeURL(name, false) } }
	prefix := func(name string) func(*Store) { return func(s *Store) { s.PurgePrefix(name, false) } }
	tag := func(name string) func(*Store) { return func(s *Store) { s.PurgeTag(name, false) } }
	groups := func(key, list string) func(*Store) {
		return func(s *Store) { s.PurgeGroups(key, Fields{{"cache-group-invalidation", list}}) }
	}
	for _, row := range []struct {
		name string
		ban  func(*Store)
		gone bool
	}{
		{"its url", url("https://api.example.com/products/7?a=1"), true},
		{"its url in the other scheme", url("http://api.example.com/products/7?a=1"), true},
		{"its path, of every host", url("/products/7?a=1"), true},
		{"its url without the query", url("/products/7"), false},
		{"its url at another host", url("https://example.com/products/7?a=1"), false},
		{"a path with an URL in its query", url("/go?to=http://api.example.com/products/7?a=1"), false},
		{"a prefix at a segment", prefix("/products/"), true},
		{"a prefix within a segment", prefix("/prod"), true},
		{"a prefix that ends in the query", prefix("/products/7?a"), true},
		{"the whole as a prefix", prefix("/products/7?a=1"), true},
		{"a prefix at its host", prefix("http://api.example.com/products"), true},
		{"the root of its host", prefix("http://api.example.com/"), true},
		{"a prefix at another host", prefix("http://example.com/products"), false},
		{"a prefix that is longer", prefix("/products/7?a=12"), false},
		{"a prefix in another case", prefix("/Products"), false},
		{"a Surrogate-Key", tag("product:7"), true},
		{"a Cache-Tag with a space in it", tag("on sale"), true},
		{"a Cache-Group, as the operator's tag", tag("lists"), true},
		{"a tag of the route", tag("route:7"), true},
		{"the beginning of a tag", tag("product"), false},
		{"a tag in another case", tag("Shop"), false},
		{"RFC 9875 section 3: a group of its origin", groups("https://api.example.com/", `"lists", "other"`), true},
		{"RFC 9875 section 3: a group of another origin", groups("http://api.example.com/", `"lists"`), false},
		{"RFC 9875 section 3: groups in another case", groups("https://api.example.com/", `"Lists"`), false},
		{"RFC 9875 section 3: a list with a token in it", groups("https://api.example.com/", `"lists", lists`), false},
		{"RFC 9875 section 3: a tag that is no group", groups("https://api.example.com/", `"shop"`), false},
		{"all", func(s *Store) { s.PurgeAll(false) }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newShelf(t, 1<<20).store
			old := &Object{key: key, seq: s.bans.next(), tags: s.bans.tagSet(key, &tags)}
			row.ban(s)
			young := &Object{key: key, seq: s.bans.next(), tags: old.tags}
			if got := s.bans.kills(old); got != row.gone {
				t.Errorf("an object from before the ban is gone: %t, want %t", got, row.gone)
			}
			if s.bans.kills(young) {
				t.Error("an object from after the ban is gone")
			}
			if s.bans.softened(old) || s.bans.softened(young) {
				t.Error("a hard ban made an object stale")
			}
		})
	}
}

// A soft ban makes stale what a hard one would have removed, for good.
func TestSoftBans(t *testing.T) {
	for name, ban := range map[string]func(s *Store, soft bool){
		"url":    func(s *Store, soft bool) { s.PurgeURL("/p", soft) },
		"prefix": func(s *Store, soft bool) { s.PurgePrefix("http://h/", soft) },
		"tag":    func(s *Store, soft bool) { s.PurgeTag("t", soft) },
		"all":    func(s *Store, soft bool) { s.PurgeAll(soft) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, 1<<20).store
			made := func() *Object {
				return &Object{key: "http://h/p", seq: s.bans.next(), tags: s.bans.tagSet("http://h/p", &Tags{names: []string{"t"}})}
			}
			expect := func(when string, o *Object, gone, stale bool) {
				t.Helper()
				if k, soft := s.bans.kills(o), s.bans.softened(o); k != gone || soft != stale {
					t.Errorf("%s: gone %t, stale %t, want %t, %t", when, k, soft, gone, stale)
				}
			}
			old := made()
			ban(s, true)
			expect("after a soft ban", old, false, true)
			young := made()
			expect("fetched after it", young, false, false)
			s.PurgeURL("/other", false)
			expect("after a ban of something else", old, false, true)
			ban(s, false)
			expect("after a hard ban", old, true, true)
			expect("fetched between them", young, true, false)
			ban(s, true)
			expect("after another soft ban", made(), false, false)
			expect("what the hard ban removed", &Object{key: "http://h/p", seq: young.seq, tags: young.tags}, true, false)
		})
	}
}

// Bans are bounded. Where one has to be forgotten, everything as old as it is
// gone with it: purge more, never less.
func TestForgottenBansRaiseTheFloor(t *testing.T) {
	for name, ban := range bansOf() {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, 1<<20).store
			first := &Object{key: "http://h/first", seq: s.bans.next(), tags: s.bans.tagSet("http://h/first", &Tags{names: []string{"first"}})}
			other := &Object{key: "http://h/else", seq: s.bans.next()}
			for i := range maxBans {
				ban(s, i)
			}
			if s.bans.kills(first) || s.bans.kills(other) {
				t.Errorf("%d bans of other things removed an object", maxBans)
			}
			late := &Object{key: "http://h/else", seq: s.bans.next()}
			ban(s, maxBans)
			for what, o := range map[string]*Object{"its own ban forgotten": first, "as old": other} {
				if !s.bans.kills(o) {
					t.Errorf("%s: it is still there", what)
				}
			}
			if s.bans.kills(late) {
				t.Error("an object that is younger than the forgotten bans is gone")
			}
			if l := &s.bans.urls; len(l.young)+len(l.old) > maxBans {
				t.Errorf("%d bans are kept", len(l.young)+len(l.old))
			}
		})
	}
}

// bansOf are bans of each kind, by number; none names http://h/else.
func bansOf() map[string]func(s *Store, i int) {
	return map[string]func(s *Store, i int){
		"url":    func(s *Store, i int) { s.PurgeURL(fmt.Sprint("http://h/", i), false) },
		"prefix": func(s *Store, i int) { s.PurgePrefix(fmt.Sprint("http://h/", i, "/"), false) },
		"tag":    func(s *Store, i int) { s.PurgeTag(fmt.Sprint("t", i), false) },
	}
}

// A prefix that is too long is cut, not forgotten.
func TestLongPrefix(t *testing.T) {
	s := newShelf(t, 1<<20).store
	long := fmt.Sprintf("/%0*d", 3*maxPrefix, 7)
	near := &Object{key: "http://h" + long[:maxPrefix] + "/other", seq: s.bans.next()}
	far := &Object{key: "http://h" + long[:maxPrefix-1], seq: s.bans.next()}
	s.PurgePrefix(long, false)
	if !s.bans.kills(near) || s.bans.kills(far) {
		t.Error("a long prefix does not count as its first KiB")
	}
}

// Who asks after a purge does not follow a flight from before it: its tags are
// not known until its head has come.
func TestFlightsThatABanOutdates(t *testing.T) {
	for _, row := range []struct {
		name   string
		headed bool
		ban    func(*Store)
		want   Word
	}{
		{"no ban", false, func(*Store) {}, Follow},
		{"its url", false, func(s *Store) { s.PurgeURL("/p", false) }, Lead},
		{"its url, softly", false, func(s *Store) { s.PurgeURL("/p", true) }, Lead},
		{"another url", false, func(s *Store) { s.PurgeURL("/q", false) }, Follow},
		{"another prefix", false, func(s *Store) { s.PurgePrefix("/q", false) }, Follow},
		{"a tag that it may have", false, func(s *Store) { s.PurgeTag("x", false) }, Lead},
		{"a tag that it has", true, func(s *Store) { s.PurgeTag("t", false) }, Lead},
		{"a tag that it has, softly", true, func(s *Store) { s.PurgeTag("t", true) }, Lead},
		{"a tag that it has not", true, func(s *Store) { s.PurgeTag("x", false) }, Follow},
		{"all", true, func(s *Store) { s.PurgeAll(false) }, Lead},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newShelf(t, 8<<20)
			first := h.store.Lookup(h.request("http://h/p", nil), h.rules, h.now, false)
			defer first.Reader.Leave()
			if row.headed {
				first.Fill.Head(h.tagged("t"))
			}
			row.ban(h.store)
			second := h.store.Lookup(h.request("http://h/p", nil), h.rules, h.now, false)
			defer second.Reader.Leave()
			if second.Word != row.want {
				t.Errorf("the word is %d, want %d", second.Word, row.want)
			}
		})
	}
}

// BenchmarkBans is a hit in the steady state, and one whose object has to be
// tested anew, with few and many bans of each kind.
func BenchmarkBans(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		for name, ban := range bansOf() {
			h := newShelf(b, 8<<20)
			h.get("http://h/else", 1000)
			for i := range n {
				ban(h.store, i)
			}
			req := h.request("http://h/else", nil)
			b.Run(fmt.Sprintf("%d %s bans/steady", n, name), func(b *testing.B) {
				for b.Loop() {
					h.hit(req)
				}
			})
			object := h.hit(req)
			b.Run(fmt.Sprintf("%d %s bans/moved", n, name), func(b *testing.B) {
				for b.Loop() {
					object.tested.Store(0)
					h.hit(req)
				}
			})
		}
	}
}

func (h *shelf) hit(req *Request) *Object {
	a := h.store.Lookup(req, h.rules, h.now, false)
	if a.Word != Hit {
		h.Fatalf("the word is %d, want Hit", a.Word)
	}
	return a.Object
}
