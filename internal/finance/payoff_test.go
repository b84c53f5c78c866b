package finance

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func payoff(t testing.TB, terms Terms, debts []Debt, on string) Payoff {
	t.Helper()
	p, err := terms.Payoff(debts, day(t, on))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPayoffBeforeTheDueDate(t *testing.T) {
	terms, debts := paidUpTo(t, 1)
	p := payoff(t, terms, debts, "2026-05-07")
	got := []string{pesos(p.Capital.Minor), pesos(p.Interest.Minor), pesos(p.IVA.Minor), pesos(p.Total.Minor)}
	if want := []string{"43.825,91", "4.700,78", "987,16", "49.513,85"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	next := payoff(t, terms, debts, "2026-05-08")
	if i, v := next.Interest.Minor-p.Interest.Minor, next.IVA.Minor-p.IVA.Minor; pesos(i) != "174,10" || pesos(v) != "36,56" {
		t.Errorf("the next day adds %s + %s", pesos(i), pesos(v))
	}
}

func TestPayoffFifteenDaysLate(t *testing.T) {
	terms, debts := paidUpTo(t, 1)
	if got := pesos(payoff(t, terms, debts, "2026-05-25").Total.Minor); got != "53.554,93" {
		t.Errorf("%s", got)
	}
}

func TestPayoffNeverChargesMoreInterestThanTheInstalment(t *testing.T) {
	terms := exampleA(t)
	terms.FirstDue = day(t, "2026-04-25") // 46 days run, the instalment charges 30
	p := payoff(t, terms, Debts(french(t, terms)), "2026-04-24")
	if got := pesos(p.Interest.Minor) + " + " + pesos(p.IVA.Minor); got != "5.958,90 + 1.251,37" {
		t.Errorf("after 45 days: %s", got)
	}
	terms, debts := paidUpTo(t, 3)
	if p := payoff(t, terms, debts, "2026-07-10"); p.Interest.Minor != 0 || pesos(p.Due.Minor) != "12.863,36" {
		t.Errorf("on a due date the instalment is due whole and no interest runs: %+v", p)
	}
}

func TestPayoffGivesBackInterestPaidAhead(t *testing.T) {
	terms, debts := paidUpTo(t, 3) // 2 and 3 are not due yet on 7 May
	p := payoff(t, terms, debts, "2026-05-07")
	run := int64(313_013) // 29.182,60 × 1,45 × 27/365
	if got, want := p.Interest.Minor, run-522_309-439_958; got != want {
		t.Errorf("interest %s, want %s", pesos(got), pesos(want))
	}
	if _, err := terms.Payoff(debts, day(t, "2026-03-09")); !errors.Is(err, ErrTerms) {
		t.Errorf("before the money was lent: %v", err)
	}
}

// The days given for one instalment were paid for with it; the interest of the
// next one runs from the date of the contract all the same.
func TestPayoffAfterAMovedInstalmentCountsFromTheContract(t *testing.T) {
	terms, debts := paidUpTo(t, 2)
	debts[1].Due = day(t, "2026-05-20")
	p := payoff(t, terms, debts, "2026-05-25")
	if got := pesos(p.Interest.Minor) + " + " + pesos(p.IVA.Minor); got != "2.199,79 + 461,96" { // 15 days on 36.916,01
		t.Errorf("interest %s", got)
	}
}

// Waiting never makes it cheaper, and a loan paid to its end costs nothing.
func TestPayoffNeverFallsWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := drawTerms(t)
		rows, err := terms.French()
		if err != nil {
			t.Skip("terms that cannot be")
		}
		debts := Debts(rows)
		paid := rapid.IntRange(0, len(debts)).Draw(t, "paid")
		for i := range paid {
			debts[i].Paid = debts[i].Charged
		}
		on := terms.Disbursed.AddDays(rapid.IntRange(0, 1500).Draw(t, "on"))
		today, err1 := terms.Payoff(debts, on)
		tomorrow, err2 := terms.Payoff(debts, on.AddDays(1))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if tomorrow.Total.Minor < today.Total.Minor {
			t.Fatalf("on %s %d, a day later %d", on, today.Total.Minor, tomorrow.Total.Minor)
		}
		last := debts[len(debts)-1].Due
		if paid == len(debts) && !on.Before(last) && today.Total.Minor != 0 {
			t.Fatalf("a paid loan costs %d", today.Total.Minor)
		}
	})
}
