package tui

import (
	"strconv"
	"strings"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// The columns at the left of a row and the clock at its right.
const (
	waitCells    = 6
	channelCells = 5
)

// drawRow draws one conversation: cursor, priority, draft, unread, customer,
// channel or colleague, the last words, and how long the customer waits. A row
// has four pens at most, since every change of pen costs twenty bytes each time
// the cursor passes.
func (q *queue) drawRow(s wire.Summary, selected bool, v *look) {
	c, t := &q.canvas, v.pens.plain
	cursor := " "
	if selected {
		t, cursor = v.pens.under(v.focus == QueuePart), "▌"
	}
	pen := t.ink
	mark, p := priorityMark(s.Priority, t)
	switch {
	case mark != " ":
		pen = p
	case s.Unread > 0 || s.ID == v.shown:
		pen = t.accent
	}
	c.Glyphs(pen, cursor+mark+q.marks(s, v))
	clean := q.clean(s)
	name := clamp(c.Left()*3/10, 8, 20)
	pen = t.ink
	if s.ID == v.shown || s.Unread > 0 {
		pen = t.bold
	}
	q.name(s, clean, pen, name, v)
	c.Pad(pen, 1)
	pen = t.quiet
	if s.Unread > 0 {
		pen = t.ink
	}
	c.Column(pen, q.second(s, v), channelCells)
	c.Pad(pen, 1)
	q.lastWords(s, clean, pen)
	c.To(pen, waitCells+2)
	if wait := q.wait(s, v); !wait.Empty() {
		pen = q.waitPen(s, t, v)
		c.Figure(pen, wait, waitCells)
	}
	c.Pad(pen, c.Left())
}

// name draws who the customer is and, when colleagues are there, their sign.
func (q *queue) name(s wire.Summary, clean *preview, pen ink.Pen, width int, v *look) {
	c, others := &q.canvas, v.Viewers(s.ID)
	if len(others) == 0 {
		c.Column(pen, clean.cleanName, width)
		return
	}
	c.Column(pen, clean.cleanName, width-1)
	c.Glyphs(pen, viewerSign(others))
}

// marks are the draft, the count of unread messages and the sign of the
// conversation that is open, each in its column.
func (q *queue) marks(s wire.Summary, v *look) string {
	draft, unread, open := " ", "  ", " "
	if v.drafts.has(s.ID) {
		draft = "✎"
	}
	switch {
	case s.Unread > 9:
		unread = "9+"
	case s.Unread > 0:
		unread = strconv.Itoa(s.Unread) + " "
	}
	if s.ID == v.shown {
		open = "›"
	}
	return draft + unread + open
}

// second is the channel, or among colleagues' conversations who has it.
func (q *queue) second(s wire.Summary, v *look) text.Line {
	if q.tab == mirror.Team && s.Agent != "" {
		first, _, _ := strings.Cut(v.name(s.Agent).String(), " ")
		return text.Name(first)
	}
	return v.of(words.Channel, s.Channel)
}

// lastWords draws the start of the last message.
func (q *queue) lastWords(s wire.Summary, clean *preview, pen ink.Pen) {
	room := q.canvas.Left() - waitCells - 2
	if s.Last.By == wire.ByAgent && room > 4 {
		q.canvas.Glyphs(pen, "↩ ")
		room -= 2
	}
	q.canvas.PutIn(pen, clean.cleanedLast, room)
}

func (q *queue) wait(s wire.Summary, v *look) text.Line {
	switch {
	case s.Status == wire.Snoozed:
		return text.Clean(v.locale.Span(s.Until.Time().Sub(v.now)))
	case s.Waiting == 0:
		return text.Line{}
	}
	return text.Clean(v.locale.Wait(v.now.Sub(s.Waiting.Time())))
}

func (q *queue) waitPen(s wire.Summary, t tone, v *look) ink.Pen {
	if s.Waiting == 0 || s.Status == wire.Snoozed {
		return t.quiet
	}
	return waitPen(t, v.now.Sub(s.Waiting.Time()))
}

// priorityMark is a glyph for every priority but the normal one.
func priorityMark(p wire.Priority, t tone) (string, ink.Pen) {
	switch {
	case p >= wire.Urgent:
		return "▲", t.bad
	case p == wire.High:
		return "!", t.warn
	case p <= wire.Low:
		return "↓", t.quiet
	}
	return " ", t.ink
}

func priorityKey(p wire.Priority) string {
	switch {
	case p >= wire.Urgent:
		return "urgent"
	case p == wire.High:
		return "high"
	case p <= wire.Low:
		return "low"
	}
	return "normal"
}
