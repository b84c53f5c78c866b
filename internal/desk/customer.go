package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// Visit is what a customer's page knows of who is there. Ref is set only when a
// signed token vouched for it.
type Visit struct {
	Ref    string
	Name   string
	Locale string
	// Resume is the hash of the token the page holds; Fresh that of the token it
	// now gets, good until Expires.
	Resume  string
	Fresh   string
	Expires time.Time
}

// Visit recognises a customer or makes a new one. A lender's reference always wins
// over what the browser remembers, so that two people on one computer stay two.
// Under [NoNewChats] it makes no new one for somebody whom nobody vouches for.
func (d *Desk) Visit(ctx context.Context, v Visit) (Customer, error) {
	if err := d.admit(ctx, &v); err != nil {
		return Customer{}, err
	}
	var c Customer
	err := d.change(ctx, func(w *work) error {
		var err error
		if c, err = w.recognise(&v); err != nil {
			return err
		}
		return w.SaveResumeToken(ResumeToken{Hash: v.Fresh, Customer: c.ID, Expires: v.Expires, Replaces: v.Resume})
	})
	if err != nil {
		return Customer{}, fmt.Errorf("recognising a customer: %w", err)
	}
	return c, nil
}

func (w *work) recognise(v *Visit) (Customer, error) {
	c, found, err := w.remembered(v)
	if err != nil {
		return Customer{}, err
	}
	before := c
	if !found {
		c = Customer{ID: wire.CustomerID(wire.NewToken()), Ref: v.Ref, Created: w.at}
	}
	if v.Name != "" && (v.Ref != "" || c.Ref == "") { // nobody renames a known customer but the lender
		c.Name = shorten(v.Name, chatwire.MaxName)
	}
	if v.Locale != "" {
		c.Lang = shorten(v.Locale, 16)
	}
	if found && c == before {
		return c, nil
	}
	return c, w.SaveCustomer(c)
}

// knownFor is how long a known customer may come back without a new signed token:
// one visit. Later somebody else may sit at that browser.
const knownFor = 24 * time.Hour

// remembered finds the customer by the lender's reference, else by resume token.
// Presenting a token ends the one it replaced. A known customer's token ends when
// the first one of the visit does, however often it is replaced.
func (w *work) remembered(v *Visit) (Customer, bool, error) {
	if v.Ref != "" {
		v.Expires = w.now.Add(knownFor)
		return w.CustomerByRef(v.Ref)
	}
	if v.Resume == "" {
		return Customer{}, false, nil
	}
	t, found, err := w.ResumeToken(v.Resume)
	if err != nil || !found || w.now.After(t.Expires) {
		return Customer{}, false, err
	}
	if t.Replaces != "" {
		if err := w.DeleteResumeToken(t.Replaces); err != nil {
			return Customer{}, false, err
		}
	}
	c, found, err := w.Customer(t.Customer)
	if c.Ref != "" {
		v.Expires = t.Expires
	}
	return c, found, err
}

// Digest is the form in which secrets that a client holds are stored.
func Digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func shorten(s string, most int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}

// Say takes a customer's message. It returns when the message is in the writer's
// inbox; reply is as in [Desk.Submit].
func (d *Desk) Say(ctx context.Context, from Sender, s chatwire.Say, reply func(Reply)) error {
	return d.once(ctx, from, s.N, s.Settled, func(w *work) (uint64, error) {
		if err := checkText(s.Text, chatwire.MaxText); err != nil {
			return 0, err
		}
		return d.said(w, from.Customer, s.Text)
	}, reply)
}

func (d *Desk) said(w *work, id wire.CustomerID, text string) (uint64, error) {
	customer, found, err := w.Customer(id)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, refuse(wire.Missing, "signed_out")
	}
	c, err := d.conversationFor(w, customer)
	if err != nil {
		return 0, err
	}
	seq, err := w.record(&c, wire.Said{Conversation: c.Summary.ID, By: wire.ByCustomer, Text: text})
	if err != nil {
		return 0, err
	}
	return seq, w.SaveConversation(c)
}

