package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/afterburner-gateway/afterburner/admin"
)

// tokenVariable gives the admin token where no --token does.
const tokenVariable = "AFTERBURNER_ADMIN_TOKEN"

// purgeFlags are the flags of purge.
type purgeFlags struct {
	admin, token string
	what         admin.Purge
}

func purgeCommand() *cobra.Command {
	flags := purgeFlags{admin: "http://127.0.0.1:9901"}
	c := &cobra.Command{
		Use:   "purge (--url U | --prefix P | --tag T | --all)",
		Short: "Remove answers from the cache of a running gateway",
		Long: `Purge asks a running gateway, through its admin listener, to remove answers from
its cache. When it has ended well, no answer from before is served any more, or
with --soft only where stale answers are allowed.

U and P are a path, which stands for every host, or absolute. The query
parameters that a route ignores are ignored in U too; U covers all variants. P
is the beginning of URLs, byte for byte. T is a tag that answers carry: from the
route's cache.tags, or the API's Surrogate-Key, Cache-Tag or Cache-Groups.

The admin token is that of ` + tokenVariable + `; --token beats it, but shows in
the list of processes.`,
		Example: `  afterburner purge --url /products/1
  afterburner purge --url "https://api.example.com/products?page=2"
  afterburner purge --prefix /products/ --soft
  afterburner purge --tag product:1
  afterburner purge --all --admin http://10.0.0.1:9901`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := flags.check(c.Flags().Changed); err != nil {
				return err
			}
			return flags.purge(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&flags.admin, "admin", flags.admin, "the `URL` of the gateway's admin listener")
	c.Flags().StringVar(&flags.token, "token", "", "the admin `TOKEN` (default $"+tokenVariable+")")
	c.Flags().StringVar(&flags.what.URL, "url", "", "remove the answer of this `URL`")
	c.Flags().StringVar(&flags.what.Prefix, "prefix", "", "remove the answers of all URLs that begin with `PREFIX`")
	c.Flags().StringVar(&flags.what.Tag, "tag", "", "remove the answers that carry this `TAG`")
	c.Flags().BoolVar(&flags.what.All, "all", false, "remove every answer")
	c.Flags().BoolVar(&flags.what.Soft, "soft", false, "make the answers stale instead of removing them")
	return c
}

// check wants exactly one selector. An empty one is most likely a variable of the
// shell that is not set.
func (f *purgeFlags) check(given func(flag string) bool) error {
	var selectors []string
	for _, s := range []struct{ flag, value string }{
		{"url", f.what.URL}, {"prefix", f.what.Prefix}, {"tag", f.what.Tag},
	} {
		if !given(s.flag) {
			continue
		}
		if s.value == "" {
			return fmt.Errorf("--%s is empty; to remove every answer, write --all", s.flag)
		}
		selectors = append(selectors, "--"+s.flag)
	}
	if f.what.All {
		selectors = append(selectors, "--all")
	}
	switch len(selectors) {
	case 0:
		return errors.New("nothing is named to be purged; give one of --url, --prefix, --tag and --all")
	case 1:
		return nil
	}
	return fmt.Errorf("%s exclude each other; give one of them", strings.Join(selectors, " and "))
}

func (f *purgeFlags) purge(ctx context.Context, stdout, stderr io.Writer) error {
	token := f.token
	if token == "" {
		token = os.Getenv(tokenVariable)
	}
	client := admin.Client{URL: f.admin, Token: strings.TrimSpace(token)}
	if isTerminal(stderr) {
		defer showProgress(stderr, "purging…")()
	}
	result, err := client.Purge(ctx, f.what)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, purgedLine(f.what, result))
	return err
}

// purgedLine is what was done, in one line.
func purgedLine(what admin.Purge, result admin.PurgeResult) string {
	line := strings.TrimSpace("purged " + what.Kind() + " " + what.URL + what.Prefix + what.Tag)
	if what.Soft {
		line += " softly"
	}
	if result.Count > 0 {
		line += ": " + count(int(result.Count), "answer")
	}
	return line
}

// showProgress writes the seconds that something takes, from the first on, until
// stop is called, which wipes the line. w must be a terminal.
func showProgress(w io.Writer, text string) (stop func()) {
	ended, wiped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(wiped)
		started, tick := time.Now(), time.NewTicker(time.Second)
		defer tick.Stop()
		for shown := false; ; shown = true {
			select {
			case <-tick.C:
				fmt.Fprintf(w, "\r%s %.0fs", text, time.Since(started).Seconds())
			case <-ended:
				if shown {
					fmt.Fprint(w, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-wiped
	}
}
