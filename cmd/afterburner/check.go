package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/afterburner-gateway/afterburner/config"
)

// defaultFile is read when no --config is given and it is there.
const defaultFile = "afterburner.yaml"

func checkCommand() *cobra.Command {
	file, format := defaultFile, "text"
	c := &cobra.Command{
		Use:   "check",
		Short: "Check a configuration and name every fault with its place",
		Long: `Check reads a configuration as serve would and prints every fault, one a line, as
FILE:LINE:COLUMN: key.path: message. What is allowed but probably not meant is a
warning. It exits with 0 when the file is valid, with 1 otherwise.

With --format json it prints an array of {file, line, column, path, message,
severity} to standard output; severity is error or warning.`,
		Example: `  afterburner check --config afterburner.yaml
  afterburner check --format json | jq -r '.[] | select(.severity == "error").message'`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch format {
			case "text":
				return checkAsText(file, c.OutOrStdout(), c.ErrOrStderr())
			case "json":
				return checkAsJSON(file, c.OutOrStdout())
			}
			return fmt.Errorf("there is no format %q; write --format text or --format json", format)
		},
	}
	c.Flags().StringVar(&file, "config", file, "the configuration `FILE`")
	c.Flags().StringVar(&format, "format", format, "how faults are printed, `text|json`")
	return c
}

func checkAsText(file string, stdout, stderr io.Writer) error {
	loaded, err := load(file, stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s is valid: %s, %s\n", file,
		count(len(loaded.Routes), "route"), count(len(loaded.Upstreams), "upstream"))
	return err
}

func checkAsJSON(file string, stdout io.Writer) error {
	_, faults := config.Load(file, os.LookupEnv)
	if faults == nil {
		faults = config.Faults{} // an empty array, not null
	}
	out := json.NewEncoder(stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(faults); err != nil {
		return err
	}
	if len(faults.Errors()) > 0 {
		return errSaid
	}
	return nil
}

// load reads a configuration and says its faults and warnings.
func load(file string, stderr io.Writer) (*config.Config, error) {
	loaded, faults := config.Load(file, os.LookupEnv)
	sayFaults(faults, stderr)
	if len(faults.Errors()) > 0 {
		return nil, errSaid
	}
	return loaded, nil
}

// sayFaults writes one a line.
func sayFaults(faults config.Faults, stderr io.Writer) {
	for _, fault := range faults {
		line := fault.String()
		if fault.Warning {
			line += " (warning)"
		}
		fmt.Fprintln(stderr, line)
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