// conversationFor returns the conversation that a customer's message belongs to:
// the one that is open; a snoozed one, woken; one resolved lately, reopened; or a new one.
func (d *Desk) conversationFor(w *work, customer Customer) (Conversation, error) {
	c, found, err := w.LatestOf(customer.ID)
	if err != nil {
		return Conversation{}, err
	}
	if !found || c.Resolved != 0 && w.now.Sub(c.Resolved.Time()) > d.cfg.ReopenWithin {
		return w.open(customer)
	}
	if c.Summary.Status != wire.Open {
		c.Resolved = 0
		_, err = w.record(&c, wire.StatusChanged{Conversation: c.Summary.ID, Status: wire.Open})
	}
	return c, err
}

// DefaultQueue is where conversations begin.
const DefaultQueue wire.QueueID = "general"

func (w *work) open(customer Customer) (Conversation, error) {
	id, err := w.freshID()
	if err != nil {
		return Conversation{}, err
	}
	c := Conversation{Customer: customer.ID}
	_, err = w.record(&c, wire.Opened{Summary: wire.Summary{
		ID: id, Customer: customer.Name, Known: customer.Ref != "", Channel: "web", Lang: customer.Lang,
		Queue: DefaultQueue, Status: wire.Open, Created: w.at,
	}})
	return c, err
}

func (w *work) freshID() (wire.ConversationID, error) {
	for range 8 { // 20 random bits a second: a second try is rare, a third unheard of
		id := wire.ConversationID(wire.NewID(w.now))
		if _, taken, err := w.Conversation(id); err != nil || !taken {
			return id, err
		}
	}
	return "", errors.New("no free conversation id")
}

// Mark records how far a customer's page has received and shown what was said, by
// whole lines: seqs between them would only fill the log.
func (d *Desk) Mark(ctx context.Context, id wire.CustomerID, m chatwire.Marks) error {
	return d.change(ctx, func(w *work) error {
		c, found, err := w.LatestOf(id)
		if err != nil || !found {
			return err
		}
		last, err := w.Position()
		if err != nil {
			return err
		}
		if m.Read, err = w.lineAt(id, min(m.Read, last.Seq)); err != nil {
			return err
		}
		if m.Delivered, err = w.lineAt(id, min(m.Delivered, last.Seq)); err != nil {
			return err
		}
		m.Delivered = max(m.Delivered, m.Read)
		if m.Delivered <= c.Summary.Delivered && m.Read <= c.Summary.Read {
			return nil
		}
		if _, err := w.record(&c, wire.Receipt{Conversation: c.Summary.ID, Delivered: m.Delivered, Read: m.Read}); err != nil {
			return err
		}
		return w.SaveConversation(c)
	})
}

// lineAt returns the seq of a customer's last line up to a seq; 0 when there is none.
func (w *work) lineAt(id wire.CustomerID, seq uint64) (uint64, error) {
	lines, err := w.Lines(id, 0, seq+1, 1)
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	return lines[0].Seq, nil
}

// CustomerTypes tells the staff that a customer is writing.
func (d *Desk) CustomerTypes(ctx context.Context, id wire.CustomerID) error {
	c, found, err := d.latest(ctx, id)
	if err != nil || !found {
		return err
	}
	return d.cfg.Bus.Publish(ctx, Notice{
		Typing: &wire.Typing{Conversation: c.Summary.ID, By: wire.ByCustomer}, Customer: id, Place: c.Place(),
	})
}

func (d *Desk) latest(ctx context.Context, id wire.CustomerID) (c Conversation, found bool, err error) {
	err = d.cfg.Store.View(ctx, func(r Reader) error {
		c, found, err = r.LatestOf(id)
		return err
	})
	return c, found, err
}
