package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// buildDir holds the binary that the process tests start; TestMain fills it.
const buildDir = "AFTERBURNER_TEST_BUILD"

// binary is the gateway's, as TestMain built it.
func binary() string { return filepath.Join(os.Getenv(buildDir), "afterburner") }

func TestMain(m *testing.M) {
	os.Exit(testAll(m))
}

// testAll builds the binary once, under the race detector where the tests are.
func testAll(m *testing.M) int {
	flag.Bool(updateFlag, false, "write generated files anew")
	dir, err := os.MkdirTemp("", "afterburner-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a directory for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	os.Setenv(buildDir, dir)
	args := append([]string{"build", "-o", binary()}, raceFlag...)
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the binary: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
