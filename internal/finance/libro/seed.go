package libro

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ventanilla/internal/finance"
)

// Seed fills an empty book with invented customers in every state a desk meets,
// counted from each lender's own today. A book that already holds customers is
// left alone, so a demo kept overnight ages as a real book does.
func (b *Book) Seed(ctx context.Context) error {
	tx, err := b.db.Write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("seeding the loan book: %w", err)
	}
	defer tx.Rollback() // does nothing once committed
	var customers int
	if err := tx.QueryRowContext(ctx, "select count(*) from customer").Scan(&customers); err != nil {
		return fmt.Errorf("seeding the loan book: %w", err)
	}
	if customers > 0 {
		return nil
	}
	s := seeding{posting{tx, b.vault, b.clock()}, map[string]finance.Date{}}
	for _, step := range []func(context.Context) error{s.products, s.people, s.loans, s.events, s.flags, s.offers} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("seeding the loan book: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("seeding the loan book: %w", err)
	}
	return nil
}

// seeding posts the seed the way real business would be posted: loans are lent,
// payments received and applied, so every balance comes out of the ledger.
type seeding struct {
	posting
	today map[string]finance.Date // of each customer's lender
}

func (s seeding) products(ctx context.Context) error {
	return errors.Join(
		s.exec(ctx, "insert into product values ('personal-ar', 'AR', 'ARS', ?, '21', ?, '50', 1, 0)", finance.TNA30365, finance.IVAOnTop),
		s.exec(ctx, "insert into product values ('personal-mx', 'MX', 'MXN', ?, '16', ?, '50', 0, 0)", finance.Act360, finance.IVAIncluded))
}

func (s seeding) people(ctx context.Context) error {
	settled := s.now.AddDate(-1, 0, 0)
	for _, p := range people() {
		s.today[p.id] = finance.BusinessDate(s.now, p.country)
		err := s.exec(ctx, "insert into customer values (?, ?, ?, ?, ?, 0)", p.id, p.country, p.given, p.family, p.given)
		if err != nil {
			return err
		}
		for kind, number := range p.documents {
			err := s.exec(ctx, "insert into identity_doc values (?, ?, ?, ?, ?)", p.id, kind,
				s.vault.seal(p.id, string(kind), number), s.vault.hash(string(kind), number), kind.Masked(number))
			if err != nil {
				return err
			}
		}
		err = errors.Join(
			s.exec(ctx, "insert into contact_point values (?, 'mobile', ?, ?, ?)", p.id,
				s.vault.seal(p.id, "mobile", p.phone), s.vault.hash("mobile", p.phone), settled.UnixMilli()),
			s.exec(ctx, "insert into bank_account values (?, ?, ?, ?, ?, ?)", p.id, p.account, s.vault.seal(p.id, string(p.account), p.number),
				s.vault.hash(string(p.account), p.number), p.account.Masked(p.number), settled.UnixMilli()))
		if err != nil {
			return err
		}
	}
	return nil
}

// seedLoan places a loan in time: instalment number is due so many days from
// today, and the first ones were paid on their dates.
type seedLoan struct {
	customer, id string
	principal    int64
	tna          string
	count        int
	number, due  int
	paid         int
	lateBy       int // days after its date that the first instalment was paid
	moved        int // days that the last paid instalment was moved
}

