package keymap

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// modifiers in the order in which Bubble Tea prints them.
var modifiers = []string{"ctrl", "alt", "shift", "meta", "hyper", "super"}

// split cuts a sequence into keys by their canonical names.
func split(sequence string) []string {
	ks := strings.Fields(sequence)
	for i, k := range ks {
		ks[i] = canonical(k)
	}
	return ks
}

// canonical gives the one name of keys that arrive under two: without the
// Kitty protocol ctrl+/ is sent as 0x1f and ctrl+space as 0x00.
func canonical(key string) string {
	switch key {
	case " ":
		return "space"
	case "ctrl+_":
		return "ctrl+/"
	case "ctrl+@":
		return "ctrl+space"
	}
	return key
}

// printable reports whether a key, as received, writes text. Input methods
// and emoji keyboards deliver several code points as one key.
func printable(key string) bool {
	if key == "space" || key == "shift+space" {
		return true
	}
	if r, n := utf8.DecodeRuneInString(key); n == len(key) {
		return unicode.IsPrint(r)
	}
	return strings.IndexFunc(key, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0
}

func chords(sequence []string) bool { return !slices.ContainsFunc(sequence, printable) }

// wellFormed reports whether a key is a name that Bubble Tea can print. What
// it prints for shift with a letter is the letter, so that pair is not one.
func wellFormed(key string) bool {
	mods, base := parts(key)
	at := 0
	for _, m := range mods {
		i := slices.Index(modifiers[at:], m)
		if i < 0 {
			return false
		}
		at += i + 1
	}
	r, n := utf8.DecodeRuneInString(base)
	if n == 0 || n < len(base) {
		return named(base)
	}
	return unicode.IsPrint(r) && r != ' ' && !slices.Equal(mods, []string{"shift"}) &&
		(len(mods) == 0 || !unicode.IsUpper(r))
}

// parts splits ctrl+alt+x into its modifiers and x. The key may be + itself.
func parts(key string) (mods []string, base string) {
	for {
		mod, rest, found := strings.Cut(key, "+")
		if !found || mod == "" || rest == "" {
			return mods, key
		}
		mods, key = append(mods, mod), rest
	}
}

func named(base string) bool {
	switch base {
	case "enter", "tab", "backspace", "esc", "space", "up", "down", "left", "right",
		"home", "end", "pgup", "pgdown", "insert", "delete",
		"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12":
		return true
	}
	return false
}

// twin names the key that a terminal sends for this one as well, so that the
// two cannot be told apart.
func twin(key string) string {
	switch key {
	case "ctrl+m":
		return "enter"
	case "ctrl+i":
		return "tab"
	case "ctrl+h":
		return "backspace"
	case "ctrl+[":
		return "esc"
	}
	return ""
}

// multiplexer reports whether tmux, screen, zellij or flow control is likely
// to keep the key for itself.
func multiplexer(key string) bool {
	letter, ctrl := strings.CutPrefix(key, "ctrl+")
	return ctrl && len(letter) == 1 && strings.Contains("abpogtnsq", letter)
}
