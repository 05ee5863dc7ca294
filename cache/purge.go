package cache

// A purge reaches every object and flight that is older than it, in all
// variants and codings: a hard one makes them misses, a soft one makes them
// stale. When it has returned, what it reaches is served to nobody who asks from
// then on (or, softly, to nobody as fresh).

// PurgeURL purges a URL in all schemes. One without host ("/path") means every
// host.
func (s *Store) PurgeURL(url string, soft bool) { s.bans.banURL(withoutScheme(url), soft) }

// PurgePrefix purges all URLs that begin so, byte for byte, in the same two
// forms. Of a prefix longer than 1 KiB the first KiB counts.
func (s *Store) PurgePrefix(prefix string, soft bool) {
	s.bans.banPrefix(withoutScheme(prefix), soft)
}

// PurgeTag purges what carries a tag; see ReadTags.
func (s *Store) PurgeTag(tag string, soft bool) { s.bans.banTag(s.bans.hashTag(tag), soft) }

// PurgeGroups purges what an origin has put into one of the groups that the
// response to an unsafe request names (RFC 9875 section 3), and tells their
// number. The key is that of any of the origin's URLs.
func (s *Store) PurgeGroups(key string, response Fields) int {
	groups := readGroups(response, "Cache-Group-Invalidation")
	scheme, host, _ := URLOf(key)
	for _, group := range groups {
		s.bans.banTag(s.bans.hashGroup(scheme, host, group), false)
	}
	return len(groups)
}

// PurgeAll purges everything.
func (s *Store) PurgeAll(soft bool) { s.bans.banAll(soft) }