func seedLoans() []seedLoan {
	return []seedLoan{
		{"c-1001", "P-1001", 50_000_00, "145", 6, 2, 3, 1, 0, 0},
		{"c-1003", "P-1003", 60_000_00, "140", 6, 6, -40, 6, 0, 0},
		{"c-1004", "P-1004", 80_000_00, "145", 9, 4, -12, 3, 2, 0},
		{"c-1005", "P-1005", 120_000_00, "130", 12, 5, 8, 4, 0, 0},
		{"c-1005", "P-1005-2", 40_000_00, "150", 6, 2, 19, 1, 0, 0},
		{"c-1006", "P-1006", 50_000_00, "145", 6, 3, -2, 2, 0, 0},
		{"c-1007", "P-1007", 90_000_00, "140", 9, 3, 14, 2, 0, 0},
		{"c-1009", "P-1009", 70_000_00, "145", 6, 4, 0, 3, 0, 0},
		{"c-1010", "P-1010", 100_000_00, "150", 9, 3, -47, 2, 5, 0},
		{"c-1011", "P-1011", 60_000_00, "145", 6, 3, 10, 2, 0, 10},
		{"c-1012", "P-1012", 150_000_00, "150", 12, 1, 16, 0, 0, 0},
		{"c-1013", "P-1013", 80_000_00, "140", 9, 3, 3, 2, 0, 0},
		{"c-1014", "P-1014", 45_000_00, "145", 6, 6, -1, 6, 0, 0},
		{"c-2001", "P-2001", 5_000_00, "58", 12, 4, 3, 3, 0, 0},
		{"c-2002", "P-2002", 8_000_00, "64", 9, 3, -12, 2, 0, 0},
		{"c-2003", "P-2003", 6_000_00, "60", 6, 3, -1, 2, 0, 0},
		{"c-2005", "P-2005", 4_000_00, "58", 6, 6, -60, 6, 0, 0},
		{"c-2006", "P-2006", 12_000_00, "55", 12, 6, 6, 5, 0, 0},
		{"c-2006", "P-2006-2", 3_000_00, "65", 6, 2, 21, 1, 0, 0},
		{"c-2007", "P-2007", 7_500_00, "60", 9, 4, 11, 3, 0, 0},
		{"c-2009", "P-2009", 5_500_00, "62", 6, 3, 1, 2, 0, 0},
		{"c-2010", "P-2010", 9_000_00, "66", 12, 4, -95, 3, 0, 0},
	}
}

// place sets the dates of the loan so that its instalment number falls due so
// many days from today, whatever the lengths of the months before.
func (l seedLoan) place(t *finance.Terms, today finance.Date) {
	target := today.AddDays(l.due)
	t.Principal.Minor, t.Count = l.principal, l.count
	t.Disbursed, t.FirstDue, t.DueDay = target.AddMonths(-l.number), target.AddMonths(1-l.number), target.Day
}

