package finance

import "fmt"

// Payoff is what cancels a whole loan on a day, by what it is made of.
type Payoff struct {
	Due      Money // unpaid instalments whose date has come
	Late     Money // what lateness added to them
	Capital  Money // not yet due
	Interest Money // run since the last due date, less what was paid ahead; may be negative
	IVA      Money // on that interest
	Total    Money
}

// Payoff computes what cancels the loan on a day. Interest not yet run is not
// charged. The fee is nil: no product of the embedded book charges one.
func (t Terms) Payoff(debts []Debt, on Date) (Payoff, error) {
	if on.Before(t.Disbursed) {
		return Payoff{}, fmt.Errorf("computing a payoff: before the disbursement: %w", ErrTerms)
	}
	in := func(minor int64) Money { return Money{minor, t.Principal.Currency} }
	p := Payoff{Due: in(0), Late: in(0), Capital: in(0), Interest: in(0), IVA: in(0), Total: in(0)}
	lastDue, next := t.Disbursed, Debt{}
	for _, d := range debts {
		if on.Before(d.Due) {
			if next.Number == 0 {
				next = d
			}
			p.Capital.Minor += d.Owes()[Capital]
			p.Interest.Minor -= d.Paid[Interest]
			p.IVA.Minor -= d.Paid[InterestIVA]
			continue
		}
		lastDue = t.ScheduledDue(d.Number) // a moved instalment does not move the next one's interest
		late, err := t.LateInterest(d, on)
		if err != nil {
			return Payoff{}, fmt.Errorf("computing a payoff: %w", err)
		}
		p.Due.Minor += d.Owes().Scheduled()
		p.Late.Minor += d.Owes().Late() + late.Total()
	}
	run, tax, err := t.run(p.Capital, next, on.DaysSince(lastDue))
	if err != nil {
		return Payoff{}, fmt.Errorf("computing a payoff: %w", err)
	}
	p.Interest.Minor += run
	p.IVA.Minor += tax
	p.Total.Minor = p.Due.Minor + p.Late.Minor + p.Capital.Minor + p.Interest.Minor + p.IVA.Minor
	return p, nil
}

// run is the interest and tax of so many days on capital not yet due, never
// more than the coming instalment itself would charge.
func (t Terms) run(capital Money, next Debt, days int) (interest, tax int64, err error) {
	interest, tax, err = t.interest(capital, t.dailyRate(days))
	if err != nil || interest <= next.Charged[Interest] {
		return interest, tax, err
	}
	return next.Charged[Interest], next.Charged[InterestIVA], nil
}
