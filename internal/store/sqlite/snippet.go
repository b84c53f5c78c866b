package sqlite

import (
	"strings"
	"unicode"

	"ventanilla/client/wire"
)

// lead is how many characters a snippet shows before what was found.
const lead = 24

// snippet cuts about [wire.PreviewLength] characters out of a text, around the
// first of the words it finds, and marks with … where it cut.
func snippet(text string, words []string) string {
	runes := []rune(text)
	if len(runes) <= wire.PreviewLength {
		return text
	}
	from := max(firstOf(runes, words)-lead, 0)
	from = min(from, len(runes)-wire.PreviewLength)
	to := from + wire.PreviewLength
	s := string(runes[from:to])
	if from > 0 {
		s = "…" + s
	}
	if to < len(runes) {
		s += "…"
	}
	return s
}

// firstOf returns where the first word that occurs in the text at the start of
// one of its words begins; 0 when none does, which the index may see otherwise
// for scripts that plain does not know.
func firstOf(text []rune, words []string) int {
	folded := make([]rune, len(text))
	for i, r := range text {
		folded[i] = plain(r)
	}
	first := len(text)
	for _, w := range words {
		if at := indexWord(folded, []rune(strings.Map(plain, w))); at >= 0 {
			first = min(first, at)
		}
	}
	if first == len(text) {
		return 0
	}
	return first
}

// indexWord returns where word occurs first at the start of a word of text, or -1.
func indexWord(text, word []rune) int {
	for i := range text {
		if (i == 0 || !isToken(text[i-1])) && hasPrefix(text[i:], word) {
			return i
		}
	}
	return -1
}

func hasPrefix(text, word []rune) bool {
	if len(word) == 0 || len(text) < len(word) {
		return false
	}
	for i, r := range word {
		if text[i] != r {
			return false
		}
	}
	return true
}

// plain is a letter in lower case and without the accents of Spanish,
// Portuguese and their neighbours; the index folds more than that.
func plain(r rune) rune {
	r = unicode.ToLower(r)
	switch r {
	case 'á', 'à', 'â', 'ä', 'ã', 'å':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'ö', 'õ':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 'c'
	}
	return r
}
