package tui

import (
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// drawStatus draws the top line: where, how the link stands, when, who.
func drawStatus(width int, v *look) string {
	var r ink.Row
	r.Start(width, v.measure)
	p := v.pens.status
	clock := text.Clean(v.locale.Clock(v.now))
	line, pen := badge(v, width < twoPanes)
	right := meLine(v, width-line.Width(v.measure)-clock.Width(v.measure)-7)
	room := line.Width(v.measure) + clock.Width(v.measure) + right.Width(v.measure) + 6
	r.Pad(p, 1)
	if r.Left() > room+12 {
		r.Put(p, text.Literal("ventanilla"))
		r.Pad(p, 2)
	}
	r.PutIn(p, text.Name(v.Workspace()), r.Left()-room-2)
	r.To(p, max(room, 0))
	r.Put(pen, line)
	r.Pad(p, 3)
	r.Put(p, clock)
	r.Pad(p, 3)
	if v.Ready() && !v.writes() {
		p = v.pens.banner // it never goes away
	}
	r.Put(p, right)
	return r.End(p)
}

// meLine is who works here, how they are, and how much they have: as much of it
// as there is room for. That somebody may only read always stands there.
func meLine(v *look, room int) text.Line {
	me := v.myself()
	if me.ID == "" {
		return text.Line{}
	}
	name, state := text.Name(me.Name), v.of(words.StateName, string(me.State))
	end := text.Clean(v.words.Count(words.OpenCount, v.Rows(mirror.Mine, mirror.ByWaiting).Len()))
	dot := text.Literal(" · ")
	if !v.writes() {
		state, end, dot = v.of(words.RoleName, string(me.Role)), v.say(words.ReadOnly), text.Literal("  ")
	}
	space := text.Literal(" ")
	for _, line := range []text.Line{
		text.Concat(name, text.Literal(" · "), state, dot, end, space),
		text.Concat(name, dot, end, space),
	} {
		if line.Width(v.measure) <= room {
			return line
		}
	}
	return text.Concat(end, space)
}

// waitingCount is how many conversations wait for this agent: what the window's
// title counts.
func waitingCount(v *look) (n int) {
	rows := v.Rows(mirror.Mine, mirror.ByWaiting)
	for n < rows.Len() && rows.At(n).Waiting != 0 {
		n++
	}
	return n
}

// windowTitle counts what waits. It is cleaned, because terminals obey titles.
func windowTitle(v *look) string {
	title := "ventanilla"
	if w := v.Workspace(); w != "" {
		title += " · " + w
	}
	if n := waitingCount(v); n > 0 {
		title = "(" + v.locale.Number(n) + ") " + title
	}
	return text.Title(title)
}

// drawQueueLine stands for the queue where it has no room.
func drawQueueLine(width int, v *look) string {
	var r ink.Row
	r.Start(width, v.measure)
	r.Put(v.pens.plain.title, text.Literal(" 1 "))
	for i, t := range tabs {
		if i > 0 {
			r.Put(v.pens.plain.quiet, text.Literal(" · "))
		}
		n := v.Rows(t.tab, mirror.ByWaiting).Len()
		r.Put(v.pens.plain.quiet, text.Concat(v.say(t.name), text.Literal(" "), text.Clean(v.locale.Number(n))))
	}
	if rows := v.Rows(mirror.Mine, mirror.ByWaiting); rows.Len() > 0 && rows.At(0).Waiting != 0 {
		s := rows.At(0)
		d := v.now.Sub(s.Waiting.Time())
		r.Put(v.pens.plain.quiet, text.Literal("   "))
		r.PutIn(v.pens.plain.ink, text.Name(s.Customer), r.Left()-waitCells-1)
		r.Put(waitPen(v.pens.plain, d), text.Clean(" "+v.locale.Wait(d)))
	}
	return r.End(v.pens.plain.ink)
}

// drawTalkLine stands for the conversation where it has no room.
func drawTalkLine(width int, v *look) string {
	var r ink.Row
	r.Start(width, v.measure)
	r.Put(v.pens.plain.title, text.Literal(" 2 "))
	c, ok := v.Conversation(v.shown)
	if !ok || v.shown == "" {
		r.Put(v.pens.plain.quiet, v.say(words.NothingShown))
		return r.End(v.pens.plain.ink)
	}
	s := c.Summary()
	r.PutIn(v.pens.customer, text.Name(s.Customer), width/3)
	if all := v.Viewers(s.ID); len(all) > 0 {
		r.Put(v.pens.staff, text.Concat(text.Literal(" "), text.Clean(viewerSign(all))))
	}
	r.Put(v.pens.plain.quiet, text.Literal(": "))
	if s.Last.By == wire.ByAgent {
		r.Put(v.pens.plain.quiet, text.Literal("↩ "))
	}
	r.Put(v.pens.plain.ink, text.Clean(s.Last.Text))
	return r.End(v.pens.plain.ink)
}

// drawCustomerLine stands for the customer's context where it has no room.
func drawCustomerLine(width int, v *look) string {
	var c canvas
	c.begin(Size{width, 1}, v)
	c.open()
	c.Put(v.pens.plain.title, text.Literal(" 3 "))
	customerStrip(&c, v)
	return c.End(c.ground)
}
