package finance

import (
	"errors"
	"fmt"
	"math/big"
)

// Convention is how a yearly rate becomes the rate of one period.
type Convention string

// The conventions, with monthly instalments.
const (
	TNA12    Convention = "tna_12"     // a twelfth of the year's rate
	TNA30365 Convention = "tna_30_365" // thirty days of 365, whatever the month
	Act365   Convention = "act_365"    // the days that passed, of 365
	Act360   Convention = "act_360"    // the days that passed, of 360
)

// IVAMode is how the tax on interest meets the instalment. It changes the bill,
// so it is never guessed.
type IVAMode string

// The modes.
const (
	IVAOnTop    IVAMode = "encima"   // capital and interest are constant, the tax comes on top
	IVAIncluded IVAMode = "incluida" // the whole instalment is constant
)

// Terms are what a contract says, enough to compute everything owed under it.
type Terms struct {
	Principal Money
	TNA       Rate
	Count     int // monthly instalments
	Disbursed Date
	FirstDue  Date
	DueDay    int // of the month, where the first month was too short for it; 0 is FirstDue's

	Convention Convention
	IVA        Rate
	IVAMode    IVAMode

	PunitiveRatio   Rate // of TNA, charged on overdue capital; at most 50
	AccrueInArrears bool // ordinary interest goes on over overdue capital
}

// ErrTerms says that terms are impossible or outside what the desk computes.
var ErrTerms = errors.New("the terms of the loan cannot be")

// The limits keep every sum far inside an int64, so that adding cents never
// needs a check, and cap punitive interest at the half that law and practice
// allow.
const (
	maxPrincipal = 10_000_000_000_000 // a hundred thousand million pesos
	maxCount     = 360
	maxLateDays  = 100 * 366
)

var (
	maxTNA           = big.NewRat(100, 1)
	maxIVA           = big.NewRat(1, 1)
	maxPunitiveRatio = big.NewRat(1, 2)
)

func (t Terms) check() error {
	bad := func(what string) error { return fmt.Errorf("checking the terms: %s: %w", what, ErrTerms) }
	switch {
	case t.Principal.Minor <= 0 || t.Principal.Minor > maxPrincipal:
		return bad("principal out of range")
	case t.Count < 1 || t.Count > maxCount:
		return bad("number of instalments out of range")
	case t.TNA.Fraction().Cmp(maxTNA) > 0:
		return bad("rate out of range")
	case t.IVA.Fraction().Cmp(maxIVA) > 0:
		return bad("tax out of range")
	case t.PunitiveRatio.Fraction().Cmp(maxPunitiveRatio) > 0:
		return bad("punitive ratio above one half")
	case t.Disbursed.IsZero() || !t.Disbursed.Before(t.FirstDue):
		return bad("first due date not after the disbursement")
	case t.ScheduledDue(1) != t.FirstDue:
		return bad("due day that the first due date does not fall on")
	case t.IVAMode != IVAOnTop && t.IVAMode != IVAIncluded:
		return bad("unknown tax mode")
	}
	switch t.Convention {
	case TNA12, TNA30365, Act365, Act360:
		return nil
	}
	return bad("unknown convention")
}

// ScheduledDue is the date the contract set for instalment k, counted from the
// anchor so that a short month never drags the following ones.
func (t Terms) ScheduledDue(k int) Date {
	anchor := t.FirstDue
	anchor.Day = max(anchor.Day, t.DueDay)
	return anchor.AddMonths(k - 1)
}

// opening is the day from which instalment k's interest runs.
func (t Terms) opening(k int) Date {
	if k == 1 {
		return t.Disbursed
	}
	return t.ScheduledDue(k - 1)
}

// periodRate is the interest rate of instalment k's period.
func (t Terms) periodRate(k int) *big.Rat {
	i := t.TNA.Fraction()
	switch t.Convention {
	case TNA12:
		return i.Mul(i, big.NewRat(1, 12))
	case TNA30365:
		return i.Mul(i, big.NewRat(30, 365))
	default:
		return t.dailyRate(t.ScheduledDue(k).DaysSince(t.opening(k)))
	}
}

// dailyRate is the rate of so many actual days.
func (t Terms) dailyRate(days int) *big.Rat {
	year := int64(365)
	if t.Convention == Act360 {
		year = 360
	}
	i := t.TNA.Fraction()
	return i.Mul(i, big.NewRat(int64(days), year))
}
