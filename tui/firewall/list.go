package firewall

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxNumber bounds rows, columns and repetitions: no terminal is larger.
const maxNumber = 9999

// drawable refuses what package text never lets out: C1 controls, which some
// terminals obey in UTF-8, what reorders or hides text, and bad bytes.
func drawable(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1,
		r < 0xa0,
		r == 0x2028, r == 0x2029, r == 0xfeff,
		r >= 0xe0000 && r <= 0xe0fff:
		return false
	}
	return !unicode.Is(unicode.Bidi_Control, r)
}

// allowedCSI judges a control sequence by its prefix, intermediate, final
// byte and numbers.
func allowedCSI(body []byte, final byte) bool {
	var prefix, intermediate byte
	if len(body) > 0 && body[0] >= '<' && body[0] <= '?' {
		prefix, body = body[0], body[1:]
	}
	if n := len(body); n > 0 && body[n-1] >= ' ' && body[n-1] < '0' {
		intermediate, body = body[n-1], body[:n-1]
	}
	switch {
	case intermediate == ' ':
		return prefix == 0 && final == 'q' && numbers(body, 1, 6) // cursor shape
	case intermediate == '$':
		return prefix == '?' && final == 'p' && everyMode(body) // is this mode set?
	case intermediate != 0:
		return false
	case prefix == 0:
		return allowedPlain(body, final)
	case prefix == '?':
		return allowedPrivate(body, final)
	default:
		return allowedKeyboard(prefix, body, final)
	}
}

func allowedPlain(body []byte, final byte) bool {
	switch final {
	case 'm':
		return allowedStyle(body)
	case 'A', 'B', 'C', 'D', 'G', 'd', '`', 'I', 'Z': // the cursor moves
		return numbers(body, 1, maxNumber)
	case 'H', 'r': // the cursor moves; the scrolling region
		return numbers(body, 2, maxNumber)
	case 'J', 'K': // erase, but never what has scrolled away
		return numbers(body, 1, 2)
	case 'L', 'M', 'P', 'S', 'T', 'X', '@', 'b': // lines and cells come, go, scroll, repeat
		return numbers(body, 1, maxNumber)
	case 'h', 'l': // insert or replace
		return string(body) == "4"
	case 'c': // what are you?
		return numbers(body, 1, 0)
	}
	return false
}

func allowedPrivate(body []byte, final byte) bool {
	switch final {
	case 'h', 'l':
		return everyMode(body)
	case 'u': // which keyboard protocol?
		return len(body) == 0
	case 'n': // light or dark?
		return string(body) == "996"
	case 'W': // tab stops every eight columns
		return string(body) == "5"
	}
	return false
}

// allowedKeyboard is the negotiation of what keys are reported, and the two
// questions that share its prefix.
func allowedKeyboard(prefix byte, body []byte, final byte) bool {
	switch {
	case final == 'u' && prefix == '=':
		return numbers(body, 2, 31)
	case final == 'u':
		return prefix != '?' && numbers(body, 1, 31)
	case prefix != '>':
		return false
	case final == 'm':
		return string(body) == "4" || bytes.HasPrefix(body, []byte("4;")) && numbers(body[2:], 1, 2)
	case final == 'c', final == 'q':
		return numbers(body, 1, 0)
	}
	return false
}

// everyMode reports whether body lists only modes we set.
func everyMode(body []byte) bool {
	for {
		field, rest, more := bytes.Cut(body, []byte{';'})
		switch string(field) {
		case "7", "25", "1000", "1002", "1003", "1004", "1006", "1049", "2004", "2026", "2027", "2031":
		default:
			return false
		}
		if !more {
			return true
		}
		body = rest
	}
}

// numbers reports whether body is at most count numbers, none above limit.
func numbers(body []byte, count, limit int) bool {
	for n, value := 1, 0; len(body) > 0; body = body[1:] {
		switch c := body[0]; {
		case c == ';':
			n, value = n+1, 0
		case c >= '0' && c <= '9':
			value = value*10 + int(c-'0')
		default:
			return false
		}
		if n > count || value > limit {
			return false
		}
	}
	return true
}

// allowedOSC judges a whole operating system command, terminator included.
func (w *Writer) allowedOSC(seq []byte) bool {
	body := bytes.TrimSuffix(bytes.TrimSuffix(seq[2:], []byte{bel}), []byte{esc, '\\'})
	number, payload, _ := bytes.Cut(body, []byte{';'})
	switch string(number) {
	case "0", "2":
		return len(payload) <= maxTitle && readable(payload)
	case "10", "11":
		return string(payload) == "?"
	case "12": // the text area of Bubbles colours its cursor
		return string(payload) == "?" || isColour(payload)
	case "110", "111", "112":
		return len(payload) == 0
	case "9", "52", "99", "777":
		return w.spend(seq)
	}
	return false
}

const maxTitle = 1 << 10

// readable reports whether payload holds only what may be drawn.
func readable(payload []byte) bool {
	for len(payload) > 0 {
		r, size := utf8.DecodeRune(payload)
		if r < ' ' || r >= del && !drawable(r, size) {
			return false
		}
		payload = payload[size:]
	}
	return true
}

func isColour(payload []byte) bool {
	if len(payload) != 7 || payload[0] != '#' {
		return false
	}
	for _, c := range payload[1:] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
