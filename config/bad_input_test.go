package config

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

const tooMany = "the file holds more than 1000000 values (aliases and merge keys are counted as often as they are used)"

// Ten megabytes of rubbish end in one line, before they have cost much.
func TestRubbishIsRefusedInOneLine(t *testing.T) {
	full := func(text string) string { return strings.Repeat(text, maxFile/len(text)) }
	testFaults(t, []faultRow{
		{"zeros", full("\x00"), "afterburner.yaml:1:1: is not YAML: control characters are not allowed"},
		{"bytes", full("\x7fELF\x02\x01\x01\x00"), "afterburner.yaml:1:1: is not YAML: control characters are not allowed"},
		{"tabs", full("\t"), "afterburner.yaml:1:1: is not YAML: found character that cannot start any token"},
		{"comments", full("#\n"), "afterburner.yaml:1:1: is empty; the least is an upstream and a route"},
		{"open brackets", full("["), "afterburner.yaml:1:1: " + tooMany},
		{"open brackets, fewer", full("[")[:900_000], "afterburner.yaml:1:1: is not YAML: exceeded max depth of 10000"},
		{"one key again and again", full("a: 1\n"), "afterburner.yaml:1:1: " + tooMany},
		{"documents", full("---\n"), "afterburner.yaml:2:1: a second document begins here; one file holds one configuration"},
		{"a path", api + "  - { upstream: api, path: \"" + full("/a")[:5<<20] + "\" }\n", `afterburner.yaml:3:28: routes[0].path: "` + full("/a")[:64] + `…" is longer than 8192 bytes; shorten it`},
		{"methods", api + "  - { upstream: api, path: /, methods: [" + full("A,")[:65*2] + "] }\n", `afterburner.yaml:3:40: routes[0].methods: 65 methods are more than 64; leave the key out to take all`},
	})
}

func TestMessagesAreBounded(t *testing.T) {
	long := strings.Repeat("/aaaaaaaaa", 200)
	_, faults := Parse("f", []byte(fmt.Sprintf("%s  - { upstream: api, path: %s }\n  - { upstream: api, path: %s }\n", api, long, long)), nil)
	if got := faults.Error(); len(faults) != 1 || len(got) > maxMessage+100 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d faults in %d bytes: %s", len(faults), len(got), got)
	}
}

func TestFilesThatCannotBeOpenedOrVanish(t *testing.T) {
	refused := &os.PathError{Op: "open", Path: "f", Err: syscall.EACCES}
	if got, want := openProblem(refused), "cannot be opened: permission denied; let the user that runs the gateway read it"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	gone := &os.PathError{Op: "read", Path: "f", Err: syscall.ESTALE}
	_, got := readBounded(io.MultiReader(strings.NewReader("listen"), iotest.ErrReader(gone)))
	if want := "cannot be read: " + syscall.ESTALE.Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Lists that every route is compared with do not make a large file slow.
func TestLongListsAreReadInTime(t *testing.T) {
	var names strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&names, "X-%d,", i)
	}
	text := "credentials: [" + names.String() + "]\nupstreams: { api: { targets: [\"http://a\"] } }\nroutes:\n" +
		"  - { path: /, upstream: api, cache: { ignore_credentials: [" + names.String() + "] }, headers: { request: { remove: [" + names.String() + "] } } }\n"
	cfg, faults := Parse("afterburner.yaml", []byte(text), nil)
	want := "afterburner.yaml:1:14: credentials: leaves out Authorization and Cookie: what the API answers to one user by it may go to all; add it unless the API ignores it"
	if cfg == nil || faults.Error() != want {
		t.Errorf("faults are\n%s\nwant\n%s", faults, want)
	}
}
