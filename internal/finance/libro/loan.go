package libro

import (
	"context"
	"database/sql"
	"encoding"
	"fmt"
	"slices"

	"ventanilla/internal/finance"
)

// queryer is a transaction, for reading.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// loan is a contract and where each of its instalments stands by the ledger.
type loan struct {
	id        string
	terms     finance.Terms
	tolerance int64
	debts     []finance.Debt
}

// componentNames are the ledger's words, in the order of the components.
var componentNames = [...]string{
	finance.Punitive: "punitive", finance.PunitiveIVA: "punitive_iva",
	finance.Compensatory: "compensatory", finance.CompensatoryIVA: "compensatory_iva",
	finance.Interest: "interest", finance.InterestIVA: "interest_iva", finance.Capital: "capital",
}

// text reads a column into anything that reads text; a date or a rate that is
// not one is an error of the book, never a zero.
type text struct{ encoding.TextUnmarshaler }

// Scan implements sql.Scanner.
func (t text) Scan(src any) error {
	s, ok := src.(string)
	if !ok || s == "" {
		return fmt.Errorf("%w: text expected", errDamaged)
	}
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

// each runs a query and calls scan for every row.
func each(ctx context.Context, q queryer, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// loansOf reads all loans of a customer, newest first, in three queries.
func loansOf(ctx context.Context, q queryer, customer string) ([]*loan, error) {
	var loans []*loan
	byID := map[string]*loan{}
	err := each(ctx, q, func(r *sql.Rows) error {
		l := new(loan)
		t := &l.terms
		err := r.Scan(&l.id, &t.Principal.Minor, text{&t.TNA}, &t.Count, text{&t.Disbursed}, text{&t.FirstDue}, &t.DueDay,
			&t.Principal.Currency, &t.Convention, text{&t.IVA}, &t.IVAMode, text{&t.PunitiveRatio}, &t.AccrueInArrears, &l.tolerance)
		loans, byID[l.id] = append(loans, l), l
		return err
	}, `select l.id, l.principal, l.tna, l.n, l.disbursed, l.first_due, l.due_day,
			p.ccy, p.convention, p.iva, p.iva_mode, p.punitive_ratio, p.accrue_in_arrears, p.tolerance
		from loan l join product p on p.id = l.product
		where l.customer = ? order by l.disbursed desc, l.id`, customer)
	if err != nil {
		return nil, fmt.Errorf("reading loans: %w", err)
	}
	if err := readSchedules(ctx, q, customer, byID); err != nil {
		return nil, fmt.Errorf("reading schedules: %w", err)
	}
	if err := readLedger(ctx, q, customer, byID); err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return loans, nil
}

func readSchedules(ctx context.Context, q queryer, customer string, loans map[string]*loan) error {
	err := each(ctx, q, func(r *sql.Rows) error {
		var id string
		var d finance.Debt
		c := &d.Charged
		if err := r.Scan(&id, &d.Number, text{&d.Due}, &c[finance.Capital], &c[finance.Interest], &c[finance.InterestIVA]); err != nil {
			return err
		}
		loans[id].debts = append(loans[id].debts, d)
		return nil
	}, `select i.loan, i.n, i.due, i.capital, i.interest, i.iva
		from loan l join installment i on i.loan = l.id
		where l.customer = ? order by i.loan, i.n`, customer)
	if err != nil {
		return err
	}
	for _, l := range loans {
		if len(l.debts) != l.terms.Count {
			return fmt.Errorf("%w: loan %s has %d instalments of %d", errDamaged, l.id, len(l.debts), l.terms.Count)
		}
	}
	return nil
}

// readLedger adds to each debt what the ledger charged and what was paid.
func readLedger(ctx context.Context, q queryer, customer string, loans map[string]*loan) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var id, kind, name string
		var n int
		var amount int64
		var last finance.Date
		if err := r.Scan(&id, &n, &kind, &name, &amount, text{&last}); err != nil {
			return err
		}
		c := slices.Index(componentNames[:], name)
		l := loans[id]
		if c < 0 || n < 1 || n > len(l.debts) {
			return fmt.Errorf("%w: loan %s has an allocation to nothing", errDamaged, id)
		}
		d := &l.debts[n-1]
		switch kind {
		case kindPayment:
			d.Paid[c] += amount
		case kindAccrual:
			d.Charged[c] += amount
			if d.LateUntil.Before(last) {
				d.LateUntil = last
			}
		default:
			d.Charged[c] += amount
		}
		return nil
	}, `select e.loan, a.installment, e.kind, a.component, sum(a.amount), max(e.value_date)
		from loan l join ledger_entry e on e.loan = l.id join allocation a on a.entry = e.id
		where l.customer = ? group by 1, 2, 3, 4`, customer)
}

// open reports whether an instalment still counts as unpaid.
func (l *loan) open(d finance.Debt) bool { return d.Owes().Total() > l.tolerance }

// next is the oldest unpaid instalment; false when the loan is paid off.
func (l *loan) next() (finance.Debt, bool) {
	i := slices.IndexFunc(l.debts, l.open)
	if i < 0 {
		return finance.Debt{}, false
	}
	return l.debts[i], true
}

// balance is the capital still owed.
func (l *loan) balance() finance.Money {
	m := finance.Money{Currency: l.terms.Principal.Currency}
	for _, d := range l.debts {
		m.Minor += d.Owes()[finance.Capital]
	}
	return m
}
