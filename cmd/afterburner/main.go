// Command afterburner is a reverse-proxy optimization gateway: it stands in
// front of a slow HTTP API and makes it fast from outside.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(exitCode(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}
