package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxMarks = 4  // combining marks on one base
	maxJoins = 6  // joiners in one emoji
	maxRunes = 32 // code points in one cluster
	maxSame  = 8  // equal controls in a row before they are counted instead
	tab      = "    "
)

// scrub replaces what must not reach a terminal. Its result is its own fixed
// point. Newlines survive when rows is set and become spaces otherwise.
func scrub(raw string, rows bool) (clean string, altered bool) {
	if plain(raw) {
		return raw, false
	}
	sc := scrubber{rows: rows}
	sc.out.Grow(len(raw) + len(raw)/8)
	for sc.rest = raw; sc.rest != ""; {
		sc.step()
	}
	s, split := splitHuge(sc.out.String())
	return s, sc.altered || split
}

// plain reports whether s is printable ASCII throughout, as most of it is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// scrubber walks the text once. It remembers the cluster being built, because
// what may follow depends on it.
type scrubber struct {
	out     strings.Builder
	rest    string
	rows    bool
	altered bool

	base  rune // what marks would attach to; 0 when there is nothing
	last  rune // the last code point written
	marks int
	joins int
}

func (sc *scrubber) step() {
	r, size := utf8.DecodeRuneInString(sc.rest)
	sc.rest = sc.rest[size:]
	switch {
	case r > ' ' && r < 0x7f:
		sc.start(r)
	case r == utf8.RuneError && size == 1:
		sc.altered = true
		sc.start(utf8.RuneError)
	case r == '\n', r == '\r' && strings.HasPrefix(sc.rest, "\n"):
		sc.newline(r)
	case r == '\t':
		sc.out.WriteString(tab)
		sc.gap()
	case r < ' ', r >= 0x7f && r < 0xa0:
		sc.control(r, sc.rest)
	case unicode.Is(unicode.Zs, r):
		sc.out.WriteByte(' ')
		sc.gap()
	case indicator(r):
		sc.flag(r)
	case combining(r) && visible(r):
		sc.combine(r)
	case skinTone(r):
		sc.attachOr(r, sc.toneFits())
	case r == zwj || r == zwnj || r == vs15 || r == vs16:
		sc.attachOr(r, sc.followerFits(r))
	case visible(r):
		sc.start(r)
	default:
		sc.replace()
	}
}

// gap is called after a space or newline, which carries no marks.
func (sc *scrubber) gap() { sc.base, sc.last, sc.marks, sc.joins = 0, ' ', 0, 0 }

// start writes r as the base of a cluster, or as the next emoji of a chain.
func (sc *scrubber) start(r rune) {
	sc.out.WriteRune(r)
	if sc.last != zwj {
		sc.joins = 0
	}
	sc.base, sc.last, sc.marks = r, r, 0
}

func (sc *scrubber) newline(r rune) {
	if r == '\r' {
		sc.rest = sc.rest[1:]
	}
	if sc.rows {
		sc.out.WriteByte('\n')
	} else {
		sc.out.WriteByte(' ')
	}
	sc.gap()
}

// replace stands one mark for a whole run: later marks find the base full.
func (sc *scrubber) replace() {
	sc.altered = true
	if sc.last == 0xffff {
		return
	}
	sc.start(mark)
	sc.last, sc.marks = 0xffff, maxMarks // 0xffff is never written, so it can say "inside a run"
}

// control shows a control character as its picture or its number. A flood of
// the same one is shown once with its count.
func (sc *scrubber) control(r rune, rest string) {
	sc.altered = true
	picture := "␡"
	switch {
	case r < ' ':
		picture = string('\u2400' + r)
	case r != 0x7f:
		picture = fmt.Sprintf("⟨%02X⟩", r)
	}
	raw, n := string(r), 1
	for strings.HasPrefix(rest, raw) {
		rest = rest[len(raw):]
		n++
	}
	if n <= maxSame {
		sc.out.WriteString(picture)
	} else {
		sc.out.WriteString(picture + "×" + strconv.Itoa(n))
		sc.rest = rest
	}
	sc.gap()
	sc.base = mark
}

// flag keeps regional indicators in pairs. A lone one is drawn as its letter:
// terminals disagree on its width and it would pair with whatever came next.
func (sc *scrubber) flag(r rune) {
	second, size := utf8.DecodeRuneInString(sc.rest)
	if !indicator(second) {
		sc.altered = true
		sc.start('A' + r - 0x1f1e6)
		return
	}
	sc.start(r)
	sc.start(second)
	sc.rest = sc.rest[size:]
}

func (sc *scrubber) combine(r rune) {
	if sc.marks >= maxMarks {
		sc.replace()
		return
	}
	if sc.base == 0 {
		sc.altered = true
		sc.start(circle)
	}
	sc.attach(r)
	sc.marks++
}

func (sc *scrubber) attach(r rune) {
	sc.out.WriteRune(r)
	sc.last = r
}

func (sc *scrubber) attachOr(r rune, fits bool) {
	if !fits {
		sc.replace()
		return
	}
	if r == zwj && pictograph(sc.base) {
		sc.joins++
	}
	sc.attach(r)
}

// bare reports whether nothing but a variation selector was put on the base.
func (sc *scrubber) bare() bool { return sc.last == sc.base || sc.last == vs16 && sc.marks == 0 }

func (sc *scrubber) toneFits() bool { return pictograph(sc.base) && sc.bare() }

// followerFits says where an invisible code point is part of honest writing.
func (sc *scrubber) followerFits(r rune) bool {
	following, _ := utf8.DecodeRuneInString(sc.rest)
	switch {
	case r == vs15:
		return pictograph(sc.base) && sc.last == sc.base
	case r == vs16:
		return sc.last == sc.base && (pictograph(sc.base) || keycapBase(sc.base) && following == keycap)
	case virama(sc.last):
		return true
	case r == zwnj:
		return arabicLetter(sc.base) && sc.last != zwnj && arabicLetter(following)
	default: // zwj
		return pictograph(sc.base) && (sc.bare() || skinTone(sc.last)) &&
			sc.joins < maxJoins && pictograph(following)
	}
}

// splitHuge breaks clusters of more than maxRunes with a visible mark. Only
// scripts that join letters without end can make one.
func splitHuge(s string) (clean string, split bool) {
	var sb strings.Builder
	done := 0
	for i := 0; i < len(s); {
		c := next(window(s[i:])).s
		if at := splitAt(c); at > 0 {
			sb.WriteString(s[done : i+at])
			sb.WriteRune(mark)
			i += at
			done, split = i, true
			continue
		}
		i += len(c)
	}
	if !split {
		return s, false
	}
	sb.WriteString(s[done:])
	return sb.String(), true
}

// window is as much of s as tells whether its first cluster is too long.
// Looking further would make endless clusters cost the square of their length.
func window(s string) string {
	end := (maxRunes + 1) * utf8.UTFMax
	if len(s) <= end {
		return s
	}
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end++
	}
	return s[:end]
}

// splitAt finds the last letter of c that begins within its first maxRunes
// code points, or 0 when c is not too long.
func splitAt(c string) int {
	if len(c) <= maxRunes {
		return 0
	}
	n, at, prev := 0, 0, rune(0)
	for i, r := range c {
		if n > maxRunes {
			return at
		}
		if n++; i > 0 && prev != zwj && prev != zwnj && visible(r) && !combining(r) && !skinTone(r) {
			at = i
		}
		prev = r
	}
	if n > maxRunes {
		return at
	}
	return 0
}
