// Package locale writes dates, spans of time, numbers and money the way people
// in Argentina, Mexico and the English-speaking world read them. Money follows
// CLDR. It holds no sentences (those are in words), parses nothing a person
// typed, and does no arithmetic with money: an amount comes in exact and goes
// out as text.
package locale

import "strings"

// nbsp keeps a currency sign and its amount on one row.
const nbsp = "\u00a0"

// Locale is one way of writing. It is a value; the zero value writes es-AR.
type Locale struct{ tag tag }

type tag int

const (
	esAR tag = iota
	esMX
	english
)

// The locales there are. They are values, never changed.
var (
	esArgentina = Locale{esAR}
	esMexico    = Locale{esMX}
	englishAny  = Locale{english}
)

// All lists every locale, for tests and for completion.
func All() []Locale { return []Locale{esArgentina, esMexico, englishAny} }

// Parse reads a tag as users and environments write it: es-AR, es_MX.UTF-8, en.
// Any Spanish that is not Mexico's is written as in Argentina. What is neither
// Spanish nor English, and the C locale, is not ok; the result is es-AR then.
func Parse(s string) (l Locale, ok bool) {
	s, _, _ = strings.Cut(s, ".")
	s, _, _ = strings.Cut(s, "@")
	language, region, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	switch {
	case strings.EqualFold(language, "en"):
		return englishAny, true
	case !strings.EqualFold(language, "es"):
		return esArgentina, false
	case strings.EqualFold(region, "MX"):
		return esMexico, true
	}
	return esArgentina, true
}

// String returns the tag, such as es-AR.
func (l Locale) String() string { return [...]string{"es-AR", "es-MX", "en"}[l.tag] }

// Language returns the two letters that choose the catalogue: es or en.
func (l Locale) Language() string { return l.String()[:2] }

// Number writes a whole number with its thousands apart.
func (l Locale) Number(n int) string {
	if n < 0 {
		return "-" + l.group(utoa(uint64(-n)))
	}
	return l.group(utoa(uint64(n)))
}

// Percent writes a rate that comes as a decimal in text, such as "145" or
// "293.50". What is not a plain decimal is given back as it came.
func (l Locale) Percent(decimal string) string {
	whole, fraction, dotted := strings.Cut(decimal, ".")
	sign := ""
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		sign, whole = "-", rest
	}
	if !digits(whole) || dotted && !digits(fraction) {
		return decimal
	}
	out := sign + l.group(whole)
	if dotted {
		out += l.point() + fraction
	}
	if l.tag == esAR {
		return out + nbsp + "%"
	}
	return out + "%"
}

func (l Locale) point() string {
	if l.tag == esAR {
		return ","
	}
	return "."
}

// group puts the thousands apart in a string of digits.
func (l Locale) group(s string) string {
	if len(s) <= 3 {
		return s
	}
	mark := byte(',')
	if l.tag == esAR {
		mark = '.'
	}
	out := make([]byte, 0, len(s)+len(s)/3)
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			out = append(out, mark)
		}
		out = append(out, s[i])
	}
	return string(out)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
