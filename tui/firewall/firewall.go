// Package firewall is the last door before the terminal: a writer that reads
// our own output as a terminal would and lets through only what this program
// is known to send. Text from outside is made safe long before, in package
// text; this is for the day somebody forgets.
//
// What is refused is dropped and counted, and whoever owns the writer shows
// it: a drop is always a bug of ours. The list of what passes is in list.go.
// It is the list of Bubble Tea v2.0.10 and grows only by hand.
package firewall

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// File is what Bubble Tea needs of an output to know it for a terminal.
// [*os.File] is one.
type File interface {
	io.ReadWriteCloser
	Fd() uintptr
}

// Writer filters what is written to a terminal. Give it to tea.WithOutput.
//
// A program started with tea.Exec must be given the real terminal as its
// Stdout, or it would write to a pipe and through the list.
type Writer struct {
	file File

	mu      sync.Mutex
	pending []byte   // the start of a sequence whose end has not been written
	armed   []string // exact sequences let through once each
	dropped uint64
	last    string
}

// maxArmed bounds what may wait to be let through; the oldest goes first.
const maxArmed = 16

// New returns a Writer before file.
func New(file File) *Writer { return &Writer{file: file} }

// Arm lets exactly this sequence through, once. Only what acts outside the
// screen needs it: the bell, and what [Copy] and [Notify] return. Arm when a
// person asked for it, then hand the same sequence to tea.Raw.
func (w *Writer) Arm(sequence string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.armed) == maxArmed {
		w.armed = slices.Delete(w.armed, 0, 1)
	}
	w.armed = append(w.armed, sequence)
}

// Dropped counts what was refused so far. It is never more than a banner's
// worth of news: the number changed, so there is a bug to report.
func (w *Writer) Dropped() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// LastDropped names the kind of what was refused last, such as "OSC 52". It
// never holds the content, which may be a customer's.
func (w *Writer) LastDropped() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Write sends on what of p is allowed. A sequence split over several writes
// is held back until its end is known. The result counts all of p, kept or
// not, because dropping is not an error of the caller's.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := p
	if len(w.pending) > 0 {
		w.pending = append(w.pending, p...)
		b = w.pending
	}
	held, err := w.filter(b)
	w.pending = append(w.pending[:0], held...)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// filter passes the allowed runs of b on as they are, without copying, and
// returns the unfinished sequence at its end.
func (w *Writer) filter(b []byte) (held []byte, err error) {
	start, i := 0, 0
	for i < len(b) {
		if b[i] >= ' ' && b[i] < 0x7f {
			i++
			continue
		}
		n, v := w.judge(b[i:])
		if v == unfinished {
			break
		}
		if v == refuse {
			w.dropped++
			w.last = kind(b[i : i+n])
			if err := w.send(b[start:i]); err != nil {
				return nil, err
			}
			start = i + n
		}
		i += n
	}
	return b[i:], w.send(b[start:i])
}

func (w *Writer) send(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := w.file.Write(b); err != nil {
		return fmt.Errorf("writing to the terminal: %w", err)
	}
	return nil
}

// spend reports whether seq was armed, and disarms it.
func (w *Writer) spend(seq []byte) bool {
	for i, s := range w.armed {
		if s == string(seq) {
			w.armed = slices.Delete(w.armed, i, i+1)
			return true
		}
	}
	return false
}

// Read reads from the terminal, for Bubble Tea's idea of one.
func (w *Writer) Read(p []byte) (int, error) { return w.file.Read(p) }

// Fd is the terminal's descriptor, for its size and mode.
func (w *Writer) Fd() uintptr { return w.file.Fd() }

// Close closes the terminal. A sequence left without its end is not written.
func (w *Writer) Close() error { return w.file.Close() }
