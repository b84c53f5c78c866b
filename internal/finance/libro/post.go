package libro

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"ventanilla/internal/finance"
)

// The kinds of ledger entry.
const (
	kindDisbursement = "disbursement"
	kindAccrual      = "accrual"    // late interest, charged when a payment meets it
	kindAdjustment   = "adjustment" // what moving an instalment adds
	kindPayment      = "payment"
)

var errExcess = errors.New("the payment is more than all that is owed")

// posting writes to the book inside one transaction, so that a payment and what
// it covered are there together or not at all.
type posting struct {
	tx    *sql.Tx
	vault vault
	now   time.Time
}

func (p posting) exec(ctx context.Context, query string, args ...any) error {
	_, err := p.tx.ExecContext(ctx, query, args...)
	return err
}

// termsOf are what a product fixes of the terms of its loans.
func (p posting) termsOf(ctx context.Context, product string) (finance.Terms, error) {
	var t finance.Terms
	err := p.tx.QueryRowContext(ctx, `select ccy, convention, iva, iva_mode, punitive_ratio, accrue_in_arrears
		from product where id = ?`, product).Scan(&t.Principal.Currency, &t.Convention, text{&t.IVA}, &t.IVAMode, text{&t.PunitiveRatio}, &t.AccrueInArrears)
	if err != nil {
		return finance.Terms{}, fmt.Errorf("reading product %s: %w", product, err)
	}
	return t, nil
}

// lend records a loan, its schedule and its disbursement.
func (p posting) lend(ctx context.Context, customer, id, product string, t finance.Terms) error {
	rows, err := t.French()
	if err != nil {
		return fmt.Errorf("lending %s: %w", id, err)
	}
	err = p.exec(ctx, "insert into loan values (?, ?, ?, ?, ?, ?, ?, ?, ?)", id, customer, product,
		t.Principal.Minor, t.TNA.String(), t.Count, t.Disbursed.String(), t.FirstDue.String(), t.DueDay)
	if err != nil {
		return fmt.Errorf("lending %s: %w", id, err)
	}
	for _, r := range rows {
		err := p.exec(ctx, "insert into installment values (?, ?, ?, ?, ?, ?)",
			id, r.Number, r.Due.String(), r.Capital.Minor, r.Interest.Minor, r.IVA.Minor)
		if err != nil {
			return fmt.Errorf("lending %s: %w", id, err)
		}
	}
	return p.enter(ctx, entry{id, kindDisbursement, t.Disbursed, t.Principal.Minor, id + "/disbursement"}, nil)
}

// entry is one line of the ledger. Its key makes posting it twice an error.
type entry struct {
	loan, kind string
	on         finance.Date
	amount     int64
	key        string
}

// enter posts e and where it goes: parts[i] belongs to instalment i+1.
func (p posting) enter(ctx context.Context, e entry, parts []finance.Parts) error {
	res, err := p.tx.ExecContext(ctx, `insert into ledger_entry (loan, kind, value_date, posted_at, amount, idempotency_key)
		values (?, ?, ?, ?, ?, ?)`, e.loan, e.kind, e.on.String(), p.now.UnixMilli(), e.amount, e.key)
	if err != nil {
		return fmt.Errorf("posting %s: %w", e.key, err)
	}
	id, err := res.LastInsertId()
	if err != nil {
		return fmt.Errorf("posting %s: %w", e.key, err)
	}
	for i, part := range parts {
		for c, amount := range part {
			if amount == 0 {
				continue
			}
			if err := p.exec(ctx, "insert into allocation values (?, ?, ?, ?)", id, i+1, componentNames[c], amount); err != nil {
				return fmt.Errorf("posting %s: %w", e.key, err)
			}
		}
	}
	return nil
}

// payment is money that came in for a loan.
type payment struct {
	id, customer, rail string
	on                 finance.Date
	amount             finance.Money
}

// receive records money that came in and is not applied to anything yet.
func (p posting) receive(ctx context.Context, in payment) error {
	err := p.exec(ctx, "insert into inbound_payment values (?, ?, ?, ?, ?, ?, 'received')",
		in.id, in.customer, in.rail, in.on.String(), in.amount.Minor, in.amount.Currency)
	if err != nil {
		return fmt.Errorf("receiving %s: %w", in.id, err)
	}
	return nil
}

// apply charges the late interest run up to the payment's date and spreads the
// payment over what is owed, oldest first.
func (p posting) apply(ctx context.Context, in payment, loanID string) error {
	l, err := p.loan(ctx, in.customer, loanID)
	if err != nil {
		return fmt.Errorf("applying %s: %w", in.id, err)
	}
	if in.amount.Currency != l.terms.Principal.Currency {
		return fmt.Errorf("applying %s: %w", in.id, finance.ErrCurrency)
	}
	if err := p.accrue(ctx, l, in); err != nil {
		return fmt.Errorf("applying %s: %w", in.id, err)
	}
	portions, left := finance.Allocate(in.amount.Minor, l.debts)
	if left != 0 {
		return fmt.Errorf("applying %s: %w", in.id, errExcess)
	}
	if err := p.enter(ctx, entry{l.id, kindPayment, in.on, in.amount.Minor, in.id + "/payment"}, portions); err != nil {
		return err
	}
	return p.exec(ctx, "update inbound_payment set state = 'applied' where id = ?", in.id)
}

// accrue posts the late interest of every instalment up to a payment's date.
func (p posting) accrue(ctx context.Context, l *loan, in payment) error {
	parts, total := make([]finance.Parts, len(l.debts)), int64(0)
	for i := range l.debts {
		late, err := l.terms.LateInterest(l.debts[i], in.on)
		if err != nil {
			return err
		}
		parts[i], total = late, total+late.Total()
		l.debts[i].Charged = l.debts[i].Charged.Plus(late)
	}
	if total == 0 {
		return nil
	}
	return p.enter(ctx, entry{l.id, kindAccrual, in.on, total, in.id + "/accrual"}, parts)
}

// extend moves an unpaid instalment to a later date and charges the cost to it.
func (p posting) extend(ctx context.Context, customer, loanID string, n int, to finance.Date) error {
	l, err := p.loan(ctx, customer, loanID)
	if err != nil {
		return fmt.Errorf("moving an instalment: %w", err)
	}
	from := l.debts[n-1].Due
	cost, err := l.terms.MoveCost(l.debts[n-1], to.DaysSince(from))
	if err != nil {
		return err
	}
	parts := make([]finance.Parts, n)
	parts[n-1] = cost
	key := fmt.Sprintf("%s/extension/%d/%s", loanID, n, to)
	if err := p.enter(ctx, entry{loanID, kindAdjustment, from, cost.Total(), key}, parts); err != nil {
		return err
	}
	return errors.Join(
		p.exec(ctx, "insert into extension values (?, ?, ?, ?, ?)", loanID, n, from.String(), to.String(), cost.Total()),
		p.exec(ctx, "update installment set due = ? where loan = ? and n = ?", to.String(), loanID, n))
}

func (p posting) loan(ctx context.Context, customer, id string) (*loan, error) {
	loans, err := loansOf(ctx, p.tx, customer)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(loans, func(l *loan) bool { return l.id == id })
	if i < 0 {
		return nil, fmt.Errorf("loan %s: %w", id, sql.ErrNoRows)
	}
	return loans[i], nil
}
