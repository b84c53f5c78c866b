package finance

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
)

// Currency is an ISO 4217 code.
type Currency string

// The currencies loans are granted or quoted in. All have two decimals.
const (
	ARS Currency = "ARS"
	MXN Currency = "MXN"
	USD Currency = "USD"
)

// Money is an exact amount: minor units (cents) of a currency. The zero Money
// has no currency and is no amount at all.
type Money struct {
	Minor    int64
	Currency Currency
}

// The two ways in which arithmetic on money can be wrong.
var (
	ErrOverflow = errors.New("the amount does not fit")
	ErrCurrency = errors.New("the amounts are in different currencies")
)

// Add is m + o.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, fmt.Errorf("adding %s and %s: %w", m.Currency, o.Currency, ErrCurrency)
	}
	sum := m.Minor + o.Minor
	if (sum > m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		return Money{}, fmt.Errorf("adding: %w", ErrOverflow)
	}
	return Money{sum, m.Currency}, nil
}

// Sub is m - o.
func (m Money) Sub(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, fmt.Errorf("subtracting %s from %s: %w", o.Currency, m.Currency, ErrCurrency)
	}
	diff := m.Minor - o.Minor
	if (diff < m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		return Money{}, fmt.Errorf("subtracting: %w", ErrOverflow)
	}
	return Money{diff, m.Currency}, nil
}

// Neg is -m.
func (m Money) Neg() (Money, error) {
	if m.Minor == math.MinInt64 {
		return Money{}, fmt.Errorf("negating: %w", ErrOverflow)
	}
	return Money{-m.Minor, m.Currency}, nil
}

// Cmp is -1, 0 or 1 as m is less than, equal to or more than o.
func (m Money) Cmp(o Money) (int, error) {
	if m.Currency != o.Currency {
		return 0, fmt.Errorf("comparing %s with %s: %w", m.Currency, o.Currency, ErrCurrency)
	}
	return cmp.Compare(m.Minor, o.Minor), nil
}

// Mul is m × factor, computed exactly and rounded once, half away from zero.
func (m Money) Mul(factor *big.Rat) (Money, error) {
	exact := new(big.Rat).SetInt64(m.Minor)
	minor, err := round(exact.Mul(exact, factor))
	if err != nil {
		return Money{}, fmt.Errorf("multiplying: %w", err)
	}
	return Money{minor, m.Currency}, nil
}

// round is the nearest whole number, halves away from zero.
func round(x *big.Rat) (int64, error) {
	// floor((2|n| + d) / 2d) rounds |n|/d with halves up; the sign goes back after.
	num := new(big.Int).Abs(x.Num())
	num.Lsh(num, 1).Add(num, x.Denom())
	num.Quo(num, new(big.Int).Lsh(x.Denom(), 1))
	if x.Sign() < 0 {
		num.Neg(num)
	}
	if !num.IsInt64() {
		return 0, ErrOverflow
	}
	return num.Int64(), nil
}
