package libro

import (
	"errors"
	"slices"
	"testing"
	"time"

	"ventanilla/internal/finance"
)

// standing is what the line of now and the offer say of a seeded customer.
type standing struct {
	state  finance.State
	days   int
	loan   string
	number int
	loans  int
	offer  finance.Reason // empty: available
}

func standings() map[string]standing {
	return map[string]standing{
		"c-1001": {finance.DueIn, 3, "P-1001", 2, 1, finance.ReasonNone},
		"c-1002": {finance.NoLoan, 0, "", 0, 0, ""},
		"c-1003": {finance.PaidOff, 0, "", 0, 1, ""},
		"c-1004": {finance.Late, 12, "P-1004", 4, 1, finance.ReasonOverdue},
		"c-1005": {finance.DueIn, 8, "P-1005", 5, 2, finance.ReasonNone},
		"c-1006": {finance.Late, 2, "P-1006", 3, 1, finance.ReasonOverdue},
		"c-1007": {finance.DueIn, 14, "P-1007", 3, 1, finance.ReasonChanged},
		"c-1008": {finance.NoLoan, 0, "", 0, 0, finance.ReasonRejected},
		"c-1009": {finance.DueToday, 0, "P-1009", 4, 1, finance.ReasonNone},
		"c-1010": {finance.Late, 47, "P-1010", 3, 1, finance.ReasonOverdue},
		"c-1011": {finance.DueIn, 10, "P-1011", 3, 1, finance.ReasonExpired},
		"c-1012": {finance.DueIn, 16, "P-1012", 1, 1, finance.ReasonStop},
		"c-1013": {finance.UpToDate, -1, "P-1013", 5, 1, finance.ReasonNone},
		"c-1014": {finance.PaidOff, 0, "", 0, 1, ""},
		"c-2001": {finance.DueIn, 3, "P-2001", 4, 1, finance.ReasonNone},
		"c-2002": {finance.Late, 12, "P-2002", 3, 1, finance.ReasonOverdue},
		"c-2003": {finance.Late, 1, "P-2003", 3, 1, finance.ReasonOverdue},
		"c-2004": {finance.NoLoan, 0, "", 0, 0, ""},
		"c-2005": {finance.PaidOff, 0, "", 0, 1, ""},
		"c-2006": {finance.DueIn, 6, "P-2006", 6, 2, finance.ReasonNone},
		"c-2007": {finance.DueIn, 11, "P-2007", 4, 1, finance.ReasonChanged},
		"c-2008": {finance.NoLoan, 0, "", 0, 0, finance.ReasonRejected},
		"c-2009": {finance.DueIn, 1, "P-2009", 3, 1, finance.ReasonNone},
		"c-2010": {finance.Late, 95, "P-2010", 4, 1, finance.ReasonOverdue},
	}
}

// The seed says the same on any day it is sown, also at the end of a month and
// in the hours when the two countries are a day apart.
func TestEveryCustomerStandsWhereTheSeedSays(t *testing.T) {
	for _, now := range []time.Time{
		noon(2026, 5, 7), noon(2027, 3, 28), noon(2028, 2, 29),
		time.Date(2026, 12, 31, 4, 0, 0, 0, time.UTC),
	} {
		t.Run(now.Format(time.DateTime), func(t *testing.T) {
			b := seeded(t, now)
			if got, want := len(people()), len(standings()); got != want {
				t.Fatalf("%d customers, %d expectations", got, want)
			}
			for ref, want := range standings() {
				s := look(t, b, ref)
				if s.Now.Problem != "" || s.Loans.Problem != "" || s.Offer.Problem != "" {
					t.Fatalf("%s: %+v", ref, s)
				}
				line := s.Now.Data
				if want.days < 0 { // beyond the period; how far depends on the months
					want.days = line.Days
				}
				got := standing{line.State, line.Days, line.Loan, line.Number, len(s.Loans.Data), s.Offer.Data.Reason}
				if got != want {
					t.Errorf("%s: %+v, want %+v", ref, got, want)
				}
			}
		})
	}
}

func TestALoanIsPlacedOnTheDayTheSeedSaysOnAnyDay(t *testing.T) {
	for day := range 4 * 366 {
		today := finance.Date{Year: 2026, Month: 1, Day: 1}.AddDays(day)
		for _, l := range seedLoans() {
			var terms finance.Terms
			l.place(&terms, today)
			if got, want := terms.ScheduledDue(l.number), today.AddDays(l.due); got != want || terms.ScheduledDue(1) != terms.FirstDue {
				t.Fatalf("on %s instalment %d of %s is due %s, want %s", today, l.number, l.id, got, want)
			}
			if paid := terms.ScheduledDue(l.paid); l.paid > 0 && paid.AddDays(max(l.lateBy, l.moved)).DaysSince(today) > 0 {
				t.Fatalf("on %s instalment %d of %s was paid in the future", today, l.paid, l.id)
			}
		}
	}
}

