package desk

import (
	"context"
	"errors"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/finance"
)

// contextWithin is how long the source of the context may take.
const contextWithin = 3 * time.Second

// context answers with what the asker may see of the customer's money.
func (d *Desk) context(ctx context.Context, user *User, id wire.ConversationID) (wire.Context, error) {
	c, customer, err := d.whose(ctx, user, id)
	if err != nil {
		return wire.Context{}, err
	}
	answer := wire.Context{Conversation: id, AsOf: d.millis()}
	sees, figures := user.seesContext(c.Place())
	switch {
	case !sees:
		return wire.Context{}, refuse(wire.Denied, "no_context")
	case customer.Ref == "":
		answer.None = "anonymous"
		return answer, nil
	}
	ctx, stop := context.WithTimeout(ctx, contextWithin)
	defer stop()
	snapshot, err := d.snapshotOf(ctx, customer.Ref)
	switch {
	case errors.Is(err, finance.ErrNotFound):
		answer.None = "unknown"
		return answer, nil
	case err != nil:
		return wire.Context{}, &Error{Kind: wire.Busy, Code: "context_down", Err: err}
	}
	fillContext(&answer, &snapshot)
	if !figures {
		withoutFigures(&answer)
	}
	return answer, nil
}

func (d *Desk) whose(ctx context.Context, user *User, id wire.ConversationID) (c Conversation, customer Customer, err error) {
	err = d.cfg.Store.View(ctx, func(r Reader) error {
		var found bool
		if c, found, err = r.Conversation(id); err != nil {
			return err
		}
		if !found || !user.sees(c.Place()) {
			return refuse(wire.Missing, "no_conversation")
		}
		customer, _, err = r.Customer(c.Customer)
		return err
	})
	return c, customer, err
}

func (d *Desk) snapshotOf(ctx context.Context, ref string) (finance.Snapshot, error) {
	matches, err := d.cfg.Provider.Find(ctx, finance.Query{Subject: ref})
	if err != nil {
		return finance.Snapshot{}, err
	}
	if len(matches) == 0 {
		return finance.Snapshot{}, finance.ErrNotFound
	}
	return d.cfg.Provider.Snapshot(ctx, matches[0])
}

// withoutFigures takes every amount out of a context: what an agent may see of a
// customer whose conversation is not theirs yet.
func withoutFigures(c *wire.Context) {
	c.Hidden = true
	c.Loans, c.Payments, c.Offer = nil, nil, nil
	if c.Now != nil {
		c.Now = &wire.Now{State: c.Now.State}
	}
}

func fillContext(to *wire.Context, s *finance.Snapshot) {
	to.Src, to.AsOf, to.Date = s.Source, wire.At(s.AsOf), s.Today.String()
	to.Problems = make(map[string]string)
	fill(to, "who", s.Who, func(w finance.Who) { to.Who = whoOf(w) })
	fill(to, "stops", s.Stops, func(all []finance.Stop) {
		to.Stops = each(all, func(x finance.Stop) wire.Stop {
			return wire.Stop{Kind: string(x.Kind), Since: val(x.Since, wire.At)}
		})
	})
	fill(to, "now", s.Now, func(n finance.Now) { to.Now = nowOf(n) })
	fill(to, "loans", s.Loans, func(all []finance.Loan) { to.Loans = each(all, loanOf) })
	fill(to, "payments", s.Payments, func(all []finance.Payment) { to.Payments = each(all, paymentOf) })
	fill(to, "offer", s.Offer, func(o finance.Offer) {
		to.Offer = &wire.Offer{
			Available: o.Available, UpTo: val(o.UpTo, amount), Expires: val(o.Expires, date), Reason: string(o.Reason),
		}
	})
}

// fill hands over a block, or names its problem: a block that could not be had is
// absent, never empty.
func fill[T any](to *wire.Context, name string, b finance.Block[T], use func(T)) {
	if b.Problem != "" {
		to.Problems[name] = string(b.Problem)
		return
	}
	use(b.Data)
}

func whoOf(w finance.Who) *wire.Who {
	return &wire.Who{
		Name: val(w.Preferred, same[string]), FullName: val(w.FullName, same[string]), Country: string(w.Country),
		Documents: each(w.Documents, func(x finance.Document) wire.Document {
			return wire.Document{Kind: string(x.Kind), Masked: val(x.Masked, same[string])}
		}),
		Evidence: string(w.Evidence), Level: int(w.Level),
	}
}

func nowOf(n finance.Now) *wire.Now {
	return &wire.Now{
		State: string(n.State), Days: n.Days, Loan: n.Loan, Number: n.Number, Of: n.Of,
		Amount: val(n.Amount, amount), Due: val(n.Due, date), LateInterest: val(n.LateInterest, amount), CatchUp: val(n.CatchUp, amount),
		Payoff: val(n.Payoff, amount), PayoffPerDay: val(n.PayoffPerDay, amount),
	}
}

func loanOf(l finance.Loan) wire.Loan {
	return wire.Loan{
		ID: l.ID, Active: l.Active, Original: val(l.Original, amount), Balance: val(l.Balance, amount),
		TNA: val(l.TNA, rate), TEA: val(l.TEA, rate), Disbursed: val(l.Disbursed, date),
		Payoff: val(l.Payoff, amount),
		Instalments: each(l.Instalments, func(x finance.Instalment) wire.Instalment {
			return wire.Instalment{
				Number: x.Number, State: string(x.State), Due: val(x.Due, date),
				Total: val(x.Total, amount), Unpaid: val(x.Unpaid, amount),
			}
		}),
		Promises: each(l.Promises, func(x finance.Promise) wire.Promise {
			return wire.Promise{Date: val(x.Date, date), Amount: val(x.Amount, amount), State: string(x.State)}
		}),
		Extensions: each(l.Extensions, func(x finance.Extension) wire.Extension {
			return wire.Extension{Number: x.Number, From: val(x.From, date), To: val(x.To, date), Cost: val(x.Cost, amount)}
		}),
	}
}

func paymentOf(p finance.Payment) wire.Payment {
	return wire.Payment{
		ID: p.ID, Date: val(p.Date, date), Amount: val(p.Amount, amount), Rail: p.Rail, State: string(p.State),
	}
}

// val carries a figure over with its source and age; unknown stays unknown.
func val[T, W any](v finance.Val[T], turn func(T) W) wire.Val[W] {
	if !v.Known {
		return wire.Val[W]{}
	}
	x := turn(v.V)
	return wire.Val[W]{V: &x, Src: v.Source, AsOf: wire.At(v.AsOf), Kind: string(v.Kind)}
}

func amount(m finance.Money) wire.Amount {
	return wire.Amount{Minor: m.Minor, Currency: string(m.Currency)}
}

func date(d finance.Date) string { return d.String() }

func rate(r finance.Rate) string { return r.String() }

func same[T any](v T) T { return v }

func each[T, W any](all []T, turn func(T) W) []W {
	if len(all) == 0 {
		return nil
	}
	out := make([]W, 0, len(all))
	for _, x := range all {
		out = append(out, turn(x))
	}
	return out
}
