package locale

import (
	"fmt"
	"strconv"
	"time"
)

// calendar holds the words of one language. Weeks begin on Sunday here because
// [time.Weekday] does.
type calendar struct {
	days, dayNames             [7]string
	months                     [12]string
	today, yesterday, tomorrow string
	now, ago                   string
	second, minute, hour, day  string
}

var spanish = calendar{
	days:     [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
	dayNames: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
	months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
		"septiembre", "octubre", "noviembre", "diciembre"},
	today: "hoy", yesterday: "ayer", tomorrow: "mañana",
	now: "recién", ago: "hace %s",
	second: "s", minute: "min", hour: "h", day: "d",
}

var angloSaxon = calendar{
	days:     [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	dayNames: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December"},
	today: "today", yesterday: "yesterday", tomorrow: "tomorrow",
	now: "just now", ago: "%s ago",
	second: "s", minute: "min", hour: "h", day: "d",
}

func (l Locale) words() *calendar {
	if l.tag == english {
		return &angloSaxon
	}
	return &spanish
}

// Clock writes the time of day in t's own zone: 14:03.
func (l Locale) Clock(t time.Time) string {
	h, m, _ := t.Clock()
	b := [5]byte{byte('0' + h/10), byte('0' + h%10), ':', byte('0' + m/10), byte('0' + m%10)}
	return string(b[:])
}

// Wait writes how long somebody has been waiting, as a clock that counts up:
// 0:42, 12:05, then 3h07 and 2d04 when minutes stop to matter. It is at most
// five cells wide below a hundred days.
func (l Locale) Wait(d time.Duration) string {
	s := max(int(d/time.Second), 0)
	switch {
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	case s < 24*3600:
		return fmt.Sprintf("%dh%02d", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd%02d", s/86400, s/3600%24)
}

// Span writes a length of time in its largest whole unit: 40 s, 3 min, 2 h, 5 d.
func (l Locale) Span(d time.Duration) string {
	w := l.words()
	s := max(int(d/time.Second), 0)
	switch {
	case s < 60:
		return strconv.Itoa(s) + " " + w.second
	case s < 3600:
		return strconv.Itoa(s/60) + " " + w.minute
	case s < 48*3600:
		return strconv.Itoa(s/3600) + " " + w.hour
	}
	return strconv.Itoa(s/86400) + " " + w.day
}

// Ago writes a moment that has passed: relative when near («hace 3 min»),
// absolute when far («ayer 18:20», «4/5 09:12»).
func (l Locale) Ago(now, t time.Time) string {
	w, d := l.words(), now.Sub(t)
	switch {
	case d < 10*time.Second:
		return w.now
	case d < time.Hour:
		return fmt.Sprintf(w.ago, l.Span(d))
	}
	return l.Moment(now, t)
}

// Moment writes a day and a time of day, short: «14:02», «ayer 18:20»,
// «mañana 09:00», «lun 09:00» within the next or last six days, then «4/5 09:12».
func (l Locale) Moment(now, t time.Time) string {
	t = t.In(now.Location())
	w, clock := l.words(), l.Clock(t)
	switch away := daysBetween(now, t); {
	case away == 0:
		return clock
	case away == -1:
		return w.yesterday + " " + clock
	case away == 1:
		return w.tomorrow + " " + clock
	case away > -7 && away < 7:
		return w.days[t.Weekday()] + " " + clock
	case t.Year() == now.Year():
		return l.dayMonth(t) + " " + clock
	default:
		return l.dayMonth(t) + "/" + strconv.Itoa(t.Year()) + " " + clock
	}
}

// Day names a day for a separator: «hoy», «ayer», «lunes 4 de mayo».
func (l Locale) Day(now, t time.Time) string {
	t = t.In(now.Location())
	w := l.words()
	switch daysBetween(now, t) {
	case 0:
		return w.today
	case -1:
		return w.yesterday
	case 1:
		return w.tomorrow
	}
	name, month := w.dayNames[t.Weekday()], w.months[t.Month()-1]
	out := fmt.Sprintf("%s %d de %s", name, t.Day(), month)
	if l.tag == english {
		out = fmt.Sprintf("%s, %s %d", name, month, t.Day())
	}
	if t.Year() != now.Year() {
		out += " " + strconv.Itoa(t.Year())
	}
	return out
}

// DueDate writes a civil date, YYYY-MM-DD, with its weekday: «dom 10/05». What is
// not such a date is given back as it came. Dates have no zone: none is applied.
func (l Locale) DueDate(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return l.words().days[t.Weekday()] + " " + l.padded(t)
}

// ShortDate writes a civil date without its weekday: «10/05».
func (l Locale) ShortDate(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return l.padded(t)
}

// padded is day and month with both digits, for columns. English readers are
// divided over which comes first, so they get the month in letters.
func (l Locale) padded(t time.Time) string {
	if l.tag == english {
		return fmt.Sprintf("%02d %s", t.Day(), l.words().months[t.Month()-1][:3])
	}
	return fmt.Sprintf("%02d/%02d", t.Day(), int(t.Month()))
}

func (l Locale) dayMonth(t time.Time) string {
	if l.tag == english {
		return fmt.Sprintf("%d %s", t.Day(), l.words().months[t.Month()-1][:3])
	}
	return fmt.Sprintf("%d/%d", t.Day(), int(t.Month()))
}

// daysBetween counts midnights from now to t in now's zone. Days that last 23
// or 25 hours count as one.
func daysBetween(now, t time.Time) int {
	return civil(t) - civil(now)
}

func civil(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
