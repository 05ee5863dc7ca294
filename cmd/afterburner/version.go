package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built with",
		Long: `Version prints the version, the Go release it was built with and the platform.

With --json it prints an object of version, go, os, arch and revision; revision
is empty where the build did not know it.`,
		Example: `  afterburner version
  afterburner version --json | jq -r .revision`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(thisBuild())
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "afterburner %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print an object for programs")
	return c
}

// build is what a program learns of the one that it talks to.
type build struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Revision string `json:"revision"`
}

func thisBuild() build {
	b := build{Version: "unknown", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version = info.Main.Version; b.Version == "" {
		b.Version = "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}

// version is the module's, with the revision where it says nothing.
func version() string {
	b := thisBuild()
	if b.Version == "(devel)" && b.Revision != "" {
		return b.Version + " " + b.Revision
	}
	return b.Version
}
