package locale

import (
	"math"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
)

// The expected amounts are those of ICU 78 with CLDR 48; spaces stand for
// no-break spaces.
func TestMoneyIsWrittenAsCLDRHasIt(t *testing.T) {
	for _, c := range []struct {
		locale, currency string
		minor            int64
		want             string
	}{
		{"es-AR", "ARS", 123456, "$ 1.234,56"},
		{"es-AR", "ARS", -123450, "-$ 1.234,50"},
		{"es-AR", "ARS", 0, "$ 0,00"},
		{"es-AR", "ARS", 5, "$ 0,05"},
		{"es-AR", "ARS", 123456789012, "$ 1.234.567.890,12"},
		{"es-AR", "USD", 123456, "US$ 1.234,56"},
		{"es-AR", "MXN", 123456, "MXN 1.234,56"},
		{"es-MX", "MXN", 123456, "$1,234.56"},
		{"es-MX", "MXN", -123450, "-$1,234.50"},
		{"es-MX", "USD", 123456, "USD 1,234.56"},
		{"en", "USD", 123456, "$1,234.56"},
		{"en", "MXN", 99, "MX$0.99"},
		{"en", "ARS", 100000, "ARS 1,000.00"},
		{"es-AR", "CLP", 1234567, "CLP 1.234.567"},
		{"es-AR", "ARS", math.MinInt64, "-$ 92.233.720.368.547.758,08"},
	} {
		l, ok := Parse(c.locale)
		if got := strings.ReplaceAll(l.Money(wire.Amount{Minor: c.minor, Currency: c.currency}), nbsp, " "); !ok || got != c.want {
			t.Errorf("%s %d %s: %q, want %q", c.locale, c.minor, c.currency, got, c.want)
		}
	}
}

func TestRatesKeepEveryDigit(t *testing.T) {
	for _, c := range []struct{ locale, in, want string }{
		{"es-AR", "145", "145 %"}, {"es-AR", "293.50", "293,50 %"}, {"es-AR", "1234.5", "1.234,5 %"},
		{"es-MX", "293.50", "293.50%"}, {"en", "-3.25", "-3.25%"}, {"es-AR", "n/a", "n/a"}, {"es-AR", "1.", "1."},
	} {
		l, _ := Parse(c.locale)
		if got := strings.ReplaceAll(l.Percent(c.in), nbsp, " "); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.locale, c.in, got, c.want)
		}
	}
}

func TestLocalesAreFoundByWhatEnvironmentsSay(t *testing.T) {
	for in, want := range map[string]string{
		"es_AR.UTF-8": "es-AR", "es-MX": "es-MX", "es_MX@euro": "es-MX", "es": "es-AR", "es_ES.UTF-8": "es-AR",
		"en_US.UTF-8": "en", "EN": "en",
	} {
		if l, ok := Parse(in); !ok || l.String() != want {
			t.Errorf("%q is %s, %v; want %s", in, l, ok, want)
		}
	}
	for _, in := range []string{"", "C", "C.UTF-8", "fr_FR", "POSIX"} {
		if l, ok := Parse(in); ok || l.String() != "es-AR" {
			t.Errorf("%q is %s, %v; want es-AR and no", in, l, ok)
		}
	}
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	zone := time.FixedZone("ART", -3*3600)
	got, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTimesAreRelativeNearAndAbsoluteFar(t *testing.T) {
	now := at(t, "2026-05-07 14:03:20") // a Thursday
	for _, c := range []struct{ locale, when, want string }{
		{"es-AR", "2026-05-07 14:03:15", "recién"},
		{"es-AR", "2026-05-07 14:00:00", "hace 3 min"},
		{"es-AR", "2026-05-07 11:20:00", "11:20"},
		{"es-AR", "2026-05-06 18:20:00", "ayer 18:20"},
		{"es-AR", "2026-05-04 09:12:00", "lun 09:12"},
		{"es-AR", "2026-04-04 09:12:00", "4/4 09:12"},
		{"es-AR", "2025-04-04 09:12:00", "4/4/2025 09:12"},
		{"en", "2026-05-06 18:20:00", "yesterday 18:20"},
		{"en", "2026-04-04 09:12:00", "4 Apr 09:12"},
	} {
		l, _ := Parse(c.locale)
		if got := l.Ago(now, at(t, c.when)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.locale, c.when, got, c.want)
		}
	}
	es, _ := Parse("es")
	if got := es.Moment(now, at(t, "2026-05-08 09:00:00")); got != "mañana 09:00" {
		t.Errorf("tomorrow is %q", got)
	}
	// The same instant seen from UTC is shown in the agent's zone.
	if got := es.Moment(now, at(t, "2026-05-07 23:30:00").UTC()); got != "23:30" {
		t.Errorf("an instant of another zone shows as %q", got)
	}
}

func TestDaysAreNamed(t *testing.T) {
	now := at(t, "2026-05-07 00:10:00")
	es, _ := Parse("es")
	en, _ := Parse("en")
	for when, want := range map[string][2]string{
		"2026-05-07 23:59:00": {"hoy", "today"},
		"2026-05-06 23:59:00": {"ayer", "yesterday"},
		"2026-05-04 10:00:00": {"lunes 4 de mayo", "Monday, May 4"},
		"2025-12-31 10:00:00": {"miércoles 31 de diciembre 2025", "Wednesday, December 31 2025"},
	} {
		if got := [2]string{es.Day(now, at(t, when)), en.Day(now, at(t, when))}; got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
}

func TestDueDatesHaveTheirWeekday(t *testing.T) {
	es, _ := Parse("es-AR")
	en, _ := Parse("en")
	if got := es.DueDate("2026-05-10"); got != "dom 10/05" {
		t.Errorf("got %q", got)
	}
	if got := en.DueDate("2026-05-10"); got != "Sun 10 May" {
		t.Errorf("got %q", got)
	}
	if got := es.DueDate("10 de mayo"); got != "10 de mayo" {
		t.Errorf("what is no date came back as %q", got)
	}
	if got := es.ShortDate("2026-05-10"); got != "10/05" {
		t.Errorf("got %q", got)
	}
}

func TestWaitsFitTheirColumn(t *testing.T) {
	l, _ := Parse("es")
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00", 42 * time.Second: "0:42", 12*time.Minute + 5*time.Second: "12:05", 59*time.Minute + 59*time.Second: "59:59",
		3*time.Hour + 7*time.Minute: "3h07", 23*time.Hour + 59*time.Minute: "23h59", 52 * time.Hour: "2d04", 99*24*time.Hour + 23*time.Hour: "99d23",
	} {
		if got := l.Wait(d); got != want || len(got) > 5 {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := l.Number(-1234567); got != "-1.234.567" {
		t.Errorf("number: %q", got)
	}
}
