package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const rest = " S 7 1 1 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 99"
	want := procstat{pid: 42, parent: 7, cpu: 127 * tick}
	for _, name := range []string{"nginx", "a b", "a) S 1 (b"} {
		got, err := parseStat([]byte("42 (" + name + ")" + rest))
		if err != nil || got != want {
			t.Errorf("the name %q: %+v, %v; want %+v", name, got, err, want)
		}
	}
}

func TestParseStatRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"42 nginx S 7":     `no name in "42 nginx S 7"`,
		"42 (nginx) S 7 1": "3 fields after the name, want more than 14",
		"x (nginx) S 7 1 1 0 -1 0 1 2 3 4 1 2 3 4 20": `process id: strconv.Atoi: parsing "x": invalid syntax`,
		"4 (nginx) S y 1 1 0 -1 0 1 2 3 4 1 2 3 4 20": `parent: strconv.Atoi: parsing "y": invalid syntax`,
		"4 (nginx) S 7 1 1 0 -1 0 1 2 3 4 1 z 3 4 20": `CPU time: strconv.ParseInt: parsing "z": invalid syntax`,
	} {
		if _, err := parseStat([]byte(line)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}

// nginx has workers, Varnish a child: all of them count, a neighbour does not.
func TestTheFamilyOfAProcess(t *testing.T) {
	proc := t.TempDir()
	for pid, parent := range map[string]string{"10": "1", "11": "10", "12": "11", "20": "1"} {
		stat := pid + " (p) S " + parent + " 0 0 0 -1 0 0 0 0 0 1 2 0 0 20"
		if err := os.Mkdir(filepath.Join(proc, pid), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(proc, pid, "stat"), []byte(stat), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := readProcesses(proc)
	if err != nil {
		t.Fatal(err)
	}
	want := []procstat{{10, 1, 3 * tick}, {11, 10, 3 * tick}, {12, 11, 3 * tick}}
	if got := all.of(10); !slices.Equal(got, want) {
		t.Errorf("the family of 10 is %v, want %v", got, want)
	}
}

func TestOwnCPUTimeGrows(t *testing.T) {
	for deadline := time.Now().Add(10 * time.Second); ; {
		spent, err := cpuTime(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if spent > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("ten seconds of reading cost no CPU time")
		}
	}
}

func TestParseCores(t *testing.T) {
	for list, want := range map[string][]int{
		"0":        {0},
		"0-1":      {0, 1},
		"2,4-6,16": {2, 4, 5, 6, 16},
	} {
		if got, err := parseCores(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", list, got, err, want)
		}
	}
	if got, err := parseCores("0-x"); err == nil {
		t.Errorf("0-x is read as %v, want an error", got)
	}
}
