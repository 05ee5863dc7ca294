package cache

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
)

// maxTags bounds what one response is remembered by. A response with more is
// purged by every tag: purge more, never less.
const maxTags = 512

// Tags are the names by which a response is purged together with others. They
// compare byte for byte. The zero value has none.
type Tags struct {
	names  []string
	groups []string // of the response's origin (RFC 9875 section 2.1)
	told   bool     // the origin named some
}

// ReadTags finds the tags of a response: those that its route gives, and those
// of the origin's fields Surrogate-Key (separated by spaces), Cache-Tag (by
// commas) and Cache-Groups (RFC 9875).
func ReadTags(f Fields, route []string) Tags {
	t := Tags{names: slices.Clip(route), groups: readGroups(f, "Cache-Groups")}
	for i := range f {
		switch {
		case sameName(f[i][0], "Surrogate-Key"):
			t.add(f[i][1], isSpace)
		case sameName(f[i][0], "Cache-Tag"):
			t.add(f[i][1], isComma)
		}
	}
	t.told = len(t.names)+len(t.groups) > len(route)
	return t
}

// add appends the members of a list, up to the first that is too many.
func (t *Tags) add(list string, separator func(rune) bool) {
	for name := range strings.FieldsFuncSeq(list, separator) {
		if len(t.names) > maxTags {
			return
		}
		if name = trimOWS(name); name != "" {
			t.names = append(t.names, name)
		}
	}
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' }
func isComma(r rune) bool { return r == ',' }

// readGroups reads a list of strings (RFC 9875 sections 2 and 3). One that is
// not well formed, or has another type in it, counts as absent (RFC 9651
// section 4.2).
func readGroups(f Fields, name string) []string {
	if !f.Has(name) {
		return nil
	}
	var lines []string
	for line := range f.All(name) {
		lines = append(lines, line)
	}
	list, err := httpsfv.UnmarshalList(lines)
	if err != nil {
		return nil
	}
	groups := make([]string, 0, len(list))
	for _, member := range list {
		item, _ := member.(httpsfv.Item)
		group, ok := item.Value.(string)
		if !ok {
			return nil
		}
		groups = append(groups, group)
	}
	return groups
}

// tagSet is what a response keeps of its tags.
type tagSet struct {
	hashes []uint64
	every  bool // too many, or not known yet: every tag is one of its
}

// in is how far the bans of the tags reach.
func (s tagSet) in(l *banList) (found reach) {
	if s.every {
		return l.newest
	}
	for _, hash := range s.hashes {
		found = found.join(l.of(hash))
	}
	return found
}

// tagSet hashes the tags of the response of a key. A group is purged by its
// origin's word, and as a tag by the operator's.
func (b *bans) tagSet(key string, t *Tags) tagSet {
	n := len(t.names) + 2*len(t.groups)
	switch {
	case n == 0:
		return tagSet{}
	case n > maxTags:
		return tagSet{every: true}
	}
	hashes := make([]uint64, 0, n)
	for _, name := range t.names {
		hashes = append(hashes, b.hashTag(name))
	}
	scheme, host, _ := URLOf(key)
	for _, group := range t.groups {
		hashes = append(hashes, b.hashTag(group), b.hashGroup(scheme, host, group))
	}
	return tagSet{hashes: hashes}
}

func (b *bans) hashTag(tag string) uint64 { return maphash.String(b.seed, tag) }

// hashGroup is that of a group at one origin. No field can carry the NUL that
// sets it apart from tags.
func (b *bans) hashGroup(scheme, host, group string) uint64 {
	var h maphash.Hash
	h.SetSeed(b.seed)
	for _, part := range []string{scheme, host, group} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// confirmedTags are those of an object that a 304 confirmed.
func (f *Flight) confirmedTags(old *Object, r *Response) tagSet {
	if !r.Tags.told {
		return old.tags
	}
	return f.store.bans.tagSet(old.key, &r.Tags)
}

// tags are those of the flight's response; every tag, before it is there.
func (f *Flight) tags() tagSet {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.response == nil {
		return tagSet{every: true}
	}
	return f.response.tags
}
