// Package edit is the text an agent is writing: several rows, a cursor that
// moves by what a reader calls a character, and words wrapped to a width. What
// enters is cleaned on the way in, pasted or typed, so that what is on screen,
// what is kept and what is sent are the same. It draws nothing and knows no
// keys by their actions: those are the keymap's.
package edit

import (
	"strings"
	"unicode/utf8"

	"ventanilla/tui/text"

	"github.com/rivo/uniseg"
)

// Buffer is a text with a cursor. The zero Buffer is empty and has no limit.
type Buffer struct {
	// Limit is the most characters (code points, as the desk counts) that fit;
	// zero means no limit.
	Limit int
	// Single keeps the text on one row: newlines become spaces.
	Single bool

	s    string
	at   int // cursor, in bytes; always between two clusters
	goal int // column that moving up and down keeps, plus one; 0: none

	wrapped wrapping
}

// Text returns what was written.
func (b *Buffer) Text() string { return b.s }

// Empty reports whether there is nothing but white space.
func (b *Buffer) Empty() bool { return strings.TrimSpace(b.s) == "" }

// Count returns the number of characters as the desk counts them.
func (b *Buffer) Count() int { return utf8.RuneCountInString(b.s) }

// Set replaces the text and puts the cursor at its end.
func (b *Buffer) Set(s string) {
	b.s, b.at, b.goal = "", 0, 0
	b.Insert(s)
}

// Insert writes s at the cursor, cleaned. It returns how many characters were
// left out because the limit was reached; the rest is in.
func (b *Buffer) Insert(s string) (dropped int) {
	b.goal = 0
	if b.Single {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	}
	before, after := b.s[:b.at], b.s[b.at:]
	if !plain(s) || !plainAt(before, len(before)-1) || !plainAt(after, 0) {
		before, s, dropped = cleaned(before, s)
	}
	s, over := b.cut(before, s, after)
	b.s = before + s + after
	b.at = b.boundary(len(before) + len(s))
	return dropped + over
}

// cleaned cleans what is inserted together with the row it is added to, since
// a mark or a joiner belongs to what stands before it.
func cleaned(before, s string) (head, middle string, dropped int) {
	row := strings.LastIndexByte(before, '\n') + 1
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	block := text.CleanBlock(before[row:]+s, 16*len(s)+len(before)-row+64)
	return before[:row], block.String(), block.Hidden()
}

// cut shortens s so that the whole stays within the limit.
func (b *Buffer) cut(before, s, after string) (kept string, dropped int) {
	if b.Limit <= 0 {
		return s, 0
	}
	room := b.Limit - utf8.RuneCountInString(before) - utf8.RuneCountInString(after)
	n := utf8.RuneCountInString(s)
	if n <= room {
		return s, 0
	}
	kept = s
	for i := range s {
		if room <= 0 {
			kept = s[:i]
			break
		}
		room--
	}
	return kept, n - utf8.RuneCountInString(kept)
}

// Key does what an editing key asks for and reports whether it was one. Names
// are Bubble Tea's.
func (b *Buffer) Key(key string) bool {
	goal := b.goal
	b.goal = 0
	switch key {
	case "left", "ctrl+b":
		b.at = b.before(b.at)
	case "right", "ctrl+f":
		b.at = b.after(b.at)
	case "ctrl+left", "alt+left", "alt+b":
		b.at = b.wordBefore(b.at)
	case "ctrl+right", "alt+right", "alt+f":
		b.at = b.wordAfter(b.at)
	case "home", "ctrl+a":
		b.at = strings.LastIndexByte(b.s[:b.at], '\n') + 1
	case "end", "ctrl+e":
		b.at = b.rowEnd()
	case "ctrl+home":
		b.at = 0
	case "ctrl+end":
		b.at = len(b.s)
	case "up", "down":
		b.goal = goal
		return b.vertical(key == "up")
	default:
		return b.erase(key)
	}
	return true
}

func (b *Buffer) erase(key string) bool {
	switch key {
	case "backspace", "ctrl+h":
		b.remove(b.before(b.at), b.at)
	case "delete", "ctrl+d":
		b.remove(b.at, b.after(b.at))
	case "ctrl+w", "alt+backspace", "ctrl+backspace":
		b.remove(b.wordBefore(b.at), b.at)
	case "alt+delete", "alt+d":
		b.remove(b.at, b.wordAfter(b.at))
	case "ctrl+u":
		b.remove(strings.LastIndexByte(b.s[:b.at], '\n')+1, b.at)
	case "ctrl+k":
		b.remove(b.at, b.rowEnd())
	default:
		return false
	}
	return true
}

func (b *Buffer) remove(from, to int) {
	b.s = b.s[:from] + b.s[to:]
	b.at = b.boundary(from)
}

func (b *Buffer) rowEnd() int {
	if i := strings.IndexByte(b.s[b.at:], '\n'); i >= 0 {
		return b.at + i
	}
	return len(b.s)
}

func (b *Buffer) after(at int) int {
	if at >= len(b.s) {
		return len(b.s)
	}
	return at + len(cluster(b.s[at:]))
}

// before walks the row from its start: clusters can only be told forwards.
func (b *Buffer) before(at int) int {
	if at == 0 {
		return 0
	}
	i := strings.LastIndexByte(b.s[:at-1], '\n') + 1
	for {
		next := b.after(i)
		if next >= at {
			return i
		}
		i = next
	}
}

// boundary returns the first place between two clusters at or after at: where
// an edit made two characters one, the cursor goes behind it.
func (b *Buffer) boundary(at int) int {
	if at >= len(b.s) {
		return len(b.s)
	}
	i := strings.LastIndexByte(b.s[:at], '\n') + 1
	for i < at {
		i = b.after(i)
	}
	return i
}

func (b *Buffer) wordBefore(at int) int {
	head := strings.TrimRight(b.s[:at], " \n")
	return strings.LastIndexAny(head, " \n") + 1
}

func (b *Buffer) wordAfter(at int) int {
	rest := b.s[at:]
	skipped := len(rest) - len(strings.TrimLeft(rest, " \n"))
	if i := strings.IndexAny(rest[skipped:], " \n"); i >= 0 {
		return at + skipped + i
	}
	return len(b.s)
}

func cluster(s string) string {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1]
	}
	c, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
	return c
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] != '\n' && (s[i] < ' ' || s[i] > '~') {
			return false
		}
	}
	return true
}

// plainAt reports whether the byte at i, if there is one, is ASCII.
func plainAt(s string, i int) bool { return i < 0 || i >= len(s) || s[i] < utf8.RuneSelf }
