package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settleTime is how long a file must be left alone before it is read again: an
// editor writes in several steps.
const settleTime = 100 * time.Millisecond

// watchFile calls changed when the file's content has changed, until the context
// ends. It watches the directories of the file and of what it links to, because
// editors rename a new file into its place and Kubernetes swaps a link.
func watchFile(ctx context.Context, file string, log *slog.Logger, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w; it is still reloaded on SIGHUP", file, err)
	}
	defer w.Close()
	if err := watchDirectories(w, file); err != nil {
		return err
	}
	known := contentOf(file)
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	for {
		select {
		case <-w.Events:
			settled.Reset(settleTime)
		case err := <-w.Errors:
			log.Warn("watching the configuration", "error", err)
			settled.Reset(settleTime) // events may be lost: look
		case <-settled.C:
			_ = watchDirectories(w, file) // a link may lead elsewhere now; if not, nothing is lost
			if now := contentOf(file); now != known {
				known = now
				changed()
			}
		case <-ctx.Done():
			return nil
		}
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

// contentOf tells contents apart. A file that is not there has one of its own,
// so that its coming back is a change only if it came back different.
func contentOf(file string) [sha256.Size]byte {
	text, err := os.ReadFile(file)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(text)
}
