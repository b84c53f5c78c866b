package finance

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// paidUpTo is Example A with its first instalments paid in full.
func paidUpTo(t testing.TB, n int) (Terms, []Debt) {
	terms := exampleA(t)
	debts := Debts(french(t, terms))
	for i := range n {
		debts[i].Paid = debts[i].Charged
	}
	return terms, debts
}

func lateInterest(t testing.TB, terms Terms, d Debt, on string) Parts {
	t.Helper()
	p, err := terms.LateInterest(d, day(t, on))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTenDaysLate(t *testing.T) {
	terms, debts := paidUpTo(t, 1)
	p := lateInterest(t, terms, debts[1], "2026-05-20")
	got := []string{pesos(p[Punitive]), pesos(p[PunitiveIVA]), pesos(p[Compensatory]), pesos(p[CompensatoryIVA]), pesos(p.Total())}
	if want := []string{"137,25", "28,82", "274,50", "57,65", "498,22"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if p := lateInterest(t, terms, debts[1], "2026-05-10"); p != (Parts{}) {
		t.Errorf("on the due day itself: %v", p)
	}
	terms.AccrueInArrears = false
	if p := lateInterest(t, terms, debts[1], "2026-05-20"); pesos(p.Total()) != "166,07" {
		t.Errorf("without ordinary interest in arrears: %s", pesos(p.Total()))
	}
}

func TestMovingAnInstalmentTenDaysIsCheaperThanBeingLate(t *testing.T) {
	terms, debts := paidUpTo(t, 1)
	cost, err := terms.MoveCost(debts[1], 10)
	if err != nil || pesos(cost.Total()) != "332,15" || pesos(debts[1].Charged.Plus(cost).Total()) != "13.561,99" {
		t.Errorf("it costs %s, %v", pesos(cost.Total()), err)
	}
	if _, err := terms.MoveCost(debts[1], 0); !errors.Is(err, ErrTerms) {
		t.Errorf("moving it nowhere: %v", err)
	}
}

func TestDaysPastDueCountFromTheOldestUnpaid(t *testing.T) {
	_, debts := paidUpTo(t, 1)
	for on, want := range map[string]int{"2026-05-07": 0, "2026-05-10": 0, "2026-05-11": 1, "2026-06-26": 47} {
		if got := DaysPastDue(debts, day(t, on), 0); got != want {
			t.Errorf("on %s: %d days, want %d", on, got, want)
		}
	}
	debts[1].Paid = debts[1].Charged
	debts[1].Paid[Capital] -= 100
	if got := DaysPastDue(debts, day(t, "2026-05-20"), 100); got != 0 {
		t.Errorf("one peso short within a tolerance of one peso: %d days", got)
	}
	if got := DaysPastDue(debts, day(t, "2026-05-20"), 99); got != 10 {
		t.Errorf("one peso short beyond the tolerance: %d days", got)
	}
}

func TestAPaymentCoversWhatLatenessAddedFirstAndCapitalLast(t *testing.T) {
	terms, debts := paidUpTo(t, 1)
	d := &debts[1]
	d.Charged, d.LateUntil = d.Charged.Plus(lateInterest(t, terms, *d, "2026-05-15")), day(t, "2026-05-15")
	if got := pesos(d.Owes().Total()); got != "13.478,95" {
		t.Fatalf("on 15 May instalment 2 owes %s", got)
	}
	portions, left := Allocate(900_000, debts)
	var got []string
	for _, part := range portions[1] {
		got = append(got, pesos(part))
	}
	want := []string{"68,63", "14,41", "137,25", "28,82", "5.223,09", "1.096,85", "2.430,95"}
	if !slices.Equal(got, want) || left != 0 {
		t.Errorf("%v and %d left, want %v", got, left, want)
	}
	// From here lateness runs on the capital that is left, since the payment.
	d.Paid = portions[1]
	if p := lateInterest(t, terms, *d, "2026-05-15"); p != (Parts{}) {
		t.Errorf("charged twice on the day of the payment: %v", p)
	}
	if p := lateInterest(t, terms, *d, "2026-05-20"); pesos(p[Compensatory]) != "88,97" { // 4.478,95 × 1,45 × 5/365
		t.Errorf("five days more on what is left: %s", pesos(p[Compensatory]))
	}
}

func TestAllocationInventsAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := drawTerms(t)
		rows, err := terms.French()
		if err != nil {
			t.Skip("terms that cannot be")
		}
		debts, amount := Debts(rows), rapid.Int64Range(0, 400_000_000).Draw(t, "amount")
		portions, left := Allocate(amount, debts)
		spread, owed := left, int64(0)
		for i, p := range portions {
			spread += p.Total()
			owed += debts[i].Owes().Total()
			for c, part := range p {
				if part < 0 || part > debts[i].Owes()[c] {
					t.Fatalf("instalment %d component %d owes %d and gets %d", i+1, c, debts[i].Owes()[c], part)
				}
			}
		}
		if spread != amount || left != max(0, amount-owed) {
			t.Fatalf("%d was spread as %d with %d left, owing %d", amount, spread, left, owed)
		}
	})
}
