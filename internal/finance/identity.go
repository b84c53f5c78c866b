package finance

import (
	"errors"
	"strings"
)

// DocumentKind names an identity number of a person.
type DocumentKind string

// The identity numbers a book may hold.
const (
	DNI  DocumentKind = "DNI"
	CUIL DocumentKind = "CUIL"
	CUIT DocumentKind = "CUIT"
	CURP DocumentKind = "CURP"
	RFC  DocumentKind = "RFC"
)

// AccountKind names a bank account number.
type AccountKind string

// The account numbers a book may hold.
const (
	CBU   AccountKind = "CBU"
	CVU   AccountKind = "CVU"
	CLABE AccountKind = "CLABE"
)

const dot = "·"

// Masked is the form of number that may be shown: enough to recognise one's own,
// not enough to use it. A number too short for its kind is masked whole.
func (k DocumentKind) Masked(number string) string {
	r := alphanumeric(number)
	switch {
	case k == DNI && len(r) >= 7:
		return "··.···." + string(r[len(r)-3:])
	case (k == CUIL || k == CUIT) && len(r) == 11:
		return string(r[:2]) + "-··-" + string(r[10:])
	case k == CURP && len(r) == 18, k == RFC && (len(r) == 12 || len(r) == 13):
		return string(r[:4]) + strings.Repeat(dot, len(r)-6) + string(r[len(r)-2:])
	}
	return "···"
}

// Masked is the form of number that may be shown: the bank and the last four.
func (k AccountKind) Masked(number string) string {
	r := alphanumeric(number)
	want := 22
	if k == CLABE {
		want = 18
	}
	if len(r) != want {
		return "···"
	}
	return string(r[:3]) + "···" + string(r[want-4:])
}

// alphanumeric drops the dots, dashes and spaces numbers are written with.
func alphanumeric(s string) []rune {
	return []rune(strings.ToUpper(strings.NewReplacer(".", "", "-", "", " ", "").Replace(s)))
}

// What is wrong with a number. None of these repeats the number itself.
var (
	ErrShape      = errors.New("it does not have the shape of its kind")
	ErrCheckDigit = errors.New("its check digit is wrong")
	ErrNoDigit    = errors.New("its prefix has no check digit for this number")
)

// CheckCUIT checks a CUIT or CUIL of eleven digits. Where the sum gives 10 there
// is no valid digit and the tax agency issues prefix 23 (people) or 33
// (entities) instead; accepting a 9 there, as many programs do, takes a number
// that nobody has. The reassigned number can be asked of ReassignedCUIT.
func CheckCUIT(s string) error {
	d, ok := digitsOf(s, 11)
	if !ok || !strings.Contains(" 20 23 24 25 26 27 30 33 34 ", " "+s[:2]+" ") {
		return ErrShape
	}
	want := cuitDigit(d)
	switch {
	case want == 10:
		return ErrNoDigit
	case d[10] != want:
		return ErrCheckDigit
	}
	return nil
}

// ReassignedCUIT is the number issued in place of one that CheckCUIT refuses
// with ErrNoDigit; empty for any other.
func ReassignedCUIT(s string) string {
	if !errors.Is(CheckCUIT(s), ErrNoDigit) {
		return ""
	}
	prefix := "23"
	if s[0] == '3' {
		prefix = "33"
	}
	d, _ := digitsOf(prefix+s[2:], 11)
	return prefix + s[2:10] + string(rune('0'+cuitDigit(d)))
}

func cuitDigit(d []int) int {
	sum := weigh(d[:10], 5, 4, 3, 2, 7, 6)
	return (11 - sum%11) % 11
}

// CheckCBU checks a CBU or CVU of twenty-two digits, whose two blocks carry a
// digit each. It proves careful typing, not who owns the account.
func CheckCBU(s string) error {
	d, ok := digitsOf(s, 22)
	if !ok {
		return ErrShape
	}
	bank, account := weigh(d[:7], 7, 1, 3, 9), weigh(d[8:21], 3, 9, 7, 1)
	if d[7] != (10-bank%10)%10 || d[21] != (10-account%10)%10 {
		return ErrCheckDigit
	}
	return nil
}

// CheckCLABE checks a CLABE of eighteen digits.
func CheckCLABE(s string) error {
	d, ok := digitsOf(s, 18)
	if !ok {
		return ErrShape
	}
	if d[17] != (10-weigh(d[:17], 3, 7, 1)%10)%10 {
		return ErrCheckDigit
	}
	return nil
}

// curpAlphabet gives each character its value; Ñ stands after N.
const curpAlphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"

// CheckCURP checks a CURP of eighteen characters.
func CheckCURP(s string) error {
	r := []rune(s)
	if len(r) != 18 || r[17] < '0' || r[17] > '9' {
		return ErrShape
	}
	sum := 0
	for i, c := range r[:17] {
		v := strings.Index(curpAlphabet, string(c))
		if v < 0 {
			return ErrShape
		}
		sum += len([]rune(curpAlphabet[:v])) * (len(r) - i)
	}
	if int(r[17]-'0') != (10-sum%10)%10 {
		return ErrCheckDigit
	}
	return nil
}

// digitsOf are the n digits of s, and whether it is just that.
func digitsOf(s string, n int) ([]int, bool) {
	if len(s) != n || !onlyDigits(s) {
		return nil, false
	}
	d := make([]int, n)
	for i := range s {
		d[i] = int(s[i] - '0')
	}
	return d, true
}

// weigh sums the digits times the weights, which repeat.
func weigh(digits []int, weights ...int) int {
	sum := 0
	for i, d := range digits {
		sum += d * weights[i%len(weights)]
	}
	return sum
}