func (s seeding) loans(ctx context.Context) error {
	products := map[finance.Country]string{finance.AR: "personal-ar", finance.MX: "personal-mx"}
	countries := map[string]finance.Country{}
	for _, p := range people() {
		countries[p.id] = p.country
	}
	for _, l := range seedLoans() {
		product := products[countries[l.customer]]
		t, err := s.termsOf(ctx, product)
		if err != nil {
			return err
		}
		if t.TNA, err = finance.ParseRate(l.tna); err != nil {
			return err
		}
		l.place(&t, s.today[l.customer])
		if err := s.lend(ctx, l.customer, l.id, product, t); err != nil {
			return err
		}
		if err := s.history(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// history pays the first instalments of a loan as the seed says they were.
func (s seeding) history(ctx context.Context, l seedLoan) error {
	for n := 1; n <= l.paid; n++ {
		days := 0
		if n == 1 {
			days = l.lateBy
		}
		if l.moved > 0 && n == l.paid {
			if err := s.move(ctx, l, n); err != nil {
				return err
			}
		}
		if err := s.pay(ctx, l, n, days); err != nil {
			return err
		}
	}
	return nil
}

// move gives the customer so many days more for instalment n.
func (s seeding) move(ctx context.Context, l seedLoan, n int) error {
	book, err := s.loan(ctx, l.customer, l.id)
	if err != nil {
		return err
	}
	return s.extend(ctx, l.customer, l.id, n, book.debts[n-1].Due.AddDays(l.moved))
}

// pay pays instalment n in full so many days after its date, with what being
// late has cost by then. Days below zero pay it ahead.
func (s seeding) pay(ctx context.Context, l seedLoan, n, days int) error {
	book, err := s.loan(ctx, l.customer, l.id)
	if err != nil {
		return err
	}
	d := book.debts[n-1]
	on := d.Due.AddDays(days)
	late, err := book.terms.LateInterest(d, on)
	if err != nil {
		return err
	}
	in := payment{
		id: fmt.Sprintf("%s/%d", l.id, n), customer: l.customer, rail: rail(book.terms.Principal.Currency, n), on: on,
		amount: finance.Money{Minor: d.Owes().Total() + late.Total(), Currency: book.terms.Principal.Currency},
	}
	if err := s.receive(ctx, in); err != nil {
		return err
	}
	return s.apply(ctx, in, l.id)
}

// rail varies how payments came.
func rail(c finance.Currency, n int) string {
	rails := []string{"cvu", "debit", "cash"}
	if c == finance.MXN {
		rails = []string{"spei", "oxxo", "debit"}
	}
	return rails[n%len(rails)]
}

// events are what happened besides paying on time.
func (s seeding) events(ctx context.Context) error {
	return errors.Join(
		s.payAhead(ctx, "c-1013", "P-1013", 3, 4),
		s.unapplied(ctx, "c-1006", "P-1006", 3, "cvu"),
		s.unapplied(ctx, "c-2003", "P-2003", 3, "spei"),
		s.promise(ctx, "c-1010", "P-1010", 3, -20),
	)
}

// payAhead pays instalments yesterday, before their date.
func (s seeding) payAhead(ctx context.Context, customer, id string, numbers ...int) error {
	for _, n := range numbers {
		book, err := s.loan(ctx, customer, id)
		if err != nil {
			return err
		}
		ahead := s.today[customer].AddDays(-1).DaysSince(book.debts[n-1].Due)
		if err := s.pay(ctx, seedLoan{customer: customer, id: id}, n, ahead); err != nil {
			return err
		}
	}
	return nil
}

// unapplied records that the amount of instalment n came in yesterday and is
// applied to nothing yet.
func (s seeding) unapplied(ctx context.Context, customer, id string, n int, rail string) error {
	book, err := s.loan(ctx, customer, id)
	if err != nil {
		return err
	}
	return s.receive(ctx, payment{
		id: fmt.Sprintf("%s/%d", id, n), customer: customer, rail: rail, on: s.today[customer].AddDays(-1),
		amount: finance.Money{Minor: book.debts[n-1].Owes().Total(), Currency: book.terms.Principal.Currency},
	})
}

// promise records that instalment n was promised for a day that passed unpaid.
func (s seeding) promise(ctx context.Context, customer, id string, n, days int) error {
	book, err := s.loan(ctx, customer, id)
	if err != nil {
		return err
	}
	return s.exec(ctx, "insert into promise values (?, ?, ?, 'broken')",
		id, s.today[customer].AddDays(days).String(), book.debts[n-1].Owes().Total())
}

// flags are the stop signs, and the accounts changed a day ago.
func (s seeding) flags(ctx context.Context) error {
	yesterday := s.now.Add(-24 * time.Hour).UnixMilli()
	return errors.Join(
		s.exec(ctx, "update bank_account set changed_at = ? where customer in ('c-1007', 'c-2007')", yesterday),
		s.exec(ctx, "update contact_point set changed_at = ? where customer = 'c-1007'", yesterday),
		s.exec(ctx, "insert into risk_flag values ('c-1012', ?, ?, null)", finance.StopIdentityTheft, yesterday))
}

// offers are what the lender would lend, where it has decided.
func (s seeding) offers(ctx context.Context) error {
	for _, o := range []struct {
		customer string
		upTo     int64 // 0 was rejected
		expires  int
	}{
		{"c-1002", 80_000_00, 20},
		{"c-1003", 150_000_00, 25},
		{"c-1004", 60_000_00, 10},
		{"c-1007", 120_000_00, 15},
		{"c-1008", 0, 0},
		{"c-1011", 70_000_00, -3},
		{"c-1012", 90_000_00, 15},
		{"c-1014", 110_000_00, 30},
		{"c-2004", 5_000_00, 20},
		{"c-2005", 10_000_00, 25},
		{"c-2007", 9_000_00, 15},
		{"c-2008", 0, 0},
	} {
		currency := finance.ARS
		if o.customer >= "c-2" {
			currency = finance.MXN
		}
		args := []any{o.customer, "open", o.upTo, currency, s.today[o.customer].AddDays(o.expires).String()}
		if o.upTo == 0 {
			args = []any{o.customer, "rejected", sql.NullInt64{}, currency, sql.NullString{}}
		}
		if err := s.exec(ctx, "insert into offer values (?, ?, ?, ?, ?)", args...); err != nil {
			return err
		}
	}
	return nil
}
