package finance

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Locale is how a country writes amounts. A locale it does not know reads and
// writes as En.
type Locale string

// The locales the desk speaks.
const (
	EsAR Locale = "es-AR"
	EsMX Locale = "es-MX"
	En   Locale = "en"
)

// decimals is the same for every currency the desk handles.
const decimals = 2

// nbsp keeps a symbol and its amount on one line.
const nbsp = "\u00a0"

// style is how a locale writes amounts, after CLDR 48. A currency with no
// symbol in a locale is written with its code and a space.
type style struct {
	group, point string
	symbols      map[Currency]string
}

var styles = map[Locale]style{
	EsAR: {".", ",", map[Currency]string{ARS: "$" + nbsp, USD: "US$" + nbsp}},
	EsMX: {",", ".", map[Currency]string{MXN: "$"}},
	En:   {",", ".", map[Currency]string{USD: "$", MXN: "MX$"}},
}

func (l Locale) style() style {
	if s, ok := styles[l]; ok {
		return s
	}
	return styles[En]
}

func (s style) symbol(c Currency) string {
	if sym, ok := s.symbols[c]; ok {
		return sym
	}
	return string(c) + nbsp
}

// Format writes m as people in l do: «-$ 1.234,50», with a space that does not
// break, or «-$1,234.50».
func (m Money) Format(l Locale) string {
	s := l.style()
	digits := strconv.FormatUint(magnitude(m.Minor), 10)
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals+1-len(digits)) + digits
	}
	var b strings.Builder
	if m.Minor < 0 {
		b.WriteByte('-')
	}
	b.WriteString(s.symbol(m.Currency))
	whole := digits[:len(digits)-decimals]
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(s.group)
		}
		b.WriteRune(digit)
	}
	b.WriteString(s.point)
	b.WriteString(digits[len(digits)-decimals:])
	return b.String()
}

// magnitude is |n|, also for the one number whose negative does not fit.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

var errAmount = errors.New("not an amount")

// ParseMoney reads an amount of currency c as people in l write it, with or
// without its symbol, code, thousands or cents. It guesses nothing: another
// currency's symbol, a thousands mark out of place or a third decimal is an
// error, because «1.234» read the wrong way is a thousand times wrong.
func ParseMoney(s string, c Currency, l Locale) (Money, error) {
	st := l.style()
	rest, negative := strings.CutPrefix(trim(s), "-")
	rest = cutCurrency(rest, c, st)
	whole, cents, found := strings.Cut(rest, st.point)
	if found && (len(cents) == 0 || len(cents) > decimals) {
		return Money{}, fmt.Errorf("reading an amount of %s: %w", c, errAmount)
	}
	whole, ok := ungroup(whole, st.group)
	digits := whole + (cents + "00")[:decimals]
	if !ok || !onlyDigits(digits) {
		return Money{}, fmt.Errorf("reading an amount of %s: %w", c, errAmount)
	}
	minor, err := signed(digits, negative)
	if err != nil {
		return Money{}, fmt.Errorf("reading an amount of %s: %w", c, err)
	}
	return Money{minor, c}, nil
}

// cutCurrency drops the symbol or code of c and the space after it.
func cutCurrency(s string, c Currency, st style) string {
	for _, mark := range []string{string(c), trim(st.symbol(c))} {
		if mark == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return trim(rest)
		}
	}
	return s
}

// trim drops the spaces people and formatters put around amounts.
func trim(s string) string { return strings.Trim(s, " \t\u00a0\u202f") }

// ungroup drops thousands marks, and refuses any that stand in the wrong place.
func ungroup(s, mark string) (string, bool) {
	groups := strings.Split(s, mark)
	for i, g := range groups {
		first, lone := i == 0, len(groups) == 1
		if (first && g == "") || (first && !lone && len(g) > 3) || (!first && len(g) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func signed(digits string, negative bool) (int64, error) {
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil:
		return 0, ErrOverflow
	case negative && n <= -math.MinInt64:
		return -int64(n), nil // wraps to itself for the lowest amount
	case !negative && n <= math.MaxInt64:
		return int64(n), nil
	}
	return 0, ErrOverflow
}
