package firewall

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

const (
	esc = 0x1b
	bel = 0x07
	del = 0x7f

	maxCSI    = 128       // longer than any style we write
	maxString = 256 << 10 // a large copy, in base64
)

// verdict is what becomes of the next few bytes.
type verdict uint8

const (
	pass verdict = iota
	refuse
	unfinished // cannot be judged before more is written
)

func allowed(ok bool) verdict {
	if ok {
		return pass
	}
	return refuse
}

// judge reads one sequence or character from b, which is not empty. The
// answer depends only on the stream, never on how it was cut into writes.
func (w *Writer) judge(b []byte) (n int, v verdict) {
	switch c := b[0]; {
	case c == esc:
		return w.judgeEscape(b)
	case c == bel:
		return 1, allowed(w.spend(b[:1]))
	case c == '\r', c == '\n', c == '\b', c == '\t', c >= ' ' && c < del:
		return 1, pass
	case c < utf8.RuneSelf:
		return 1, refuse
	case !utf8.FullRune(b):
		return 0, unfinished
	}
	r, size := utf8.DecodeRune(b)
	return size, allowed(drawable(r, size))
}

func (w *Writer) judgeEscape(b []byte) (n int, v verdict) {
	if len(b) == 1 {
		return 0, unfinished
	}
	switch c := b[1]; {
	case c == '[':
		return judgeCSI(b)
	case c == ']':
		n, v = stringEnd(b, true)
		if v == pass {
			v = allowed(w.allowedOSC(b[:n]))
		}
		return n, v
	case c == 'P', c == 'X', c == '^', c == '_', c == 'k':
		n, v = stringEnd(b, false)
		if v == pass {
			v = refuse
		}
		return n, v
	case c == 'M': // reverse index
		return 2, pass
	case c >= ' ' && c < '0': // a character set and the like: one byte more
		return judgeIntermediate(b)
	case c > ' ' && c < del:
		return 2, refuse
	}
	return 1, refuse
}

func judgeIntermediate(b []byte) (n int, v verdict) {
	if len(b) < 3 {
		return 0, unfinished
	}
	if b[2] >= ' ' && b[2] < del {
		return 3, refuse
	}
	return 2, refuse
}

// judgeCSI reads a control sequence. One that is broken off by a control or
// never ends is refused as far as it goes; what follows is read afresh.
func judgeCSI(b []byte) (n int, v verdict) {
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '@' && c < del:
			return i + 1, allowed(allowedCSI(b[2:i], c))
		case c < ' ', c >= del, i >= maxCSI:
			return i, refuse
		}
	}
	return 0, unfinished
}

// stringEnd finds where a sequence with a payload ends: at its terminator,
// or before the control that broke it off. Looking for more than a terminal
// would swallow is how text gets hidden, so it is never looked for.
func stringEnd(b []byte, bellEnds bool) (n int, v verdict) {
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c == bel && bellEnds:
			return i + 1, pass
		case c == esc && i+1 == len(b):
			return 0, unfinished
		case c == esc && b[i+1] == '\\':
			return i + 2, pass
		case c < ' ', c == del, i >= maxString:
			return i, refuse
		}
	}
	return 0, unfinished
}

// kind names a refused sequence without its content.
func kind(b []byte) string {
	if b[0] != esc || len(b) < 2 {
		r, _ := utf8.DecodeRune(b)
		return "character " + strconv.QuoteRuneToASCII(r)
	}
	switch b[1] {
	case '[':
		return "CSI " + strconv.QuoteRuneToASCII(rune(b[len(b)-1]))
	case ']':
		number, _, _ := bytes.Cut(b[2:], []byte{';'})
		if len(number) > 4 {
			number = nil
		}
		return "OSC " + strconv.QuoteToASCII(string(number))
	}
	return "ESC " + strconv.QuoteRuneToASCII(rune(b[1]))
}
