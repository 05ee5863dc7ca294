// Command slow-api is the legacy HTTP API that the demo puts the gateway
// before. It is slow for the usual reasons and never sleeps: no index beside
// the primary keys, one query for each row of another query's result, a ranking
// that compares every product with every other for each request, one connection
// to its database, and indented JSON that nobody compresses.
//
//	slow-api -listen 127.0.0.1:9000
//	curl http://127.0.0.1:9000/products/1
//
// The same request gets the same bytes as long as nothing is written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the command's flags.
type options struct {
	listen string
	db     string
	shape  shape
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "slow-api:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	opts, err := parse(args, stderr)
	if err != nil {
		return err
	}
	path, remove, err := databasePath(opts.db)
	if err != nil {
		return err
	}
	defer remove()
	began := time.Now()
	db, err := openStore(ctx, path, opts.shape)
	if err != nil {
		return err
	}
	defer db.close()
	fmt.Fprintf(stderr, "%d products ready after %v\n", opts.shape.products, time.Since(began).Round(time.Millisecond))
	return serve(ctx, opts.listen, newServer(db, stderr), stderr)
}

func parse(args []string, stderr io.Writer) (options, error) {
	opts := options{shape: defaultShape()}
	flags := flag.NewFlagSet("slow-api", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opts.listen, "listen", "127.0.0.1:9000", "address to listen on, host:port; port 0 takes a free one")
	flags.StringVar(&opts.db, "db", "", "database file, made at the first start (default: a temporary one, removed at the end)")
	flags.Uint64Var(&opts.shape.seed, "seed", opts.shape.seed, "seed of the made-up data")
	flags.IntVar(&opts.shape.products, "products", opts.shape.products, "number of products, at least 20")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if opts.shape.products < categoryCount {
		return options{}, fmt.Errorf("-products %d: want at least %d, one a category", opts.shape.products, categoryCount)
	}
	return opts, nil
}

// databasePath is the given file, or one in a temporary directory that the
// returned function removes.
func databasePath(given string) (path string, remove func(), err error) {
	if given != "" {
		return given, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "slow-api-")
	if err != nil {
		return "", nil, fmt.Errorf("make a directory for the database: %w", err)
	}
	return filepath.Join(dir, "shop.db"), func() { _ = os.RemoveAll(dir) }, nil
}

func serve(ctx context.Context, address string, handler http.Handler, stderr io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	fmt.Fprintf(stderr, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", address, err)
	case <-ctx.Done():
		closing, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		return server.Shutdown(closing)
	}
}
