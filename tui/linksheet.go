package tui

import (
	"time"

	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// linkSheet tells how the link is and has been since the start. It goes on
// counting while it is open.
type linkSheet struct{ canvas canvas }

func newLinkSheet() *linkSheet { return &linkSheet{} }

// The columns of what a row is about, and of what stands beside its figures.
const (
	labelCells = 15
	asideCells = 54
)

// Scope implements [Pane].
func (p *linkSheet) Scope() keymap.Scope { return keymap.Sheet }

// Handle implements [Pane].
func (p *linkSheet) Handle(a keymap.Action, _ *look) Intent {
	if a == keymap.Back || a == keymap.Accept || a == keymap.Leave {
		return Close{}
	}
	return nil
}

// Type implements typist; nothing is written here.
func (p *linkSheet) Type(string, string, *look) Intent { return nil }

// Paste implements typist.
func (p *linkSheet) Paste(string, *look) Intent { return nil }

// Cursor implements typist.
func (p *linkSheet) Cursor() (x, y int, ok bool) { return 0, 0, false }

// Rows implements [Sheet].
func (p *linkSheet) Rows(s Size, v *look) int { return min(len(linkRows(v))+2, s.Height) }

// Draw implements [Pane].
func (p *linkSheet) Draw(s Size, v *look) []string {
	c := &p.canvas
	c.begin(s, v)
	b := heavyBorder(v.pens.plain.accent)
	c.top(b, []seg{{v.pens.plain.title, v.say(words.LinkTitle)}}, seg{})
	for _, row := range linkRows(v) {
		if len(c.rows) >= s.Height-1 {
			break
		}
		c.inside(b)
		c.Pad(c.ground, 1)
		c.Column(v.pens.plain.quiet, v.say(row.label), min(labelCells, c.Left()/3))
		for i, part := range row.says {
			if i > 0 {
				c.To(c.ground, besides(c.Left(), s.Width))
			}
			c.PutIn(part.pen, part.line, c.Left()-1)
		}
		c.outside(b, c.ground)
	}
	c.bottom(b, nil, seg{v.pens.plain.quiet, v.with(words.SheetCloses, words.Args{"Key": v.keys.Key(keymap.Sheet, keymap.Back)})})
	return c.finish()
}

// besides is how many cells are left for what stands beside figures: in a column,
// where there is one.
func besides(left, width int) int {
	if column := width - asideCells; column > keptMinutes+1 {
		return min(left-2, column)
	}
	return left - 2
}

// linkRow is a row of the sheet.
type linkRow struct {
	label words.ID
	says  []seg
}

func linkRows(v *look) []linkRow {
	l, t := &v.link, v.pens.plain
	says := func(id words.ID, line text.Line) linkRow { return linkRow{id, []seg{{t.ink, line}}} }
	state, _ := linkLine(v, false)
	rows := []linkRow{
		{words.LinkRowState, []seg{{statePen(v), state}, {t.quiet, v.with(words.LinkSince, words.Args{"When": v.locale.Moment(v.now, l.story.since)})}}},
	}
	if n := len(l.story.trips); n > 0 {
		rows = append(rows, says(words.LinkRowTrip, v.with(words.LinkTrips, words.Args{
			"Last": max(1, l.story.trips[n-1].Milliseconds()), "Median": max(1, l.story.median().Milliseconds())})))
	}
	rows = append(rows,
		says(words.LinkRowHeard, heardLine(v)),
		linkRow{words.LinkRowIn, meterLine(&l.story.in, v)},
		linkRow{words.LinkRowOut, meterLine(&l.story.out, v)},
		says(words.LinkRowCuts, cutsLine(v)),
		says(words.LinkRowPlace, placeLine(v)),
		says(words.LinkRowWaits, text.Clean(v.locale.Number(waiting(v.outbox)))),
		says(words.LinkRowLean, leanLine(v)))
	if l.story.desk != "" {
		rows = append(rows, says(words.LinkRowDesk, text.Clean(l.story.desk)))
	}
	if l.offline() {
		rows = append(rows, linkRow{words.LinkRowNow, []seg{{t.warn, stillWorks(v)}}})
	}
	return rows
}

func statePen(v *look) ink.Pen {
	switch {
	case v.link.fresh:
		return v.pens.plain.good
	case v.link.offline():
		return v.pens.plain.bad
	}
	return v.pens.plain.warn
}

func heardLine(v *look) text.Line {
	l := &v.link
	if l.heard.IsZero() {
		return text.Literal("–")
	}
	return v.with(words.LinkHeardAgo, words.Args{
		"Time": v.locale.Span(elapsed(l.heard, l.looked)), "Beat": v.locale.Span(l.beat.Round(time.Second))})
}

// meterLine is how much there was, and when: the figures are those of the last
// heartbeat.
func meterLine(m *meter, v *look) []seg {
	m.turn(v.now)
	line := v.with(words.LinkBytes, words.Args{"Total": bytesOf(m.total, v), "Minute": bytesOf(m.minutes[keptMinutes-1], v)})
	return []seg{{v.pens.plain.ink, line}, {v.pens.plain.accent, text.Clean(m.sparkline())}}
}

// bytesOf writes a number of bytes: 812 B, 24 kB, 3 MB.
func bytesOf(n int64, v *look) string {
	unit := "B"
	for _, larger := range []string{"kB", "MB", "GB"} {
		if n < 10_000 {
			break
		}
		n, unit = (n+500)/1000, larger
	}
	return v.locale.Number(int(n)) + " " + unit
}

func cutsLine(v *look) text.Line {
	s := v.link.story
	if s.cuts == 0 {
		return v.say(words.LinkNoCuts)
	}
	return v.with(words.LinkCuts, words.Args{"N": v.locale.Number(s.cuts), "When": v.locale.Moment(v.now, s.cutAt),
		"Why": v.of(words.CutReason, cutKind(s.cut)).String()})
}

// placeLine is how far what is shown reaches in the desk's log, of which we know
// only how long it was when we last heard.
func placeLine(v *look) text.Line {
	at := v.At().Seq
	head := max(v.link.story.head, at, at+v.link.behind)
	return v.with(words.LinkPlace, words.Args{"At": v.locale.Number(int(at)), "Head": v.locale.Number(int(head))})
}

func leanLine(v *look) text.Line {
	if !v.link.lean {
		return v.say(words.LinkLeanNo)
	}
	return v.with(words.LinkYes, words.Args{"What": v.say(words.LinkLeanWhat).String()})
}
