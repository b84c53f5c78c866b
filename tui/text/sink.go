package text

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// TitleCells bounds what is sent to window titles and notifications.
const TitleCells = 100

// Title makes untrusted text safe for a window title or a notification, which
// terminals parse more loosely than what they draw: one row, no controls, and
// no semicolon, which would start another field of the same sequence.
func Title(raw string) string {
	l := Clean(raw).Fit(TitleCells, Graphemes)
	return strings.ReplaceAll(l.s, ";", ",")
}

// Escaped shows what was written, with everything [Clean] replaces spelled
// out: "\x9b2J" for a control, "\u200b" for what cannot be seen, "\xff" for a
// byte that is not text. It is cut as [CleanBlock] is.
func Escaped(raw string, limit int) Block {
	if limit <= 0 {
		limit = MessageCap
	}
	head, rest := bound(raw, limit)
	var sb strings.Builder
	for i, size := 0, 0; i < len(head); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(head[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&sb, `\x%02x`, head[i])
		case r == '\n':
			sb.WriteString("\\n\n")
		case r == '\\':
			sb.WriteString(`\\`)
		case r == ' ', visible(r) && !combining(r) && !skinTone(r) && !indicator(r):
			sb.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&sb, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&sb, `\u%04x`, r)
		default:
			fmt.Fprintf(&sb, `\U%08x`, r)
		}
	}
	b := CleanBlock(sb.String(), limit)
	b.hidden += utf8.RuneCountInString(rest)
	return b
}
