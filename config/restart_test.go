package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRestart(t *testing.T) {
	old, faults := Parse("f", []byte(smallest), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, row := range []struct {
		name, more string
		want       []string
	}{
		{"the same", "", nil},
		{"what is taken over", "listen: \":1\"\ndrain: { delay: 9s }\nlimits: { request_body: 1B, request_timeout: 1s }\nstore: { max_object: 1MiB }\n", nil},
		{"what is not", "store: { memory: 64MiB }\nlimits: { header: 8KiB, connections: 1, header_timeout: 1s, idle_timeout: 1s }\ntelemetry: { access_log: { format: off, output: stderr } }\n",
			[]string{"limits.header", "limits.connections", "limits.header_timeout", "limits.idle_timeout", "store.memory", "telemetry.access_log.format", "telemetry.access_log.output"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			changed, faults := Parse("f", []byte(smallest+row.more), nil)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if got := Restart(old, changed); !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

// The page for operators names the same keys.
func TestReloadPageNamesWhatNeedsARestart(t *testing.T) {
	text, err := os.ReadFile("../docs/reload.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## What needs a restart\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1) {
		named = append(named, row[1])
	}
	if keys := restartKeys(reflect.TypeFor[Config](), ""); !slices.Equal(named, keys) {
		t.Errorf("docs/reload.md names\n%v\nthe tags say\n%v", named, keys)
	}
}

func restartKeys(t reflect.Type, path string) (keys []string) {
	for i := range t.NumField() {
		field := t.Field(i)
		key := path + field.Tag.Get("yaml")
		if field.Type.Kind() == reflect.Struct {
			keys = append(keys, restartKeys(field.Type, key+".")...)
		}
		if field.Tag.Get("restart") == "true" {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestReloadRefusesWhatNeedsARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(smallest + "store: { memory: 64MiB }\nlimits: { header: 8KiB }\n")
	running, faults := Reload(file, nil, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	write(smallest + "listen: \":1\"\nlimits: { header: 8KiB }\nstore: { memory: 32MiB }\ntelemetry: { access_log: { format: json } }\n")
	cfg, faults := Reload(file, nil, running)
	want := file + `:5:18: store.memory: cannot change while the gateway runs; restart it, or write 64MiB as it was before
` + file + `:6:36: telemetry.access_log.format: cannot change while the gateway runs; restart it, or remove the key as it was before`
	if cfg != nil || faults.Error() != want {
		t.Errorf("faults are\n%s\nwant\n%s", faults, want)
	}
	write(smallest + "limits: { header: 8KiB }\n")
	cfg, faults = Reload(file, nil, running)
	want = file + ":1:1: store.memory: cannot change while the gateway runs; restart it, or write 64MiB as it was before"
	if cfg != nil || faults.Error() != want {
		t.Errorf("faults are\n%s\nwant\n%s", faults, want)
	}
}
