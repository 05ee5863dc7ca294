package compress

import "testing"

func TestRefuse(t *testing.T) {
	rules, err := NewRules(offered, 1024, []string{"application/json", "image/svg+xml", "text/*", "*+json"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, contentType string
		size              int64
		want              Reason
	}{
		{"an exact type", "application/json", 1024, ""},
		{"parameters do not matter", "application/json ; charset=utf-8", 4096, ""},
		{"nor does case", "Application/JSON", 4096, ""},
		{"a whole type", "text/html", 4096, ""},
		{"a suffix", "application/problem+json", 4096, ""},
		{"a suffix with parameters", "application/vnd.api+json; v=1", 4096, ""},
		{"unknown size", "text/plain", -1, ""},
		{"one byte too small", "text/plain", 1023, Small},
		{"empty", "text/plain", 0, Small},
		{"another type", "image/png", 4096, TypeOther},
		{"another type that begins alike", "application/json-seq", 4096, TypeOther},
		{"a type without a subtype", "text/", 4096, TypeOther},
		{"a suffix alone", "+json", 4096, TypeOther},
		{"no type", "", 4096, TypeOther},
		{"the type counts before the size", "image/png", 1, TypeOther},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := rules.Refuse(row.contentType, row.size); got != row.want {
				t.Errorf("Refuse(%q, %d) = %q, want %q", row.contentType, row.size, got, row.want)
			}
		})
	}
}

func TestNewRulesFaults(t *testing.T) {
	const form = ` has none of the forms application/json, text/*, *+json`
	for _, row := range []struct{ name, coding, media, want string }{
		{"a coding that is not there", "deflate", "text/*", `unknown content coding "deflate"; write zstd, br or gzip`},
		{"a word", Gzip, "json", `media type "json"` + form},
		{"no subtype", Gzip, "text/", `media type "text/"` + form},
		{"everything", Gzip, "*/*", `media type "*/*"` + form},
		{"half a star", Gzip, "text/ht*", `media type "text/ht*"` + form},
		{"an empty suffix", Gzip, "*+", `media type "*+"` + form},
		{"a parameter", Gzip, "text/html; charset=utf-8", `media type "text/html; charset=utf-8"` + form},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := NewRules([]string{row.coding}, 0, []string{row.media})
			if err == nil || err.Error() != row.want {
				t.Errorf("NewRules(%q, %q): %v, want %s", row.coding, row.media, err, row.want)
			}
		})
	}
}

func TestBlocked(t *testing.T) {
	for _, row := range []struct {
		name                  string
		status                int
		control, coding, part string
		want                  Reason
	}{
		{"an ordinary answer", 200, "max-age=60", "", "", ""},
		{"an error page", 404, "", "", "", ""},
		{"9110 8.4.1 identity is no coding", 200, "", "Identity", "", ""},
		{"9110 15.2 informational", 103, "", "", "", NoBody},
		{"9110 15.3.5 No Content", 204, "", "", "", NoBody},
		{"9110 15.3.6 Reset Content", 205, "", "", "", NoBody},
		{"9110 15.4.5 Not Modified", 304, "", "", "", NoBody},
		{"9110 15.3.7 Partial Content", 206, "", "", "bytes 0-9/100", Partial},
		{"9110 15.3.7.2 several parts, no Content-Range", 206, "", "", "", Partial},
		{"9110 14.4 Content-Range with another status", 416, "", "", "bytes */100", Partial},
		{"9110 8.4 coded by the origin", 200, "", "gzip", "", Coded},
		{"9110 8.4 with a coding that we do not know", 200, "", "aws-chunked", "", Coded},
		{"9111 5.2.2.6 no-transform", 200, "max-age=60, No-Transform", "", "", NoTransform},
		{"9111 5.2 no-transform behind a quoted comma", 200, `private="a,b" ,no-transform`, "", "", NoTransform},
		{"9111 5.2 no-transform inside a quoted string", 200, `ext="x, no-transform"`, "", "", ""},
		{"9111 5.2 an escaped quote", 200, `ext="\", no-transform"`, "", "", ""},
		{"9111 5.2 an argument that is ignored", 200, "no-transform=1", "", "", NoTransform},
		{"a longer name", 200, "no-transformation", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Blocked(row.status, row.control, row.coding, row.part); got != row.want {
				t.Errorf("Blocked(%d, %q, %q, %q) = %q, want %q", row.status, row.control, row.coding, row.part, got, row.want)
			}
		})
	}
}
