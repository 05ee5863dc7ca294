package cache

import (
	"slices"
	"strings"
	"testing"
)

func TestAppendURL(t *testing.T) {
	ignore := NewKeyRules(QueryRules{Ignore: []string{"utm_*", "ref"}}, nil, nil)
	allow := NewKeyRules(QueryRules{Allow: []string{"id", "user_id", "f*"}}, nil, nil)
	both := NewKeyRules(QueryRules{Allow: []string{"a*"}, Ignore: []string{"ab"}}, nil, nil)
	sort := NewKeyRules(QueryRules{Sort: true}, nil, nil)
	many := strings.Repeat("b=1&", 64) + "a=1"
	rows := []struct {
		name                 string
		rules                *KeyRules
		scheme, host, target string
		want                 string
	}{
		{"as it is", nil, "http", "a", "/p?x=1&a=2", "http://a/p?x=1&a=2"},
		{"4.2.3 the host has no cases", nil, "http", "API.Example.com", "/", "http://api.example.com/"},
		{"4.2.3 the path has", nil, "http", "a", "/A%2f%2F//b/../", "http://a/A%2f%2F//b/../"},
		{"4.2.3 the default port", nil, "http", "a:80", "/", "http://a/"},
		{"4.2.3 the default port of https", nil, "https", "a:443", "/", "https://a/"},
		{"4.2.3 another's default port", nil, "https", "a:80", "/", "https://a:80/"},
		{"4.2.3 another port", nil, "http", "a:8080", "/", "http://a:8080/"},
		{"4.2.3 an empty port", nil, "http", "a:", "/", "http://a/"},
		{"4.2.3 an empty path", nil, "http", "a", "", "http://a/"},
		{"4.2.3 an empty path with a query", nil, "http", "a", "?x", "http://a/?x"},
		{"IPv6", nil, "http", "[::1]:80", "/", "http://[::1]/"},
		{"a host with a slash cannot end early", nil, "http", "a/b", "/c", "http://a%2fb/c"},
		{"a NUL stays the separator", nil, "http", "a\x00b", "/c\x00d", "http://a%00b/c%00d"},
		{"an empty query is not none", nil, "http", "a", "/p?", "http://a/p?"},
		{"no rules, all parameters", new(KeyRules), "http", "a", "/p?b&a&;", "http://a/p?b&a&;"},
		{"ignore a name", ignore, "http", "a", "/p?ref=1&x=2", "http://a/p?x=2"},
		{"ignore by its beginning", ignore, "http", "a", "/p?x=2&utm_source=a&utm_=b", "http://a/p?x=2"},
		{"ignore a name without a value", ignore, "http", "a", "/p?utm_x&ref", "http://a/p"},
		{"ignore a name percent-encoded", ignore, "http", "a", "/p?%72ef=1&utm%5Fsource=2", "http://a/p"},
		{"names have cases", ignore, "http", "a", "/p?REF=1", "http://a/p?REF=1"},
		{"a name that only begins so", ignore, "http", "a", "/p?refer=1&re=2&utm=3", "http://a/p?refer=1&re=2&utm=3"},
		{"the rest as sent", ignore, "http", "a", "/p?%61=%62&&c=+&ref", "http://a/p?%61=%62&&c=+"},
		{"a value is no name", ignore, "http", "a", "/p?x=ref&y==ref", "http://a/p?x=ref&y==ref"},
		{"a ; may be a separator: hands off", ignore, "http", "a", "/p?ref=1;id=5", "http://a/p?ref=1;id=5"},
		{"an encoded ; is none", ignore, "http", "a", "/p?ref=1%3Bid=5", "http://a/p"},
		{"a second ? is a byte", ignore, "http", "a", "/p?a?ref=1", "http://a/p?a?ref=1"},
		{"a broken escape is itself", ignore, "http", "a", "/p?%7=1&%zz&%", "http://a/p?%7=1&%zz&%"},
		{"an empty query with rules", ignore, "http", "a", "/p?", "http://a/p?"},
		{"no query with rules", ignore, "http", "a", "/p", "http://a/p"},
		{"an empty path with rules", ignore, "http", "a", "?ref&x", "http://a/?x"},
		{"a NUL in a query", ignore, "http", "a", "/p?x\x00&ref", "http://a/p?x%00"},
		{"allow", allow, "http", "a", "/p?x=1&id=2&foo=3&y", "http://a/p?id=2&foo=3"},
		{"allow nothing that came", allow, "http", "a", "/p?x=1", "http://a/p"},
		{"allow: twice stays twice, in order", allow, "http", "a", "/p?id=2&x&id=1", "http://a/p?id=2&id=1"},
		{"allow: an origin without cases", allow, "http", "a", "/p?ID=2", "http://a/p?ID=2"},
		{"allow: an origin that reads . as _", allow, "http", "a", "/p?user.id=2&user+id=3&user%20id=4", "http://a/p?user.id=2&user+id=3&user%20id=4"},
		{"allow: an origin that trims", allow, "http", "a", "/p?+%20id=2", "http://a/p?+%20id=2"},
		{"allow: an origin with arrays", allow, "http", "a", "/p?id[]=2&id%5B1%5D=3", "http://a/p?id[]=2&id%5B1%5D=3"},
		{"allow and ignore", both, "http", "a", "/p?aa=1&ab=2&ba=3", "http://a/p?aa=1"},
		{"sort", sort, "http", "a", "/p?b=1&a=2&c", "http://a/p?a=2&b=1&c"},
		{"sort keeps the order of one name", sort, "http", "a", "/p?b=2&a=1&b=1&a=0", "http://a/p?a=1&a=0&b=2&b=1"},
		{"sort: of one name in two cases too", sort, "http", "a", "/p?id=2&ID=1", "http://a/p?id=2&ID=1"},
		{"sort by the decoded name", sort, "http", "a", "/p?b&%61", "http://a/p?%61&b"},
		{"sort: shorter first", sort, "http", "a", "/p?ab=1&a=2", "http://a/p?a=2&ab=1"},
		{"sort: too many stay", sort, "http", "a", "/p?" + many, "http://a/p?" + many},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := string(row.rules.AppendURL(nil, row.scheme, row.host, row.target))
			if got != row.want {
				t.Errorf("AppendURL(%s, %s, %s)\n got %q\nwant %q", row.scheme, row.host, row.target, got, row.want)
			}
		})
	}
}

