// Package dialogue holds conversations between customers and agents as data:
// the file format that replay reads, the dialogues of our own that the demo
// plays, and how often and how fast people write. It opens no connection and
// keeps no clock: it says what is written and after how long.
package dialogue

import (
	"slices"
	"time"
)

// Role says who wrote a turn.
type Role string

// The roles a file may use. An action is a look-up the agent made: it is part
// of the record but nobody sends it.
const (
	Customer Role = "customer"
	Agent    Role = "agent"
	Bot      Role = "bot"
	Action   Role = "action"
)

// Turn is one message. At counts from the first turn and means something only
// when Timed.
type Turn struct {
	Role  Role
	Text  string
	At    time.Duration
	Timed bool
}

// Dialogue is one conversation as recorded or as written by us.
type Dialogue struct {
	ID      string
	Source  string
	Licence string
	Lang    string // a language tag: en, es-AR, es-MX
	Topic   string
	Finance bool
	Turns   []Turn

	// These are in our own dialogues only.
	Ref      string        // the customer in the demo's loan book; empty for an anonymous visitor
	Reason   Reason        // why they write
	Patience time.Duration // how long they wait before they nudge
	Nudges   []string      // what they write, in order, when nobody answers
}

// Reason is why a customer writes, one of the twelve that a lender's desk sees.
type Reason string

// The twelve reasons, in the order of the lender's own manual.
const (
	AskLoan       Reason = "ask-loan"
	PayLater      Reason = "pay-later"
	PaidNotShown  Reason = "paid-not-shown"
	DueDate       Reason = "due-date"
	PayOff        Reason = "pay-off"
	WhyThisCharge Reason = "why-this-charge"
	ChangeAccount Reason = "change-account"
	NotMine       Reason = "not-mine"
	Rejected      Reason = "rejected"
	Certificate   Reason = "certificate"
	Collections   Reason = "collections"
	AppAccess     Reason = "app-access"
)

// Reasons lists the twelve.
func Reasons() []Reason {
	return []Reason{AskLoan, PayLater, PaidNotShown, DueDate, PayOff, WhyThisCharge,
		ChangeAccount, NotMine, Rejected, Certificate, Collections, AppAccess}
}

// Exchange is what the customer writes in one go, perhaps in pieces, and what
// the desk answered. Only the first exchange may have nothing from the
// customer, and only the last may have no answer.
type Exchange struct {
	Customer []Turn
	Answer   []Turn
}

// Exchanges groups the turns for someone who plays the customer: say what is
// in one exchange, wait for an answer, go on to the next. Actions are left out.
func (d Dialogue) Exchanges() []Exchange {
	var out []Exchange
	for _, t := range d.Turns {
		if t.Role == Action {
			continue
		}
		fromCustomer := t.Role == Customer
		if len(out) == 0 || fromCustomer && len(out[len(out)-1].Answer) > 0 {
			out = append(out, Exchange{})
		}
		last := &out[len(out)-1]
		if fromCustomer {
			last.Customer = append(last.Customer, t)
		} else {
			last.Answer = append(last.Answer, t)
		}
	}
	return out
}

// Sent counts the messages the customer writes.
func (d Dialogue) Sent() int {
	n := 0
	for _, t := range d.Turns {
		if t.Role == Customer {
			n++
		}
	}
	return n
}

func known(r Reason) bool { return slices.Contains(Reasons(), r) }
