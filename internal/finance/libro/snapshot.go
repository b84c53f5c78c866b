package libro

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"ventanilla/internal/finance"
)

// errDamaged says that the book holds something that cannot be.
var errDamaged = errors.New("the book is damaged")

// changeHold is how long changed contact data or a changed account holds back
// disbursements and further changes.
const changeHold = 72 * time.Hour

// recentPayments is how many payments a snapshot carries.
const recentPayments = 20

// Find looks for the customer whose reference a signed token names.
func (b *Book) Find(ctx context.Context, q finance.Query) ([]finance.Match, error) {
	var ref finance.Ref
	err := b.db.Read.QueryRowContext(ctx, "select id from customer where id = ?", q.Subject).Scan(&ref)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("finding a customer: %w", cause(ctx, err))
	}
	return []finance.Match{{Ref: ref, Evidence: finance.EvidenceApp, Level: finance.N1}}, nil
}

// reading is one snapshot being read: every query sees the book at the same
// moment, because they share a transaction.
type reading struct {
	q         queryer
	customer  string
	now       time.Time
	today     finance.Date
	loans     []*loan
	loansErr  error
	haveStops []finance.Stop
	stopsErr  error
}

// Snapshot reads everything about a customer at one moment, in ten queries
// however many loans and payments there are.
func (b *Book) Snapshot(ctx context.Context, m finance.Match) (finance.Snapshot, error) {
	tx, err := b.db.Read.BeginTx(ctx, nil)
	if err != nil {
		return finance.Snapshot{}, fmt.Errorf("reading a customer: %w", cause(ctx, err))
	}
	defer tx.Rollback() // nothing was written, so nothing can be lost
	r := &reading{q: tx, customer: string(m.Ref), now: b.clock()}
	who, err := r.who(ctx, m)
	if err != nil {
		return finance.Snapshot{}, fmt.Errorf("reading a customer: %w", cause(ctx, err))
	}
	r.today = finance.BusinessDate(r.now, who.Country)
	r.loans, r.loansErr = loansOf(ctx, tx, r.customer)
	r.haveStops, r.stopsErr = r.stops(ctx)

	s := finance.Snapshot{Ref: m.Ref, Source: source, AsOf: r.now, Today: r.today}
	s.Who.Data = who
	s.Stops = block(ctx, b, r.haveStops, r.stopsErr)
	s.Now = read(ctx, b, r.line)
	s.Loans = read(ctx, b, r.allLoans)
	s.Payments = read(ctx, b, r.received)
	s.Offer = read(ctx, b, r.offer)
	if ctx.Err() != nil {
		return finance.Snapshot{}, fmt.Errorf("reading a customer: %w", ctx.Err())
	}
	return s, nil
}

// cause prefers the end of ctx to the driver's word for it.
func cause(ctx context.Context, err error) error {
	return cmp.Or(ctx.Err(), err)
}

func read[T any](ctx context.Context, b *Book, get func(context.Context) (T, error)) finance.Block[T] {
	data, err := get(ctx)
	return block(ctx, b, data, err)
}

// block keeps the trouble of one block from the others. The cause goes to the
// log; the agent is told only whether trying again may help.
func block[T any](ctx context.Context, b *Book, data T, err error) finance.Block[T] {
	if err == nil {
		return finance.Block[T]{Data: data}
	}
	b.log.WarnContext(ctx, "a block of a snapshot is missing", "cause", err)
	if errors.Is(err, errDamaged) || errors.Is(err, finance.ErrTerms) || errors.Is(err, finance.ErrOverflow) {
		return finance.Block[T]{Problem: finance.ProblemDamaged}
	}
	return finance.Block[T]{Problem: finance.ProblemUnavailable}
}

// core is a value the book holds; derived is one computed from such values.
func core[T any](r *reading, v T) finance.Val[T] {
	return finance.Val[T]{V: v, Known: true, Source: source, AsOf: r.now, Kind: finance.Core}
}

func derived[T any](r *reading, v T) finance.Val[T] {
	return finance.Val[T]{V: v, Known: true, Source: source, AsOf: r.now, Kind: finance.Derived}
}

