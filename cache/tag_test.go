package cache

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadTags(t *testing.T) {
	for _, row := range []struct {
		name   string
		fields Fields
		names  []string
		groups []string
		told   bool
	}{
		{"none", Fields{{"Content-Type", "text/plain"}}, []string{"r"}, nil, false},
		{"Surrogate-Key", Fields{{"surrogate-key", " a\tb  a,c "}}, []string{"r", "a", "b", "a,c"}, nil, true},
		{"Cache-Tag", Fields{{"Cache-Tag", "a b, ,c,"}}, []string{"r", "a b", "c"}, nil, true},
		{"several lines of both", Fields{{"Cache-Tag", "a"}, {"Surrogate-Key", "b"}, {"Cache-Tag", "c"}}, []string{"r", "a", "b", "c"}, nil, true},
		{"empty ones", Fields{{"Cache-Tag", ""}, {"Surrogate-Key", " "}}, []string{"r"}, nil, false},
		{"RFC 9875 section 2", Fields{{"Cache-Groups", `"a b", "c";x=1`}, {"Cache-Groups", `"d"`}}, []string{"r"}, []string{"a b", "c", "d"}, true},
		{"RFC 9875 section 2: a token", Fields{{"Cache-Groups", `"a", b`}}, []string{"r"}, nil, false},
		{"RFC 9875 section 2: an inner list", Fields{{"Cache-Groups", `("a")`}}, []string{"r"}, nil, false},
		{"RFC 9651 section 4.2: not well formed", Fields{{"Cache-Groups", `"a`}}, []string{"r"}, nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ReadTags(row.fields, []string{"r"})
			if want := (Tags{row.names, row.groups, row.told}); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// Tags by the thousand take no memory: such a response is purged by every tag.
func TestMoreTagsThanAreKept(t *testing.T) {
	s := newShelf(t, 1<<20).store
	for _, row := range []struct {
		name  string
		count int
		every bool
	}{
		{"as many as are kept", maxTags, false},
		{"one more", maxTags + 1, true},
		{"a field of 60 KiB", 30 << 10, true},
	} {
		tags := ReadTags(Fields{{"Surrogate-Key", strings.Repeat("t ", row.count)}}, nil)
		if len(tags.names) > maxTags+1 {
			t.Errorf("%s: %d names are read", row.name, len(tags.names))
		}
		o := &Object{key: "http://h/", seq: s.bans.next(), tags: s.bans.tagSet("http://h/", &tags)}
		if o.tags.every != row.every || len(o.tags.hashes) > maxTags {
			t.Errorf("%s: every is %t, with %d hashes", row.name, o.tags.every, len(o.tags.hashes))
		}
		s.PurgeTag("another", false)
		if got := s.bans.kills(o); got != row.every {
			t.Errorf("%s: another tag removes it: %t, want %t", row.name, got, row.every)
		}
	}
}

// The tags are counted: they are part of what an object takes.
func TestTagsAreCounted(t *testing.T) {
	h := newShelf(t, 8<<20)
	a := h.store.Lookup(h.request("http://h/", nil), h.rules, h.now, false)
	before := h.store.Stats().Bytes
	a.Fill.Head(h.tagged(strings.Split(strings.Repeat("t ", 100), " ")...))
	a.Fill.Done(nil)
	a.Reader.Leave()
	if grown, want := h.store.Stats().Bytes-before, int64(101*8+entryOverhead+len("http://h/")); grown != want {
		t.Errorf("the store grew by %d bytes, want %d", grown, want)
	}
}

// RFC 9111 section 3.2: a 304 updates the tags that it names, and keeps those of
// which it says nothing.
func TestTagsOfAConfirmedObject(t *testing.T) {
	for _, row := range []struct {
		name     string
		tags     Tags
		old, new bool
	}{
		{"a silent 304", ReadTags(nil, []string{"route"}), true, false},
		{"a 304 with tags", ReadTags(Fields{{"Cache-Tag", "new"}}, []string{"route"}), false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newShelf(t, 8<<20)
			s := h.store
			old := &Object{key: "http://h/", tags: s.bans.tagSet("http://h/", &Tags{names: []string{"route", "old"}})}
			f := &Flight{store: s, Request: h.request("http://h/", nil), policy: h.rules, seq: s.bans.next(), started: time.Now()}
			o := old.confirmed(f, &Response{Tags: row.tags}, nil)
			for tag, want := range map[string]bool{"old": row.old, "new": row.new, "route": true} {
				list := banList{young: map[uint64]reach{s.bans.hashTag(tag): {hard: 1}}}
				if got := o.tags.in(&list) != (reach{}); got != want {
					t.Errorf("it has the tag %s: %t, want %t", tag, got, want)
				}
			}
		})
	}
}

func FuzzReadTags(f *testing.F) {
	f.Add("a b", "a, b", `"a", "b";c`)
	f.Add("\t,", ",,", `("a"), 1`)
	f.Fuzz(func(t *testing.T, key, tag, groups string) {
		tags := ReadTags(Fields{{"Surrogate-Key", key}, {"Cache-Tag", tag}, {"Cache-Groups", groups}}, []string{"r"})
		if len(tags.names) > maxTags+1 || tags.names[0] != "r" {
			t.Errorf("%d names, the first is %q", len(tags.names), tags.names[0])
		}
		for _, name := range tags.names {
			if name == "" {
				t.Error("an empty tag")
			}
		}
		newBans().tagSet("http://h/", &tags)
	})
}
