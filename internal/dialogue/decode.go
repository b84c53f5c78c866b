package dialogue

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"
	"unicode/utf8"
)

// Limits of a file. They are far above what people write and keep a broken or
// hostile file, also a compressed one, from filling the memory.
const (
	MaxLine  = 1 << 20        // bytes of one dialogue
	MaxTurns = 2000           // turns of one dialogue
	MaxText  = 8000           // characters of one turn, as the desk accepts
	MaxTime  = 24 * time.Hour // from the first turn to the last
)

// What can be wrong with a line.
var (
	ErrTooLong  = errors.New("too long")
	ErrMissing  = errors.New("missing")
	ErrUnknown  = errors.New("unknown value")
	ErrNotTimed = errors.New("times must rise from zero and stay within a day")
)

// LineError says where a file is wrong. It never quotes the line, which holds
// what a customer wrote.
type LineError struct {
	File string
	Line int
	Err  error
}

// Error reads file:line: cause, as compilers write it.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap gives the cause.
func (e *LineError) Unwrap() error { return e.Err }

// Filter chooses among the dialogues of a file. The zero value takes all.
type Filter struct {
	OnlyFinance bool
	Limit       int // at most this many; 0 is no limit
}

// Read yields the dialogues of a file of JSON lines, plain or compressed with
// gzip, without holding them all in memory. It ends at the first error, which
// it yields. Breaking out of the loop closes the file.
func Read(path string, f Filter) iter.Seq2[Dialogue, error] {
	return func(yield func(Dialogue, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(Dialogue{}, fmt.Errorf("reading dialogues: %w", err))
			return
		}
		defer file.Close()
		f.apply(Decode(file, path))(yield)
	}
}

func (f Filter) apply(all iter.Seq2[Dialogue, error]) iter.Seq2[Dialogue, error] {
	return func(yield func(Dialogue, error) bool) {
		taken := 0
		for d, err := range all {
			if err == nil && f.OnlyFinance && !d.Finance {
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
			if taken++; taken == f.Limit {
				return
			}
		}
	}
}

// Decode yields the dialogues in r, which may be compressed. Name stands for
// the file in errors.
func Decode(r io.Reader, name string) iter.Seq2[Dialogue, error] {
	return func(yield func(Dialogue, error) bool) {
		fail := func(line int, err error) { yield(Dialogue{}, &LineError{File: name, Line: line, Err: err}) }
		text, err := unzip(r)
		if err != nil {
			fail(1, err)
			return
		}
		lines := bufio.NewScanner(text)
		lines.Buffer(make([]byte, 0, 64<<10), MaxLine)
		n := 0
		for lines.Scan() {
			n++
			line := lines.Bytes()
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			d, err := parse(line)
			if err != nil {
				fail(n, err)
				return
			}
			if !yield(d, nil) {
				return
			}
		}
		if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
			fail(n+1, fmt.Errorf("a line of more than %d bytes: %w", MaxLine, ErrTooLong))
		} else if err != nil {
			fail(n+1, fmt.Errorf("reading: %w", err))
		}
	}
}

// unzip looks at the first bytes, because a name says little about a pipe.
func unzip(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	return plain, nil
}

// record is a line as written. Fields it does not name are let pass: every
// source of dialogues adds its own.
type record struct {
	ID       string   `json:"id"`
	Source   string   `json:"source"`
	Licence  string   `json:"licence"`
	Lang     string   `json:"lang"`
	Topic    string   `json:"topic"`
	Finance  bool     `json:"finance"`
	Turns    []turn   `json:"turns"`
	Customer string   `json:"customer"`
	Reason   Reason   `json:"reason"`
	Patience float64  `json:"patience_s"`
	Nudges   []string `json:"nudges"`
}

type turn struct {
	Role Role     `json:"role"`
	Text string   `json:"text"`
	T    *float64 `json:"t"`
}

func parse(line []byte) (Dialogue, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return Dialogue{}, fmt.Errorf("parsing: %w", err)
	}
	patience, err := seconds(r.Patience)
	if err != nil {
		return Dialogue{}, fmt.Errorf("patience_s: %w", err)
	}
	d := Dialogue{ID: r.ID, Source: r.Source, Licence: r.Licence, Lang: r.Lang, Topic: r.Topic, Finance: r.Finance,
		Ref: r.Customer, Reason: r.Reason, Patience: patience, Nudges: r.Nudges}
	switch {
	case r.ID == "":
		return Dialogue{}, fmt.Errorf("id: %w", ErrMissing)
	case len(r.Turns) > MaxTurns:
		return Dialogue{}, fmt.Errorf("%d turns: %w", len(r.Turns), ErrTooLong)
	case r.Reason != "" && !known(r.Reason):
		return Dialogue{}, fmt.Errorf("reason: %w", ErrUnknown)
	}
	for i, text := range r.Nudges {
		if err := checkText(text); err != nil {
			return Dialogue{}, fmt.Errorf("nudge %d: %w", i+1, err)
		}
	}
	if d.Turns, err = turns(r.Turns); err != nil {
		return Dialogue{}, err
	}
	if d.Sent() == 0 {
		return Dialogue{}, fmt.Errorf("a turn of the customer: %w", ErrMissing)
	}
	return d, nil
}

func turns(written []turn) ([]Turn, error) {
	out := make([]Turn, 0, len(written))
	var last time.Duration
	for i, w := range written {
		t := Turn{Role: w.Role, Text: w.Text}
		switch w.Role {
		case Customer, Agent, Bot, Action:
		default:
			return nil, fmt.Errorf("turn %d: role: %w", i+1, ErrUnknown)
		}
		if err := checkText(w.Text); err != nil {
			return nil, fmt.Errorf("turn %d: %w", i+1, err)
		}
		if w.T != nil {
			at, err := seconds(*w.T)
			if err != nil || at < last {
				return nil, fmt.Errorf("turn %d: t: %w", i+1, ErrNotTimed)
			}
			t.At, t.Timed, last = at, true, at
		}
		out = append(out, t)
	}
	return out, nil
}

func checkText(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return fmt.Errorf("text: %w", ErrMissing)
	case n > MaxText:
		return fmt.Errorf("text of %d characters: %w", n, ErrTooLong)
	}
	return nil
}

func seconds(s float64) (time.Duration, error) {
	if !(s >= 0 && s <= MaxTime.Seconds()) {
		return 0, ErrNotTimed
	}
	return time.Duration(s * float64(time.Second)), nil
}
