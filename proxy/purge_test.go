package proxy

import "testing"

func TestReadPurged(t *testing.T) {
	const neither = `: it is neither an http URL nor a path`
	const bytes = `: the request target has bytes that must be percent-encoded`
	for _, row := range []struct{ name, raw, host, target, fault string }{
		{"a path", "/p?q=1", "", "/p?q=1", ""},
		{"a path with a URL in its query", "/go?to=http://h/", "", "/go?to=http://h/", ""},
		{"an absolute URL", "HTTPS://API.example.com:8443/a%2Fb?c#d", "api.example.com:8443", "/a%2Fb?c", ""},
		{"a host alone", "http://h", "h", "/", ""},
		{"a host and a query", "http://h?q", "h", "/?q", ""},
		{"user info", "http://me:secret@h/p", "h", "/p", ""},
		{"an IPv6 address", "http://[::1]:80/p", "[::1]:80", "/p", ""},
		{"no scheme", "h/p", "", "", `purge "h/p"` + neither},
		{"another scheme", "ftp://h/p", "", "", `purge "ftp://h/p"` + neither},
		{"two slashes", "//h/p", "", "", `purge "//h/p"` + neither},
		{"nothing", "", "", "", `purge ""` + neither},
		{"a space", "/a b", "", "", `purge "/a b"` + bytes},
		{"a fragment in a path", "/a#b", "", "", `purge "/a#b"` + bytes},
		{"a space in a URL", "http://h/a b", "", "", `purge "http://h/a b"` + bytes},
	} {
		t.Run(row.name, func(t *testing.T) {
			host, target, err := readPurged(row.raw)
			fault := ""
			if err != nil {
				fault = err.Error()
			}
			if host != row.host || target != row.target || fault != row.fault {
				t.Errorf("got %q, %q, %s\nwant %q, %q, %s", host, target, fault, row.host, row.target, row.fault)
			}
		})
	}
}

// RFC 9111 section 4.4: nobody may invalidate another origin's responses.
func TestSameOrigin(t *testing.T) {
	for _, row := range []struct{ name, host, reference, target string }{
		{"a path", "h", "/x?y=1", "/x?y=1"},
		{"RFC 3986 section 5.2.3: relative", "h", "x", "/a/x"},
		{"RFC 3986 section 5.2.4: dot segments", "h", "../x/./y", "/x/y"},
		{"RFC 3986 section 5.2.2: a query", "h", "?z", "/a/b?z"},
		{"RFC 3986 section 5.2.2: empty", "h", "", "/a/b?c"},
		{"an escape as it stands", "h", "/a%2fb/%C3%A9", "/a%2fb/%C3%A9"},
		{"a fragment", "h", "/x#y", "/x"},
		{"absolute", "h", "http://h/x", "/x"},
		{"absolute, in capitals", "h", "HTTP://H/x", "/x"},
		{"absolute, without a path", "h", "http://h", "/"},
		{"RFC 9110 section 4.2.3: the default port", "h", "http://h:80/x", "/x"},
		{"the same port", "h:8080", "http://h:8080/x", "/x"},
		{"another port", "h:8080", "http://h/x", ""},
		{"another host", "h", "http://i/x", ""},
		{"another host, without a scheme", "h", "//i/x", ""},
		{"another scheme", "h", "https://h/x", ""},
		{"no http", "h", "mailto:a@h", ""},
		{"no reference", "h", "http://h:port/%zz", ""},
		{"a line end", "h", "/x\r\ny", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := &exchange{request: request{Scheme: "http", Host: row.host, Target: "/a/b?c"}}
			target, same := x.sameOrigin(row.reference)
			if target != row.target || same != (row.target != "") {
				t.Errorf("got %q, %t, want %q", target, same, row.target)
			}
		})
	}
}

func FuzzSameOrigin(f *testing.F) {
	f.Add("h:80", "/a?b", "http://h/../x#y")
	f.Add("[::1]", "/%", "//[::1]/")
	f.Fuzz(func(t *testing.T, host, target, reference string) {
		x := &exchange{request: request{Scheme: "http", Host: host, Target: target}}
		if got, same := x.sameOrigin(reference); same && (got == "" || got[0] != '/') {
			t.Errorf("the target is %q", got)
		}
	})
}
