package finance

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatIsWhatPeopleOfEachCountryWrite(t *testing.T) {
	// Every row is what ICU 78 / CLDR 48 prints.
	for _, c := range []struct {
		m    Money
		l    Locale
		want string
	}{
		{Money{123450, ARS}, EsAR, "$\u00a01.234,50"},
		{Money{-123450, ARS}, EsAR, "-$\u00a01.234,50"},
		{Money{-123456750, ARS}, EsAR, "-$\u00a01.234.567,50"},
		{Money{123450, USD}, EsAR, "US$\u00a01.234,50"},
		{Money{123450, MXN}, EsAR, "MXN\u00a01.234,50"},
		{Money{123450, MXN}, EsMX, "$1,234.50"},
		{Money{-123450, MXN}, EsMX, "-$1,234.50"},
		{Money{-123456750, ARS}, EsMX, "-ARS\u00a01,234,567.50"},
		{Money{123450, USD}, EsMX, "USD\u00a01,234.50"},
		{Money{123450, ARS}, En, "ARS\u00a01,234.50"},
		{Money{-123456750, MXN}, En, "-MX$1,234,567.50"},
		{Money{-123456750, USD}, En, "-$1,234,567.50"},
		{Money{5, ARS}, EsAR, "$\u00a00,05"},
		{Money{0, ARS}, EsAR, "$\u00a00,00"},
		{Money{99999, ARS}, EsAR, "$\u00a0999,99"},
		{Money{math.MinInt64, ARS}, EsAR, "-$\u00a092.233.720.368.547.758,08"},
	} {
		if got := c.m.Format(c.l); got != c.want {
			t.Errorf("%+v in %s is %q, want %q", c.m, c.l, got, c.want)
		}
	}
}

func TestParseReadsWhatPeopleType(t *testing.T) {
	for _, c := range []struct {
		s    string
		c    Currency
		l    Locale
		want int64
	}{
		{"1234", ARS, EsAR, 123400}, {"1.234", ARS, EsAR, 123400}, {"1.234,5", ARS, EsAR, 123450},
		{"$1.234,50", ARS, EsAR, 123450}, {" $ 1.234,50 ", ARS, EsAR, 123450}, {"-$ 1,05", ARS, EsAR, -105},
		{"ARS 1.234,50", ARS, EsAR, 123450}, {"$1,234.50", MXN, EsMX, 123450}, {"1,234", MXN, EsMX, 123400},
		{"-92.233.720.368.547.758,08", ARS, EsAR, math.MinInt64},
	} {
		got, err := ParseMoney(c.s, c.c, c.l)
		if err != nil || got != (Money{c.want, c.c}) {
			t.Errorf("%q in %s is %+v, %v; want %d", c.s, c.l, got, err, c.want)
		}
	}
}

func TestParseGuessesNothing(t *testing.T) {
	for _, c := range []struct {
		s string
		c Currency
		l Locale
	}{
		{"", ARS, EsAR}, {"$", ARS, EsAR}, {"-", ARS, EsAR}, {"1.23", ARS, EsAR}, {"1.2345", ARS, EsAR}, {",50", ARS, EsAR},
		{"1,", ARS, EsAR}, {"1,234", ARS, EsAR}, {"1.234.50", ARS, EsAR}, {"1 234", ARS, EsAR}, {"US$ 5", ARS, EsAR},
		{"$ 5", USD, EsAR}, {"MXN 5", ARS, EsAR}, {"--5", ARS, EsAR}, {"+5", ARS, EsAR}, {"５", ARS, EsAR}, {"1e3", ARS, EsAR},
		{"1.234,50", MXN, EsMX}, {"92.233.720.368.547.758,08", ARS, EsAR}, {"999999999999999999999", ARS, EsAR},
	} {
		if got, err := ParseMoney(c.s, c.c, c.l); err == nil {
			t.Errorf("%q as %s in %s was read as %+v", c.s, c.c, c.l, got)
		}
	}
}

func TestFormattingThenParsingGivesTheSameMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]Currency{ARS, MXN, USD, "EUR"}).Draw(t, "currency")}
		l := rapid.SampledFrom([]Locale{EsAR, EsMX, En}).Draw(t, "locale")
		if got, err := ParseMoney(m.Format(l), m.Currency, l); err != nil || got != m {
			t.Fatalf("%q was read as %+v, %v", m.Format(l), got, err)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"$ 1.234,50", "-$1,234.50", "US$\u00a01", "1.2.3", "-", "92233720368547758.08", "00,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range []Locale{EsAR, EsMX, En} {
			m, err := ParseMoney(s, ARS, l)
			if err != nil {
				continue
			}
			if again, err := ParseMoney(m.Format(l), ARS, l); err != nil || again != m {
				t.Errorf("%q was read as %+v, which is written %q and read as %+v, %v", s, m, m.Format(l), again, err)
			}
		}
	})
}

func TestArithmeticAgreesWithWholeNumbersOrSaysItDoesNotFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		big1, big2 := big.NewInt(a), big.NewInt(b)
		sum, err := Money{a, ARS}.Add(Money{b, ARS})
		agree(t, "sum", sum, err, new(big.Int).Add(big1, big2))
		diff, err := Money{a, ARS}.Sub(Money{b, ARS})
		agree(t, "difference", diff, err, new(big.Int).Sub(big1, big2))
		neg, err := Money{a, ARS}.Neg()
		agree(t, "negative", neg, err, new(big.Int).Neg(big1))
	})
}

func agree(t *rapid.T, what string, got Money, err error, want *big.Int) {
	t.Helper()
	switch {
	case !want.IsInt64() && !errors.Is(err, ErrOverflow):
		t.Fatalf("%s: %+v, %v; it does not fit", what, got, err)
	case want.IsInt64() && (err != nil || got != Money{want.Int64(), ARS}):
		t.Fatalf("%s: %+v, %v; want %v", what, got, err, want)
	}
}

func TestAmountsOfDifferentCurrenciesDoNotMix(t *testing.T) {
	a, b := Money{1, ARS}, Money{1, MXN}
	_, add := a.Add(b)
	_, sub := a.Sub(b)
	_, compare := a.Cmp(b)
	for _, err := range []error{add, sub, compare} {
		if !errors.Is(err, ErrCurrency) {
			t.Errorf("mixing currencies answers %v", err)
		}
	}
	if got, err := a.Cmp(Money{2, ARS}); got != -1 || err != nil {
		t.Errorf("1 against 2 is %d, %v", got, err)
	}
}

func TestMultiplyingRoundsHalvesAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		num, den int64
		want     int64
	}{
		{125000, 125, 10000, 1563}, // 1.250,00 × 1,25 % = 15,625: half to even would say 15,62
		{-125000, 125, 10000, -1563},
		{1, 1, 2, 1}, {-1, 1, 2, -1}, {1, 1, 3, 0}, {2, 1, 3, 1}, {7, 0, 1, 0},
	} {
		got, err := Money{c.minor, ARS}.Mul(big.NewRat(c.num, c.den))
		if err != nil || got.Minor != c.want {
			t.Errorf("%d × %d/%d = %d, %v; want %d", c.minor, c.num, c.den, got.Minor, err, c.want)
		}
	}
	if _, err := (Money{math.MaxInt64, ARS}).Mul(big.NewRat(2, 1)); !errors.Is(err, ErrOverflow) {
		t.Errorf("twice the largest amount answers %v", err)
	}
}
