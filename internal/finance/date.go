package finance

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, with no hour and no zone, so that no change of
// clocks can move a due date. The zero Date is no date. Dates compare with ==.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day that t's own clock shows.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("reading a date: %q is not a day as YYYY-MM-DD", s)
	}
	return DateOf(t), nil
}

// IsZero reports whether d is no date at all.
func (d Date) IsZero() bool { return d == Date{} }

// Number counts days from 1 January 1970.
func (d Date) Number() int {
	return int(d.midnight().Unix() / secondsPerDay)
}

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return DateOf(d.midnight().AddDate(0, 0, n)) }

// AddMonths is the same day n months later, or the last of that month when it
// is shorter. Count always from the first date of a series: 31 January gives 28
// February and then 31 March, which adding month by month would lose.
func (d Date) AddMonths(n int) Date {
	first := DateOf(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC))
	last := first.midnight().AddDate(0, 1, -1).Day()
	return Date{first.Year, first.Month, min(d.Day, last)}
}

// DaysSince counts the days from earlier to d; negative when d is the earlier.
func (d Date) DaysSince(earlier Date) int { return d.Number() - earlier.Number() }

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.Number() < other.Number() }

// Weekday is d's day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// String is YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.midnight().Format(time.DateOnly)
}

// MarshalText writes what String says.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; nothing at all is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	read, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = read
	return nil
}

const secondsPerDay = 24 * 60 * 60

// midnight places d in UTC, which has no changes of clock, only to borrow the
// standard library's calendar.
func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
