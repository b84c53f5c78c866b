package finance

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func rate(t testing.TB, s string) Rate {
	t.Helper()
	r, err := ParseRate(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// exampleA is the loan all worked figures are about.
func exampleA(t testing.TB) Terms {
	return Terms{
		Principal: Money{5_000_000, ARS}, TNA: rate(t, "145"), Count: 6,
		Disbursed: day(t, "2026-03-10"), FirstDue: day(t, "2026-04-10"),
		Convention: TNA30365, IVA: rate(t, "21"), IVAMode: IVAOnTop,
		PunitiveRatio: rate(t, "50"), AccrueInArrears: true,
	}
}

func french(t testing.TB, terms Terms) []Row {
	t.Helper()
	rows, err := terms.French()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// pesos writes an amount as the worked examples do.
func pesos(minor int64) string {
	return strings.Replace(Money{minor, ARS}.Format(EsAR), "$\u00a0", "", 1)
}

func TestExampleARowByRow(t *testing.T) {
	want := [][]string{
		{"2026-04-10", "6.174,09", "5.958,90", "1.251,37", "13.384,36", "43.825,91"},
		{"2026-05-10", "6.909,90", "5.223,09", "1.096,85", "13.229,84", "36.916,01"},
		{"2026-06-10", "7.733,41", "4.399,58", "923,91", "13.056,90", "29.182,60"},
		{"2026-07-10", "8.655,06", "3.477,93", "730,37", "12.863,36", "20.527,54"},
		{"2026-08-10", "9.686,56", "2.446,43", "513,75", "12.646,74", "10.840,98"},
		{"2026-09-10", "10.840,98", "1.292,01", "271,32", "12.404,31", "0,00"},
	}
	rows := french(t, exampleA(t))
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	total := int64(0)
	for i, r := range rows {
		got := []string{
			r.Due.String(), pesos(r.Capital.Minor), pesos(r.Interest.Minor),
			pesos(r.IVA.Minor), pesos(r.Total.Minor), pesos(r.Balance.Minor),
		}
		if strings.Join(got, " ") != strings.Join(want[i], " ") || r.Number != i+1 {
			t.Errorf("row %d: %v, want %v", r.Number, got, want[i])
		}
		total += r.Total.Minor
	}
	if got := pesos(rows[0].Capital.Minor + rows[0].Interest.Minor); got != "12.132,99" {
		t.Errorf("the instalment before tax is %s", got)
	}
	if got := pesos(total); got != "77.585,51" {
		t.Errorf("the total is %s", got)
	}
}

func TestTaxIncludedKeepsTheWholeInstalmentConstant(t *testing.T) {
	terms := exampleA(t)
	terms.IVAMode = IVAIncluded
	for i, r := range french(t, terms) {
		want := "13.006,28"
		if i == 5 {
			want = "13.006,30"
		}
		if got := pesos(r.Total.Minor); got != want {
			t.Errorf("instalment %d is %s, want %s", r.Number, got, want)
		}
	}
}

func TestTheTextbookAnnuity(t *testing.T) {
	terms := Terms{
		Principal: Money{10_000_000, ARS}, TNA: rate(t, "60"), Count: 12, Convention: TNA12, IVAMode: IVAOnTop,
		Disbursed: day(t, "2026-01-15"), FirstDue: day(t, "2026-02-15"),
	}
	if got := pesos(french(t, terms)[0].Total.Minor); got != "11.282,54" {
		t.Errorf("100.000 at 5 %% a month in 12: %s", got)
	}
}

// A single payment of a bullet loan is a schedule of one instalment.
func TestActualDays(t *testing.T) {
	terms := Terms{
		Principal: Money{800_000, ARS}, TNA: rate(t, "300"), Count: 1, Convention: Act365, IVA: rate(t, "21"), IVAMode: IVAOnTop,
		Disbursed: day(t, "2026-04-10"), FirstDue: day(t, "2026-05-10"),
	}
	r := french(t, terms)[0]
	if pesos(r.Interest.Minor) != "1.972,60" || pesos(r.IVA.Minor) != "414,25" {
		t.Errorf("30 days of 365: %s + %s", pesos(r.Interest.Minor), pesos(r.IVA.Minor))
	}
	terms.Convention = Act360
	if got := pesos(french(t, terms)[0].Interest.Minor); got != "2.000,00" {
		t.Errorf("30 days of 360: %s", got)
	}
}

// The Mexican example: 5.000 at 58 %, a twelfth a month.
func TestTheMexicanInstalment(t *testing.T) {
	terms := Terms{
		Principal: Money{500_000, MXN}, TNA: rate(t, "58"), Count: 12, Convention: TNA12, IVA: rate(t, "16"), IVAMode: IVAOnTop,
		Disbursed: day(t, "2026-01-15"), FirstDue: day(t, "2026-02-15"),
	}
	r := french(t, terms)[0]
	if pure := r.Capital.Minor + r.Interest.Minor; pure != 55_884 || r.IVA.Minor != 3_867 || r.Total.Minor != 59_751 {
		t.Errorf("%d + %d = %d", pure, r.IVA.Minor, r.Total.Minor)
	}
}

func TestTEA(t *testing.T) {
	for tna, want := range map[string]string{"145": "293.50", "60": "79.62", "120": "214.07", "0": "0.00"} {
		if got := rate(t, tna).TEA().String(); got != want {
			t.Errorf("TNA %s gives TEA %s, want %s", tna, got, want)
		}
	}
}

func TestAShortFirstMonthDoesNotDragTheDueDay(t *testing.T) {
	terms := exampleA(t)
	terms.Disbursed, terms.FirstDue, terms.DueDay = day(t, "2026-01-31"), day(t, "2026-02-28"), 31
	for i, want := range []string{"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"} {
		if got := french(t, terms)[i].Due.String(); got != want {
			t.Errorf("instalment %d is due %s, want %s", i+1, got, want)
		}
	}
}

func TestImpossibleTermsAreRefused(t *testing.T) {
	for what, spoil := range map[string]func(*Terms){
		"no principal":              func(t *Terms) { t.Principal.Minor = 0 },
		"principal beyond reason":   func(t *Terms) { t.Principal.Minor = 1 << 60 },
		"no instalments":            func(t *Terms) { t.Count = 0 },
		"too many instalments":      func(t *Terms) { t.Count = 361 },
		"due before the money":      func(t *Terms) { t.FirstDue = t.Disbursed },
		"due day elsewhere":         func(t *Terms) { t.DueDay = 28 },
		"no tax mode":               func(t *Terms) { t.IVAMode = "" },
		"no convention":             func(t *Terms) { t.Convention = "" },
		"more than half punitive":   func(t *Terms) { t.PunitiveRatio = Rate{"50.01"} },
		"rate beyond reason":        func(t *Terms) { t.TNA = Rate{"10000.5"} },
		"tax above the interest":    func(t *Terms) { t.IVA = Rate{"100.5"} },
		"first period never repaid": func(t *Terms) { t.Convention, t.Disbursed = Act365, t.Disbursed.AddMonths(-12) },
	} {
		terms := exampleA(t)
		spoil(&terms)
		if _, err := terms.French(); !errors.Is(err, ErrTerms) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, s := range []string{"", "-1", "1,5", "1.", ".5", "1e3", "145 %", "١"} {
		if _, err := ParseRate(s); err == nil {
			t.Errorf("%q was taken for a rate", s)
		}
	}
}

func drawTerms(t *rapid.T) Terms {
	disbursed := Date{2024, 1, 1}.AddDays(rapid.IntRange(0, 1500).Draw(t, "disbursed"))
	pick := func(name string, options ...string) Rate {
		return Rate{rapid.SampledFrom(options).Draw(t, name)}
	}
	return Terms{
		Principal: Money{rapid.Int64Range(1, 1_000_000_00).Draw(t, "principal"), ARS},
		TNA:       pick("tna", "0", "7", "58", "145", "299.99"),
		Count:     rapid.IntRange(1, 36).Draw(t, "count"),
		Disbursed: disbursed, FirstDue: disbursed.AddDays(rapid.IntRange(15, 45).Draw(t, "first")),
		Convention: rapid.SampledFrom([]Convention{TNA12, TNA30365, Act365, Act360}).Draw(t, "convention"),
		IVA:        pick("iva", "0", "16", "21"), IVAMode: rapid.SampledFrom([]IVAMode{IVAOnTop, IVAIncluded}).Draw(t, "mode"),
		PunitiveRatio: pick("ratio", "0", "25", "50"), AccrueInArrears: rapid.Bool().Draw(t, "accrue"),
	}
}

func TestEveryScheduleRepaysThePrincipalToTheCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := drawTerms(t)
		rows, err := terms.French()
		if errors.Is(err, ErrTerms) {
			t.Skip("a first period so long that the instalment would not cover it")
		}
		if err != nil {
			t.Fatal(err)
		}
		capital := int64(0)
		for i, r := range rows {
			capital += r.Capital.Minor
			if r.Capital.Minor < 0 || r.Interest.Minor < 0 || r.Total.Minor != r.Capital.Minor+r.Interest.Minor+r.IVA.Minor {
				t.Fatalf("row %+v", r)
			}
			if r.Balance.Minor != terms.Principal.Minor-capital || r.Due != terms.FirstDue.AddMonths(i) {
				t.Fatalf("row %+v after %d of capital", r, capital)
			}
		}
		if len(rows) != terms.Count || capital != terms.Principal.Minor {
			t.Fatalf("%d rows repay %d of %d", len(rows), capital, terms.Principal.Minor)
		}
	})
}