// The seed of 7 May 2026 puts Rosa's loan on the very dates of the worked
// example, so its published figures must come out of the ledger.
func TestRosaIsTheWorkedExample(t *testing.T) {
	s := look(t, seeded(t, noon(2026, 5, 7)), "c-1001")
	ars := func(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: finance.ARS} }
	n, l := s.Now.Data, s.Loans.Data[0]
	for what, c := range map[string]struct{ got, want any }{
		"instalment":  {n.Amount.V, ars(13_229_84)},
		"due":         {n.Due.V.String(), "2026-05-10"},
		"weekday":     {n.Due.V.Weekday(), time.Sunday},
		"of":          {n.Of, 6},
		"payoff":      {n.Payoff.V, ars(49_513_85)},
		"per day":     {n.PayoffPerDay.V, ars(174_10 + 36_56)},
		"late":        {n.LateInterest.Known, false},
		"original":    {l.Original.V, ars(50_000_00)},
		"balance":     {l.Balance.V, ars(43_825_91)},
		"loan payoff": {l.Payoff.V, ars(49_513_85)},
		"TNA":         {l.TNA.V.String(), "145"},
		"TEA":         {l.TEA.V.String(), "293.50"},
		"first":       {l.Instalments[0].State, finance.InstalmentPaid},
		"first due":   {l.Instalments[0].Due.V.String(), "2026-04-10"},
		"first total": {l.Instalments[0].Total.V, ars(13_384_36)},
		"first left":  {l.Instalments[0].Unpaid.V, ars(0)},
		"second":      {l.Instalments[1].State, finance.InstalmentPending},
		"paid":        {s.Payments.Data[0].Amount.V, ars(13_384_36)},
		"paid on":     {s.Payments.Data[0].Date.V.String(), "2026-04-10"},
		"applied":     {s.Payments.Data[0].State, finance.PaymentApplied},
		"amount kind": {n.Payoff.Kind, finance.Derived},
		"TNA kind":    {l.TNA.Kind, finance.Core},
		"documents":   {len(s.Who.Data.Documents), 2},
		"DNI":         {s.Who.Data.Documents[0].Masked.V, "··.···.345"},
		"name":        {s.Who.Data.FullName.V, "Rosa Peralta"},
		"evidence":    {s.Who.Data.Evidence, finance.EvidenceApp},
		"level":       {s.Who.Data.Level, finance.N1},
		"today":       {s.Today.String(), "2026-05-07"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
}

// The figures come from a second implementation, written apart from this one
// with another language's fractions.
func TestFiguresOfTheOthersAgreeWithASecondImplementation(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	for ref, want := range map[string]struct {
		due                                                string
		amount, late, catchUp, payoff, perDay, loanBalance int64
	}{
		"c-1004": {"2026-04-25", 16511_14, 659_00, 17170_14, 74352_98, 314_79, 61680_73},
		"c-1010": {"2026-03-21", 21225_18, 4081_22, 46313_54, 119667_03, 471_25, 85828_60},
		"c-1013": {"2026-07-10", 16033_23, 0, 0, 42441_53, 249_54, 53767_93},
		"c-2001": {"2026-05-10", 585_25, 0, 0, 4236_53, 7_53, 4033_02},
		"c-2002": {"2026-04-25", 1187_92, 9_51, 1197_43, 7130_53, 12_73, 6558_47},
		"c-2010": {"2026-02-01", 1101_26, 143_91, 4548_95, 9181_07, 12_69, 7354_32},
	} {
		s := look(t, b, ref)
		n := s.Now.Data
		got := []int64{
			n.Amount.V.Minor, n.LateInterest.V.Minor, n.CatchUp.V.Minor, n.Payoff.V.Minor, n.PayoffPerDay.V.Minor,
			s.Loans.Data[0].Balance.V.Minor,
		}
		figures := []int64{want.amount, want.late, want.catchUp, want.payoff, want.perDay, want.loanBalance}
		if n.Due.V.String() != want.due || !slices.Equal(got, figures) {
			t.Errorf("%s: due %s %v, want %s %v", ref, n.Due.V, got, want.due, figures)
		}
	}
}

func TestWhatElseTheSeedTells(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	for _, ref := range []string{"c-1006", "c-2003"} {
		s := look(t, b, ref)
		p := s.Payments.Data[0]
		if p.State != finance.PaymentReceived || p.Amount.V != s.Now.Data.Amount.V || p.Date.V.String() != "2026-05-06" {
			t.Errorf("%s: newest payment %+v, owing %+v", ref, p, s.Now.Data.Amount)
		}
	}
	stops := func(ref string) (kinds []finance.StopKind) {
		for _, s := range look(t, b, ref).Stops.Data {
			kinds = append(kinds, s.Kind)
		}
		return kinds
	}
	for ref, want := range map[string][]finance.StopKind{
		"c-1001": nil, "c-1007": {finance.StopAccountChanged, finance.StopContactChanged},
		"c-2007": {finance.StopAccountChanged}, "c-1012": {finance.StopIdentityTheft},
	} {
		if got := stops(ref); !slices.Equal(got, want) {
			t.Errorf("%s: stop signs %v, want %v", ref, got, want)
		}
	}
	if p := look(t, b, "c-1010").Loans.Data[0].Promises; len(p) != 1 || p[0].State != finance.PromiseBroken {
		t.Errorf("Jorge's promises: %+v", p)
	}
	l := look(t, b, "c-1011").Loans.Data[0]
	if e := l.Extensions; len(e) != 1 || e[0].Number != 2 || e[0].To.V.DaysSince(e[0].From.V) != 10 || e[0].Cost.V.Minor == 0 {
		t.Errorf("Lucía's extensions: %+v", e)
	}
	if i := l.Instalments[1]; i.State != finance.InstalmentPaid || i.Due.V != l.Extensions[0].To.V {
		t.Errorf("the instalment that was moved: %+v", i)
	}
	if o := look(t, b, "c-1002").Offer.Data; o.UpTo.V.Format(finance.EsAR) != "$\u00a080.000,00" {
		t.Errorf("Bruno's offer: %+v", o)
	}
	if p := look(t, b, "c-1014").Payments.Data[0]; p.Date.V.String() != "2026-05-06" || p.State != finance.PaymentApplied {
		t.Errorf("Óscar's last payment: %+v", p)
	}
}

func TestChangedDataStopsHoldingAfterThreeDays(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	b.clock = func() time.Time { return noon(2026, 5, 9).Add(time.Hour) } // 73 hours after the change
	if s := look(t, b, "c-2007"); len(s.Stops.Data) != 0 || !s.Offer.Data.Available {
		t.Errorf("%+v, %+v", s.Stops, s.Offer)
	}
}

func TestLatenessGrowsByItselfAsDaysPass(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	if n := look(t, b, "c-1009").Now.Data; n.State != finance.DueToday || n.LateInterest.Known {
		t.Errorf("on the day: %+v", n)
	}
	b.clock = func() time.Time { return noon(2026, 5, 8) }
	n := look(t, b, "c-1009").Now.Data
	if n.State != finance.Late || n.Days != 1 || n.LateInterest.V.Minor == 0 {
		t.Errorf("a day later: %+v", n)
	}
}

// The worked payment: 9.000 five days late, with 13.478,95 owed.
func TestALatePaymentIsChargedAndSpreadThroughTheLedger(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	b.clock = func() time.Time { return noon(2026, 5, 15) }
	before := look(t, b, "c-1001").Now.Data
	if before.CatchUp.V.Minor != 13_478_95 || before.Days != 5 {
		t.Fatalf("before: %+v", before)
	}
	tx, err := b.db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := posting{tx, b.vault, b.clock()}
	in := payment{"late", "c-1001", "cvu", finance.Date{Year: 2026, Month: 5, Day: 15}, finance.Money{Minor: 9_000_00, Currency: finance.ARS}}
	if err := errors.Join(p.receive(t.Context(), in), p.apply(t.Context(), in, "P-1001"), tx.Commit()); err != nil {
		t.Fatal(err)
	}
	for day, late := range map[int]int64{
		15: 0,                            // charged and paid
		20: 44_48 + 9_34 + 88_97 + 18_68, // five days on 4.478,95 of capital
	} {
		b.clock = func() time.Time { return noon(2026, 5, day) }
		n := look(t, b, "c-1001").Now.Data
		if n.Amount.V.Minor != 4_478_95 || n.LateInterest.V.Minor != late || n.CatchUp.V.Minor != 4_478_95+late || n.Days != day-10 {
			t.Errorf("on the %dth: %+v", day, n)
		}
	}
	if balance := look(t, b, "c-1001").Loans.Data[0].Balance.V.Minor; balance != 43_825_91-2_430_95 {
		t.Errorf("capital owed after the payment: %d", balance)
	}
}

func TestEveryNumberOfTheSeedIsWellFormedAndNobodys(t *testing.T) {
	for _, p := range people() {
		for kind, number := range p.documents {
			var err error
			switch kind {
			case finance.CUIL:
				err = finance.CheckCUIT(number)
			case finance.CURP:
				err = finance.CheckCURP(number)
			case finance.DNI:
				if number < "99000000" || len(number) != 8 {
					t.Errorf("%s: a DNI outside the unassigned range", p.id)
				}
			}
			if err != nil {
				t.Errorf("%s: %s: %v", p.id, kind, err)
			}
		}
		check := finance.CheckCBU
		if p.account == finance.CLABE {
			check = finance.CheckCLABE
		}
		if err := check(p.number); err != nil || p.number[:3] != "999" {
			t.Errorf("%s: account: %v", p.id, err)
		}
	}
}
