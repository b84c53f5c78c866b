package finance

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound says that the provider knows no such customer. Anything else a
// provider returns means that it could not look.
var ErrNotFound = errors.New("no such customer")

// Provider is a source of a customer's financial context: the embedded loan
// book, or a lender's core behind an adapter. Implementations are safe for
// concurrent use and return promptly once ctx ends. financetest.Run states the
// rest of the contract.
type Provider interface {
	// Find lists the customers that fit q. None is an empty list, not an error.
	Find(ctx context.Context, q Query) ([]Match, error)
	// Snapshot reads everything about the matched customer at one moment. A
	// block that could not be read carries its own Problem; only an unknown
	// customer (ErrNotFound) or a provider that answers nothing is an error.
	Snapshot(ctx context.Context, m Match) (Snapshot, error)
}

// Query says whom to look for.
type Query struct {
	// Subject is the sub of a token signed by the lender's page. Its signature
	// and age were checked before it came here.
	Subject string
}

// Ref names a customer inside one provider.
type Ref string

// Match is a customer that was found and how sure the finding is. It goes back
// into Snapshot whole, so the evidence stands beside what it unlocked.
type Match struct {
	Ref      Ref
	Evidence Evidence
	Level    Level
}

// Evidence is how a person was tied to a customer.
type Evidence string

// EvidenceApp is a token signed by the lender's own page, where the customer
// had logged in.
const EvidenceApp Evidence = "app"

// Level is how far a customer's identity has been established, 0 (nothing) to
// 3 (logged in again or face and document checked).
type Level int

// The levels. Each opens more of what may be said and done.
const (
	N0 Level = iota
	N1
	N2
	N3
)

// Kind is where a figure comes from, and so how far it may be quoted.
type Kind string

// The kinds. Figures from a core are never recomputed; an estimate is never
// shown as if the core had said it.
const (
	Core      Kind = "core"      // recorded by the book that binds the lender
	Derived   Kind = "derivado"  // computed exactly from recorded figures
	Estimated Kind = "estimado"  // computed from figures that may be incomplete
	Declared  Kind = "declarado" // said by the customer, not checked
)

// Val is a value that may be unknown. Unknown is not zero: while Known is false
// V means nothing and no screen may print it. A known value always says who
// said it and when that was true.
type Val[T any] struct {
	V      T
	Known  bool
	Source string
	AsOf   time.Time
	Kind   Kind
}

// Block is one part of a snapshot. With a Problem its Data is empty and means
// nothing, while the other blocks stay good.
type Block[T any] struct {
	Data    T
	Problem Problem
}

// Problem is why a block is missing; empty when it is there.
type Problem string

// The problems an agent can tell apart: worth trying again, or not.
const (
	ProblemUnavailable Problem = "unavailable" // the source did not answer
	ProblemDamaged     Problem = "damaged"     // the source answered something impossible
)
