package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// completionCommand replaces cobra's own, which hides the shells in commands of
// a second level.
func completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes commands and flags in a shell",
		Long: `Completion prints a script for bash, zsh, fish or powershell. Once the shell has
read it, the tab key completes the commands and flags of afterburner.`,
		Example: `  afterburner completion bash > /etc/bash_completion.d/afterburner
  afterburner completion zsh > "${fpath[1]}/_afterburner"
  afterburner completion fish > ~/.config/fish/completions/afterburner.fish
  afterburner completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("completion takes one shell, got %d; name one of %s", len(args), strings.Join(shells, ", "))
			}
			root, out := c.Root(), c.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return fmt.Errorf("there is no completion for %q; name one of %s", args[0], strings.Join(shells, ", "))
		},
	}
}
