package compress

import (
	"strings"
	"testing"
)

func TestETag(t *testing.T) {
	for _, row := range []struct{ name, etag, coding, want string }{
		{"9110 8.8.3.3 a strong tag names the coding", `"abc"`, Brotli, `"abc-br"`},
		{"an empty tag", `""`, Gzip, `"-gzip"`},
		{"9110 8.8.3.3 a weak tag stays", `W/"abc"`, Brotli, `W/"abc"`},
		{"no coding", `"abc"`, "", `"abc"`},
		{"no tag", "", Gzip, ""},
		{"not quoted", "abc", Gzip, "abc"},
		{"half quoted", `"`, Gzip, `"`},
		{"two tags", `"a", "b"`, Gzip, `"a", "b"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := ETag(row.etag, row.coding); got != row.want {
				t.Errorf("ETag(%s, %s) = %s, want %s", row.etag, row.coding, got, row.want)
			}
		})
	}
}

func TestPlainETag(t *testing.T) {
	for _, row := range []struct{ name, etag, plain, coding string }{
		{"ours", `"abc-br"`, `"abc"`, Brotli},
		{"ours, of an empty tag", `"-gzip"`, `""`, Gzip},
		{"ours, weakened on the way", `W/"abc-zstd"`, `W/"abc"`, Zstd},
		{"the origin's", `"abc"`, `"abc"`, ""},
		{"the origin's, weak", `W/"abc"`, `W/"abc"`, ""},
		{"one that only looks alike", `"br"`, `"br"`, ""},
		{"another coding", `"abc-deflate"`, `"abc-deflate"`, ""},
		{"not quoted", "abc-br", "abc-br", ""},
		{"nothing", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			plain, coding := PlainETag(row.etag)
			if plain != row.plain || coding != row.coding {
				t.Errorf("PlainETag(%s) = %s, %q, want %s, %q", row.etag, plain, coding, row.plain, row.coding)
			}
		})
	}
}

func TestPlainETags(t *testing.T) {
	for _, row := range []struct{ name, list, want string }{
		{"one of ours", `"abc-br"`, `"abc-br", "abc"`},
		{"one of the origin's", `"abc"`, `"abc"`},
		{"mixed", `"abc-gzip" ,W/"def",, "g"`, `"abc-gzip", "abc", W/"def", "g"`},
		{"nothing of ours: byte for byte", `"a" ,, W/"b"`, `"a" ,, W/"b"`},
		{"a comma inside a tag", `"a,b-br"`, `"a,b-br", "a,b"`},
		{"a backslash is a letter", `"a\-br", "c"`, `"a\-br", "a\", "c"`},
		{"any", "*", "*"},
		{"malformed", `"abc-br", def`, `"abc-br", def`},
		{"malformed: no comma", `"abc-br" "d"`, `"abc-br" "d"`},
		{"malformed: no end", `"abc-br", "d`, `"abc-br", "d`},
		{"empty", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := PlainETags(row.list); got != row.want {
				t.Errorf("PlainETags(%s) = %s, want %s", row.list, got, row.want)
			}
		})
	}
}

func FuzzPlainETags(f *testing.F) {
	for _, seed := range []string{`"abc-br"`, `W/"a,b-gzip", "c"`, "*", `"`, `W/`, `,, "-zstd" ,`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		got := PlainETags(list)
		if got != list && !strings.Contains(list, "-") {
			t.Fatalf("PlainETags(%q) = %q, though nothing in it is ours", list, got)
		}
		for _, coding := range offered {
			tag := ETag(list, coding)
			if plain, undone := PlainETag(tag); tag != list && (plain != list || undone != coding) {
				t.Fatalf("PlainETag(ETag(%q, %s)) = %q, %q", list, coding, plain, undone)
			}
		}
	})
}

func TestAddVary(t *testing.T) {
	for _, row := range []struct{ name, existing, want string }{
		{"none", "", "Accept-Encoding"},
		{"another", "Origin", "Origin, Accept-Encoding"},
		{"there already", "Origin, accept-encoding", "Origin, accept-encoding"},
		{"a longer name", "Accept-Encoding-X", "Accept-Encoding-X, Accept-Encoding"},
		{"a star in any place", "Origin, *", "Origin, *"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := AddVary(row.existing); got != row.want {
				t.Errorf("AddVary(%q) = %q, want %q", row.existing, got, row.want)
			}
		})
	}
}

func TestOutdates(t *testing.T) {
	for name, want := range map[string]bool{
		"content-digest": true, "Repr-Digest": true, "Digest": true, "Content-MD5": true,
		"Content-Length": true, "Accept-Ranges": true,
		"ETag": false, "Want-Repr-Digest": false, "Content-Type": false, "Last-Modified": false,
	} {
		if got := Outdates(name); got != want {
			t.Errorf("Outdates(%s) = %v, want %v", name, got, want)
		}
	}
}
