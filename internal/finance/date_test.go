package finance

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMonthsCountFromTheAnchor(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2026-01-31", 2, "2026-03-31"}, {"2028-01-31", 1, "2028-02-29"},
		{"2026-10-31", 4, "2027-02-28"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-12-10", 1, "2027-01-10"},
		{"2026-05-10", -17, "2024-12-10"},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestDaysAreCountedAcrossYearsAndBefore1970(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Date{1970, 1, 1}.AddDays(rapid.IntRange(-40_000, 80_000).Draw(t, "day"))
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		b := a.AddDays(n)
		if b.DaysSince(a) != n || b.Before(a) != (n < 0) || (a == b) != (n == 0) {
			t.Fatalf("%s and %d days later, %s, are %d days apart", a, n, b, b.DaysSince(a))
		}
	})
	if got := (Date{1969, 12, 31}).Number(); got != -1 {
		t.Errorf("the day before the first is number %d", got)
	}
	if got := (Date{2026, 5, 10}).Weekday(); got != time.Sunday {
		t.Errorf("10 May 2026 is a %s", got)
	}
}

func TestDatesTravelAsText(t *testing.T) {
	type letter struct{ A, B Date }
	want := letter{A: Date{2026, 5, 10}}
	b, err := json.Marshal(want)
	if err != nil || string(b) != `{"A":"2026-05-10","B":""}` {
		t.Fatalf("%s, %v", b, err)
	}
	var got letter
	if err := json.Unmarshal(b, &got); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{"2026-02-29", "10/05/2026", "2026-5-1", "mañana"} {
		if _, err := ParseDate(s); err == nil {
			t.Errorf("%q was taken for a day", s)
		}
	}
}

func TestTodayIsTheLendersWhereverTheClockIs(t *testing.T) {
	now := time.Date(2026, 5, 10, 2, 30, 0, 0, time.UTC) // 23:30 of the 9th in Buenos Aires, 20:30 in Mexico
	for c, want := range map[Country]string{AR: "2026-05-09", MX: "2026-05-09", "UY": "2026-05-10"} {
		if got := BusinessDate(now, c).String(); got != want {
			t.Errorf("in %s it is %s, want %s", c, got, want)
		}
	}
	now = now.Add(2 * time.Hour) // 01:30 of the 10th in Buenos Aires, 22:30 of the 9th in Mexico
	if ar, mx := BusinessDate(now, AR), BusinessDate(now, MX); ar != (Date{2026, 5, 10}) || mx != (Date{2026, 5, 9}) {
		t.Errorf("Buenos Aires %s, Mexico %s", ar, mx)
	}
}
