package finance

import (
	"fmt"
	"math/big"
	"regexp"
)

// Rate is a percentage exactly as a contract writes it: "145" is 145 %. It is
// kept as decimal text, so nothing is lost between a contract and a sum. The
// zero Rate is 0 %. Rates compare with == when written alike.
type Rate struct{ text string }

var decimal = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,12})?$`)

// ParseRate reads a percentage such as "145" or "3.75".
func ParseRate(s string) (Rate, error) {
	if !decimal.MatchString(s) {
		return Rate{}, fmt.Errorf("reading a rate: %q is not a plain decimal percentage", s)
	}
	return Rate{s}, nil
}

// Fraction is the rate as an exact number: 145 % is 29/20.
func (r Rate) Fraction() *big.Rat {
	v, ok := new(big.Rat).SetString(r.String())
	if !ok {
		return new(big.Rat) // cannot be: ParseRate is the only way to make one
	}
	return v.Quo(v, big.NewRat(100, 1))
}

// String is the percentage in decimal text, without a sign.
func (r Rate) String() string {
	if r.text == "" {
		return "0"
	}
	return r.text
}

// MarshalText writes what String says.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate accepts.
func (r *Rate) UnmarshalText(b []byte) error {
	read, err := ParseRate(string(b))
	if err != nil {
		return err
	}
	*r = read
	return nil
}
