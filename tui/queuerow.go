package tui

import (
	"strconv"

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
// channel or colleague, the last words, and how long the customer waits.
func (q *queue) drawRow(s wire.Summary, selected bool, v *look) {
	c, t := &q.canvas, v.pens.plain
	if selected {
		t = v.pens.under(v.focus == QueuePart)
	}
	if selected {
		c.Glyphs(t.accent, "▌")
	} else {
		c.Pad(t.ink, 1)
	}
	mark, p := priorityMark(s.Priority, t)
	c.Glyphs(p, mark)
	q.marks(s, t, v)
	clean := q.clean(s)
	name := clamp(c.Left()*3/10, 8, 20)
	pen := t.ink
	if s.ID == v.shown || s.Unread > 0 {
		pen = t.bold
	}
	// Spaces take the pen before them: every change of pen costs twenty bytes.
	c.Column(pen, clean.cleanName, name)
	c.Pad(pen, 1)
	c.Column(t.quiet, q.second(s, v), channelCells)
	c.Pad(t.quiet, 1)
	pen = q.lastWords(s, clean, t)
	c.To(pen, waitCells+2)
	if wait := q.wait(s, v); !wait.Empty() {
		pen = q.waitPen(s, t, v)
		c.Figure(pen, wait, waitCells)
	}
	c.Pad(pen, c.Left())
}

// marks are the draft and the count of unread messages, each in its column.
func (q *queue) marks(s wire.Summary, t tone, v *look) {
	c := &q.canvas
	if v.drafts.has(s.ID) {
		c.Glyphs(t.warn, "✎")
	} else {
		c.Pad(t.ink, 1)
	}
	switch {
	case s.Unread == 0:
		c.Pad(t.ink, 2)
	case s.Unread > 9:
		c.Glyphs(t.accent, "9+")
	default:
		c.Glyphs(t.accent, strconv.Itoa(s.Unread)+" ")
	}
	if s.ID == v.shown {
		c.Glyphs(t.accent, "›")
	} else {
		c.Pad(t.ink, 1)
	}
}

// second is the channel, or among colleagues' conversations who has it.
func (q *queue) second(s wire.Summary, v *look) text.Line {
	if q.tab == mirror.Team && s.Agent != "" {
		return v.name(s.Agent)
	}
	return v.of(words.Channel, s.Channel)
}

// lastWords draws the start of the last message and gives the pen it used.
func (q *queue) lastWords(s wire.Summary, clean *preview, t tone) ink.Pen {
	room := q.canvas.Left() - waitCells - 2
	pen := t.quiet
	if s.Last.By == wire.ByAgent && room > 4 {
		q.canvas.Glyphs(t.quiet, "↩ ")
		room -= 2
	} else if s.Unread > 0 {
		pen = t.ink
	}
	q.canvas.PutIn(pen, clean.cleanedLast, room)
	return pen
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
