package libro

import (
	"context"
	"database/sql"
	"fmt"

	"ventanilla/internal/finance"
)

// periodDays is the length of the current period: an instalment due within it
// is the one to speak of; with none the customer is simply up to date.
const periodDays = 31

// line is where the customer stands, told by the most urgent loan: the one
// longest past due, else the one due first.
func (r *reading) line(context.Context) (finance.Now, error) {
	if r.loansErr != nil {
		return finance.Now{}, r.loansErr
	}
	var urgent *loan
	var oldest finance.Debt
	for _, l := range r.loans {
		d, owes := l.next()
		if owes && (urgent == nil || d.Due.Before(oldest.Due)) {
			urgent, oldest = l, d
		}
	}
	switch {
	case len(r.loans) == 0:
		return finance.Now{State: finance.NoLoan}, nil
	case urgent == nil:
		return finance.Now{State: finance.PaidOff}, nil
	}
	return r.lineOf(urgent, oldest)
}

func (r *reading) lineOf(l *loan, d finance.Debt) (finance.Now, error) {
	days := d.Due.DaysSince(r.today)
	now := finance.Now{
		State: finance.DueIn, Days: max(days, -days),
		Loan: l.id, Number: d.Number, Of: l.terms.Count,
		Amount: derived(r, r.money(l, d.Owes().Scheduled())), Due: core(r, d.Due),
	}
	switch {
	case days < 0:
		now.State = finance.Late
	case days == 0:
		now.State = finance.DueToday
	case days > periodDays:
		now.State = finance.UpToDate
	}
	today, err := l.terms.Payoff(l.debts, r.today)
	if err != nil {
		return finance.Now{}, fmt.Errorf("computing the payoff of %s: %w", l.id, err)
	}
	tomorrow, err := l.terms.Payoff(l.debts, r.today.AddDays(1))
	if err != nil {
		return finance.Now{}, fmt.Errorf("computing the payoff of %s: %w", l.id, err)
	}
	now.Payoff = derived(r, today.Total)
	now.PayoffPerDay = derived(r, r.money(l, tomorrow.Total.Minor-today.Total.Minor))
	if now.State == finance.Late {
		now.LateInterest = derived(r, today.Late)
		now.CatchUp = derived(r, r.money(l, today.Due.Minor+today.Late.Minor))
	}
	return now, nil
}

func (r *reading) money(l *loan, minor int64) finance.Money {
	return finance.Money{Minor: minor, Currency: l.terms.Principal.Currency}
}

// allLoans lists the loans with what was promised and moved, active ones first.
func (r *reading) allLoans(ctx context.Context) ([]finance.Loan, error) {
	if r.loansErr != nil {
		return nil, r.loansErr
	}
	promises, err := r.promises(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading promises: %w", err)
	}
	extensions, err := r.extensions(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading extensions: %w", err)
	}
	var active, done []finance.Loan
	for _, l := range r.loans {
		shown, err := r.shown(l)
		if err != nil {
			return nil, err
		}
		shown.Promises, shown.Extensions = promises[l.id], extensions[l.id]
		if shown.Active {
			active = append(active, shown)
		} else {
			done = append(done, shown)
		}
	}
	return append(active, done...), nil
}

func (r *reading) shown(l *loan) (finance.Loan, error) {
	_, active := l.next()
	s := finance.Loan{
		ID: l.id, Active: active,
		Original: core(r, l.terms.Principal), Balance: derived(r, l.balance()),
		TNA: core(r, l.terms.TNA), Disbursed: core(r, l.terms.Disbursed),
	}
	if l.terms.Principal.Currency == finance.ARS { // Mexico states its own yearly cost, the CAT
		s.TEA = derived(r, l.terms.TNA.TEA())
	}
	if active {
		payoff, err := l.terms.Payoff(l.debts, r.today)
		if err != nil {
			return finance.Loan{}, fmt.Errorf("computing the payoff of %s: %w", l.id, err)
		}
		s.Payoff = derived(r, payoff.Total)
	}
	for _, d := range l.debts {
		state := finance.InstalmentPending
		switch {
		case !l.open(d):
			state = finance.InstalmentPaid
		case d.Due.Before(r.today):
			state = finance.InstalmentLate
		}
		s.Instalments = append(s.Instalments, finance.Instalment{
			Number: d.Number, State: state, Due: core(r, d.Due),
			Total:  core(r, r.money(l, d.Charged.Scheduled())),
			Unpaid: derived(r, r.money(l, d.Owes().Scheduled())),
		})
	}
	return s, nil
}

func (r *reading) promises(ctx context.Context) (map[string][]finance.Promise, error) {
	byLoan := map[string][]finance.Promise{}
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		var id string
		var p finance.Promise
		var on finance.Date
		var m finance.Money
		err := rows.Scan(&id, text{&on}, &m.Minor, &m.Currency, &p.State)
		p.Date, p.Amount = core(r, on), core(r, m)
		byLoan[id] = append(byLoan[id], p)
		return err
	}, `select l.id, p.date, p.amount, c.ccy, p.state
		from loan l join promise p on p.loan = l.id join product c on c.id = l.product
		where l.customer = ? order by p.date desc`, r.customer)
	return byLoan, err
}

func (r *reading) extensions(ctx context.Context) (map[string][]finance.Extension, error) {
	byLoan := map[string][]finance.Extension{}
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		var id string
		var e finance.Extension
		var from, to finance.Date
		var cost finance.Money
		err := rows.Scan(&id, &e.Number, text{&from}, text{&to}, &cost.Minor, &cost.Currency)
		e.From, e.To, e.Cost = core(r, from), core(r, to), core(r, cost)
		byLoan[id] = append(byLoan[id], e)
		return err
	}, `select l.id, e.n, e.from_date, e.to_date, e.cost, c.ccy
		from loan l join extension e on e.loan = l.id join product c on c.id = l.product
		where l.customer = ? order by e.to_date desc`, r.customer)
	return byLoan, err
}