func TestKeyOfHeadersAndCookies(t *testing.T) {
	k := NewKeyRules(QueryRules{}, []string{"X-Tenant", "X-Two"}, []string{"lang", "tz"})
	key := func(lines ...string) string { return string(k.Append(nil, "http", "a", "/p", wire(lines...))) }
	same := [][2][]string{
		{{"X-Tenant: 1"}, {"x-tenant:  1 "}},
		{{"X-Other: 1"}, {}},
		{{"Cookie: lang=en; session=1"}, {"cookie: session=2;lang=en"}},
		{{"Cookie: lang=en; tz=x"}, {"Cookie: lang=en", "Cookie: tz=x"}},
		{{"Cookie: Lang=en"}, {}},
		{{"Cookie: lang"}, {}},
	}
	for _, pair := range same {
		if key(pair[0]...) != key(pair[1]...) {
			t.Errorf("%q and %q should have one key", pair[0], pair[1])
		}
	}
	different := [][]string{
		{}, {"X-Tenant: "}, {"X-Tenant: 1"}, {"X-Tenant: 1", "X-Tenant: 1"}, {"X-Two: 1"}, {"X-Tenant: 1", "X-Two: 1"},
		{"X-Tenant: \x00\x02"}, {"Cookie: lang="}, {"Cookie: lang=en"}, {"Cookie: tz=en"},
		{"Cookie: lang=en; lang=de"}, {"Cookie: lang=de; lang=en"}, {"Cookie: lang=\"en\""}, {"X-Tenant: 1", "Cookie: lang=en"},
	}
	seen := map[string][]string{}
	for _, lines := range different {
		if before, found := seen[key(lines...)]; found {
			t.Errorf("%q and %q have one key", before, lines)
		}
		seen[key(lines...)] = lines
	}
}

func TestKeyRulesTellApart(t *testing.T) {
	rules := []*KeyRules{
		nil,
		NewKeyRules(QueryRules{Sort: true}, nil, nil),
		NewKeyRules(QueryRules{Ignore: []string{"a", "b"}}, nil, nil),
		NewKeyRules(QueryRules{Ignore: []string{"ab"}}, nil, nil),
		NewKeyRules(QueryRules{Allow: []string{"ab"}}, nil, nil),
		NewKeyRules(QueryRules{}, []string{"ab"}, nil),
		NewKeyRules(QueryRules{}, nil, []string{"ab"}),
		NewKeyRules(QueryRules{}, nil, []string{"AB"}),
	}
	seen := map[string]int{}
	for i, k := range rules {
		key := string(k.Append(nil, "http", "a", "/p", nil))
		if j, found := seen[key]; found {
			t.Errorf("rules %d and %d make one key", i, j)
		}
		seen[key] = i
	}
	one := NewKeyRules(QueryRules{}, []string{"B", "a", "b"}, nil).Append(nil, "http", "a", "/", nil)
	two := NewKeyRules(QueryRules{}, []string{"A", "b"}, nil).Append(nil, "http", "a", "/", nil)
	if string(one) != string(two) {
		t.Errorf("the order and case of header names matters: %q, %q", one, two)
	}
	if key := new(KeyRules).Append(nil, "http", "a", "/p", nil); string(key) != "http://a/p" {
		t.Errorf("without rules the key is %q, want the URL alone", key)
	}
}

