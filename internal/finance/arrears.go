package finance

import (
	"fmt"
	"math/big"
)

// Component is one part of what an instalment owes. Their order is the order in
// which a payment covers them: what lateness added first, capital last.
type Component int

// The components. Interest on overdue capital comes twice: punitive for being
// late and compensatory for the time.
const (
	Punitive Component = iota
	PunitiveIVA
	Compensatory
	CompensatoryIVA
	Interest
	InterestIVA
	Capital
	components
)

// Parts is an amount for each component, in minor units of the loan's currency.
type Parts [components]int64

// Total is the sum of all parts.
func (p Parts) Total() int64 { return p.Late() + p.Scheduled() }

// Late is what lateness added.
func (p Parts) Late() int64 {
	return p[Punitive] + p[PunitiveIVA] + p[Compensatory] + p[CompensatoryIVA]
}

// Scheduled is what the schedule itself asked for.
func (p Parts) Scheduled() int64 { return p[Interest] + p[InterestIVA] + p[Capital] }

// Plus adds part by part.
func (p Parts) Plus(o Parts) Parts {
	for c := range p {
		p[c] += o[c]
	}
	return p
}

// Minus subtracts part by part.
func (p Parts) Minus(o Parts) Parts {
	for c := range p {
		p[c] -= o[c]
	}
	return p
}

// Debt is where one instalment stands: what it was ever charged, and what was
// paid of that.
type Debt struct {
	Number  int
	Due     Date
	Charged Parts
	Paid    Parts
	// LateUntil is the day up to which late interest is already in Charged;
	// the zero Date means none was posted.
	LateUntil Date
}

// Owes is what is left to pay of what was charged so far.
func (d Debt) Owes() Parts { return d.Charged.Minus(d.Paid) }

// Debts are the instalments of a schedule before anything is paid.
func Debts(rows []Row) []Debt {
	debts := make([]Debt, len(rows))
	for i, r := range rows {
		debts[i] = Debt{Number: r.Number, Due: r.Due, Charged: Parts{
			Interest: r.Interest.Minor, InterestIVA: r.IVA.Minor, Capital: r.Capital.Minor,
		}}
	}
	return debts
}

// LateInterest is what lateness adds to d from the last posting to the day on:
// simple, on unpaid capital only, each part rounded once. Before and on the due
// date it is nothing.
func (t Terms) LateInterest(d Debt, on Date) (Parts, error) {
	from := d.Due
	if from.Before(d.LateUntil) {
		from = d.LateUntil
	}
	days := on.DaysSince(from)
	capital := Money{d.Owes()[Capital], t.Principal.Currency}
	if days <= 0 || capital.Minor <= 0 {
		return Parts{}, nil
	}
	if days > maxLateDays {
		return Parts{}, fmt.Errorf("computing late interest: over a century late: %w", ErrTerms)
	}
	rate := t.dailyRate(days)
	var p Parts
	var err error
	punitive := new(big.Rat).Mul(rate, t.PunitiveRatio.Fraction())
	if p[Punitive], p[PunitiveIVA], err = t.interest(capital, punitive); err != nil {
		return Parts{}, fmt.Errorf("computing punitive interest: %w", err)
	}
	if !t.AccrueInArrears {
		return p, nil
	}
	if p[Compensatory], p[CompensatoryIVA], err = t.interest(capital, rate); err != nil {
		return Parts{}, fmt.Errorf("computing compensatory interest: %w", err)
	}
	return p, nil
}

// MoveCost is what moving an instalment so many days later adds to it: the
// interest of those days on its unpaid capital, and the tax.
func (t Terms) MoveCost(d Debt, days int) (Parts, error) {
	if days <= 0 || days > maxLateDays {
		return Parts{}, fmt.Errorf("moving an instalment %d days: %w", days, ErrTerms)
	}
	var p Parts
	var err error
	capital := Money{d.Owes()[Capital], t.Principal.Currency}
	if p[Interest], p[InterestIVA], err = t.interest(capital, t.dailyRate(days)); err != nil {
		return Parts{}, fmt.Errorf("moving an instalment: %w", err)
	}
	return p, nil
}

// DaysPastDue counts from the due date of the oldest instalment that still owes
// more than tolerance; the due day itself is 0.
func DaysPastDue(debts []Debt, on Date, tolerance int64) int {
	worst := 0
	for _, d := range debts {
		if d.Owes().Total() > tolerance {
			worst = max(worst, on.DaysSince(d.Due))
		}
	}
	return worst
}

// Allocate spreads a payment over debts, oldest instalment first and inside
// each in the order of the components. It answers what goes to each instalment,
// in the order of debts, and what is left when all is paid. Late interest must
// already be charged up to the day of the payment.
func Allocate(amount int64, debts []Debt) (portions []Parts, left int64) {
	portions = make([]Parts, len(debts))
	for i, d := range debts {
		for c, owed := range d.Owes() {
			pays := min(owed, amount)
			portions[i][c] = pays
			amount -= pays
		}
	}
	return portions, amount
}
