package finance

import (
	"fmt"
	"math/big"
)

// Row is one instalment of a schedule. Balance is the capital owed after it.
type Row struct {
	Number   int
	Due      Date
	Capital  Money
	Interest Money
	IVA      Money
	Total    Money
	Balance  Money
}

// French is the schedule of constant instalments. Every component is rounded
// once, half away from zero, and the last instalment takes what rounding left,
// so the balance ends at exactly zero.
func (t Terms) French() ([]Row, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	instalment, err := t.annuity()
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, t.Count)
	for balance, k := t.Principal, 1; k <= t.Count; k++ {
		row, err := t.row(k, balance, instalment)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		balance = row.Balance
	}
	return rows, nil
}

// annuity is what stays constant: capital and interest, and with IVAIncluded
// the tax too. It is principal / Σ of the discount factors.
func (t Terms) annuity() (Money, error) {
	one := big.NewRat(1, 1)
	load := one
	if t.IVAMode == IVAIncluded {
		load = new(big.Rat).Add(one, t.IVA.Fraction())
	}
	factor, sum := big.NewRat(1, 1), new(big.Rat)
	for k := 1; k <= t.Count; k++ {
		growth := t.periodRate(k)
		growth.Mul(growth, load).Add(growth, one)
		factor.Quo(factor, growth)
		sum.Add(sum, factor)
	}
	m, err := t.Principal.Mul(sum.Inv(sum))
	if err != nil {
		return Money{}, fmt.Errorf("computing the instalment: %w", err)
	}
	return m, nil
}

func (t Terms) row(k int, balance, instalment Money) (Row, error) {
	interest, tax, err := t.interest(balance, t.periodRate(k))
	if err != nil {
		return Row{}, fmt.Errorf("computing instalment %d: %w", k, err)
	}
	capital := instalment.Minor - interest
	if t.IVAMode == IVAIncluded {
		capital -= tax
	}
	if capital < 0 {
		return Row{}, fmt.Errorf("computing instalment %d: it does not cover its interest: %w", k, ErrTerms)
	}
	if k == t.Count || capital > balance.Minor {
		capital = balance.Minor
	}
	in := func(minor int64) Money { return Money{minor, balance.Currency} }
	return Row{
		Number: k, Due: t.ScheduledDue(k),
		Capital: in(capital), Interest: in(interest), IVA: in(tax),
		Total:   in(capital + interest + tax),
		Balance: in(balance.Minor - capital),
	}, nil
}

// interest is base·rate and the tax on it, each rounded where it is posted.
func (t Terms) interest(base Money, rate *big.Rat) (interest, tax int64, err error) {
	i, err := base.Mul(rate)
	if err != nil {
		return 0, 0, err
	}
	v, err := i.Mul(t.IVA.Fraction())
	if err != nil {
		return 0, 0, err
	}
	return i.Minor, v.Minor, nil
}
