package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settleTime is how long a file must be left alone before it is read again: an
	// editor writes in several steps.
	settleTime = 100 * time.Millisecond
	// settleWithin is how long that may be put off by a directory in which
	// something is written all the time.
	settleWithin = time.Second
)

// watchFile calls settled once at the start, and when something happened around
// the file, until the context ends. It watches the directories of the file and
// of what it links to, because editors rename a new file into its place and
// Kubernetes swaps a link.
func watchFile(ctx context.Context, file string, log *slog.Logger, settled func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w; it is still reloaded on SIGHUP", file, err)
	}
	defer w.Close()
	if err := watchDirectories(w, file); err != nil {
		return err
	}
	look := time.NewTimer(0) // what happened before somebody watched
	defer look.Stop()
	var first time.Time // of the events since the last look; zero: none
	for {
		select {
		case <-w.Events:
		case err := <-w.Errors:
			log.Warn("watching the configuration", "error", err) // events may be lost: look
		case <-look.C:
			_ = watchDirectories(w, file) // a link may lead elsewhere now; if not, nothing is lost
			settled()
			first = time.Time{}
			continue
		case <-ctx.Done():
			return nil
		}
		if first.IsZero() {
			first = time.Now()
		}
		look.Reset(min(settleTime, settleWithin-time.Since(first)))
	}
}

func watchDirectories(w *fsnotify.Watcher, file string) error {
	directories := []string{filepath.Dir(file)}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		directories = append(directories, filepath.Dir(real))
	}
	for _, d := range directories {
		if err := w.Add(d); err != nil {
			return fmt.Errorf("watch %s: %w; the file is still reloaded on SIGHUP", d, err)
		}
	}
	return nil
}

// digest tells contents apart. The zero one is that of a file that cannot be
// read: its coming back is a change.
type digest [sha256.Size]byte

// contentOf reads only what could be a configuration: a pipe can be read once,
// and that once is not for us.
func contentOf(file string) (d digest) {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return digest{}
	}
	opened, err := os.Open(file)
	if err != nil {
		return digest{}
	}
	defer opened.Close()
	sum := sha256.New()
	const most = 16 << 20 // bytes; a configuration is smaller
	if _, err := io.Copy(sum, io.LimitReader(opened, most)); err != nil {
		return digest{}
	}
	sum.Sum(d[:0])
	return d
}