func (r *reading) who(ctx context.Context, m finance.Match) (finance.Who, error) {
	who := finance.Who{Evidence: m.Evidence, Level: m.Level}
	found := false
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		found = true
		var given, family, preferred string
		err := rows.Scan(&who.Country, &given, &family, &preferred)
		who.FullName, who.Preferred = core(r, given+" "+family), core(r, preferred)
		return err
	}, "select country, given, family, preferred from customer where id = ?", r.customer)
	if err != nil {
		return finance.Who{}, err
	}
	if !found {
		return finance.Who{}, finance.ErrNotFound
	}
	err = each(ctx, r.q, func(rows *sql.Rows) error {
		var d finance.Document
		var masked string
		err := rows.Scan(&d.Kind, &masked)
		d.Masked = core(r, masked)
		who.Documents = append(who.Documents, d)
		return err
	}, "select kind, masked from identity_doc where customer = ? order by kind desc", r.customer)
	return who, err
}

// stops reads what was flagged and what changed too recently, gravest first.
func (r *reading) stops(ctx context.Context) ([]finance.Stop, error) {
	var stops []finance.Stop
	nowMS, holdMS := r.now.UnixMilli(), r.now.Add(-changeHold).UnixMilli()
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		var s finance.Stop
		var since sql.NullInt64
		err := rows.Scan(&s.Kind, &since)
		if since.Valid {
			s.Since = core(r, time.UnixMilli(since.Int64).UTC())
		}
		stops = append(stops, s)
		return err
	}, `select kind, since from (
			select kind, since, 0 as rank from risk_flag where customer = ?1 and (until is null or until > ?2)
			union all select ?4, max(changed_at), 1 from bank_account where customer = ?1 and changed_at > ?3
			union all select ?5, max(changed_at), 2 from contact_point where customer = ?1 and changed_at > ?3
			union all select ?6, null, 3 from customer where id = ?1 and vulnerable
		) where since is not null or rank = 3 order by rank, since desc`,
		r.customer, nowMS, holdMS, finance.StopAccountChanged, finance.StopContactChanged, finance.StopVulnerable)
	if err != nil {
		return nil, fmt.Errorf("reading stop signs: %w", err)
	}
	return stops, nil
}

func (r *reading) received(ctx context.Context) ([]finance.Payment, error) {
	var payments []finance.Payment
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		var p finance.Payment
		var on finance.Date
		var m finance.Money
		err := rows.Scan(&p.ID, text{&on}, &m.Minor, &m.Currency, &p.Rail, &p.State)
		p.Date, p.Amount = core(r, on), core(r, m)
		payments = append(payments, p)
		return err
	}, `select id, received, amount, ccy, rail, state from inbound_payment
		where customer = ? order by received desc, id desc limit ?`, r.customer, recentPayments)
	if err != nil {
		return nil, fmt.Errorf("reading payments: %w", err)
	}
	return payments, nil
}

// offer says whether the customer may borrow, and if not the first reason that
// may be told. What stands in the way comes before what was offered.
func (r *reading) offer(ctx context.Context) (finance.Offer, error) {
	if err := errors.Join(r.stopsErr, r.loansErr); err != nil {
		return finance.Offer{}, fmt.Errorf("judging an offer: %w", err)
	}
	var o finance.Offer
	var state string
	var upTo finance.Money
	err := each(ctx, r.q, func(rows *sql.Rows) error {
		var minor sql.NullInt64
		var expires sql.NullString
		if err := rows.Scan(&state, &minor, &upTo.Currency, &expires); err != nil {
			return err
		}
		upTo.Minor = minor.Int64
		if !expires.Valid {
			return nil
		}
		var on finance.Date
		err := text{&on}.Scan(expires.String)
		o.Expires = core(r, on)
		return err
	}, "select state, up_to, ccy, expires from offer where customer = ?", r.customer)
	if err != nil {
		return finance.Offer{}, fmt.Errorf("reading the offer: %w", err)
	}
	o.Reason = r.reason(state, o.Expires)
	if o.Available = o.Reason == ""; o.Available {
		o.UpTo = core(r, upTo)
	}
	return o, nil
}

func (r *reading) reason(state string, expires finance.Val[finance.Date]) finance.Reason {
	has := func(kinds ...finance.StopKind) bool {
		return slices.ContainsFunc(r.haveStops, func(s finance.Stop) bool { return slices.Contains(kinds, s.Kind) })
	}
	switch {
	case has(finance.StopIdentityTheft, finance.StopFraud):
		return finance.ReasonStop
	case has(finance.StopAccountChanged, finance.StopContactChanged):
		return finance.ReasonChanged
	case slices.ContainsFunc(r.loans, func(l *loan) bool { return finance.DaysPastDue(l.debts, r.today, l.tolerance) > 0 }):
		return finance.ReasonOverdue
	case state == "rejected":
		return finance.ReasonRejected
	case state == "":
		return finance.ReasonNone
	case !expires.Known || expires.V.Before(r.today):
		return finance.ReasonExpired
	}
	return ""
}