func TestURLOf(t *testing.T) {
	k := NewKeyRules(QueryRules{}, []string{"X"}, nil)
	for _, key := range []string{"http://a:8080/p?x=://", string(k.Append(nil, "http", "a:8080", "/p?x=://", wire("X: /\x00")))} {
		scheme, host, target := URLOf(key)
		if scheme != "http" || host != "a:8080" || target != "/p?x=://" {
			t.Errorf("URLOf(%q) = %q, %q, %q", key, scheme, host, target)
		}
	}
	if scheme, host, target := URLOf("rubbish"); scheme != "rubbish" || host != "" || target != "" {
		t.Errorf("URLOf(rubbish) = %q, %q, %q", scheme, host, target)
	}
}

// facts is what a key has to tell apart, found another way than Append does.
type facts struct {
	host, target string
	tenants      []string
	langs        []string
}

func factsOf(host, target string, f Fields) facts {
	var all facts
	escape := strings.NewReplacer("/", "%2f", "\x00", "%00")
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":")
	all.host = escape.Replace(asciiLower(host))
	all.target = strings.ReplaceAll("/"+strings.TrimPrefix(target, "/"), "\x00", "%00")
	for value := range f.All("X-Tenant") {
		all.tenants = append(all.tenants, strings.Trim(value, " \t"))
	}
	for line := range f.All("Cookie") {
		for _, pair := range strings.Split(line, ";") {
			if name, value, found := strings.Cut(pair, "="); found && strings.Trim(name, " \t") == "lang" {
				all.langs = append(all.langs, strings.Trim(value, " \t"))
			}
		}
	}
	return all
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

func (a facts) equal(b facts) bool {
	return a.host == b.host && a.target == b.target && slices.Equal(a.tenants, b.tenants) && slices.Equal(a.langs, b.langs)
}

// FuzzKey: two requests have one key if and only if they agree in all that the
// rules name, and the key gives back the URL it was made of.
func FuzzKey(f *testing.F) {
	f.Add("a", "/p", "t", "lang=x", "A:80", "/p", "t", "lang=x; s=1")
	f.Add("a/", "b", "\x00", "lang=", "a", "/b", "", "lang")
	f.Add("a", "/p?\x00", "1", "", "a", "/p", "?", "")
	f.Fuzz(func(t *testing.T, h1, t1, x1, c1, h2, t2, x2, c2 string) {
		k := NewKeyRules(QueryRules{}, []string{"X-Tenant"}, []string{"lang"})
		one, two := Fields{{"X-Tenant", x1}, {"Cookie", c1}}, Fields{{"x-tenant", x2}, {"cookie", c2}}
		key1 := string(k.Append(nil, "http", h1, t1, one))
		key2 := string(k.Append(nil, "http", h2, t2, two))
		facts1, facts2 := factsOf(h1, t1, one), factsOf(h2, t2, two)
		if (key1 == key2) != facts1.equal(facts2) {
			t.Errorf("%q\n%q\n%+v\n%+v", key1, key2, facts1, facts2)
		}
		if scheme, host, target := URLOf(key1); scheme != "http" || host != facts1.host || target != facts1.target {
			t.Errorf("URLOf(%q) = %q, %q, %q", key1, scheme, host, target)
		}
		for _, q := range []QueryRules{{Sort: true}, {Ignore: []string{"u*"}}, {Allow: []string{"a"}, Sort: true}} {
			again := NewKeyRules(q, nil, nil)
			url := string(again.AppendURL(nil, "http", h1, t1))
			_, host, target := URLOf(url)
			if twice := string(again.AppendURL(nil, "http", host, target)); twice != url && !strings.Contains(h1, ":") {
				t.Errorf("%+v: %q becomes %q", q, url, twice)
			}
		}
	})
}
