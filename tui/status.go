package tui

import (
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// link is how the connection stands, as the status line shows it.
type link struct {
	state   linkState
	latency time.Duration
	retry   time.Time // by our own clock
	since   time.Time // when it was last live, by the desk's clock
	fatal   bool      // it will not come back by itself
}

type linkState int8

const (
	connectingState linkState = iota
	catchingUpState
	liveState
	downState
)

func (l *link) change(e client.LinkChanged, now time.Time) {
	if l.state == liveState && e.State != client.Live {
		l.since = now
	}
	l.latency, l.retry = e.Latency, e.Retry
	switch e.State {
	case client.Live:
		l.state = liveState
	case client.CatchingUp:
		l.state = catchingUpState
	case client.Connecting:
		l.state = connectingState
	default:
		l.state = downState
		l.fatal = e.Retry.IsZero() && e.Err != nil
	}
}

// drawStatus draws the top line: where, how the link stands, when, who.
func drawStatus(width int, v *look, own time.Time) string {
	var r ink.Row
	r.Start(width, v.measure)
	p := v.pens.status
	right := meLine(v)
	clock := text.Clean(v.locale.Clock(v.now))
	line, pen := linkLine(v, own)
	if n := v.outbox.unsent(); n > 0 && v.link.state != liveState {
		line = text.Concat(line, text.Literal(" · "), text.Clean(v.words.Count(words.LeaveUnsent, n)))
	}
	room := line.Width(v.measure) + clock.Width(v.measure) + right.Width(v.measure) + 6
	r.Pad(p, 1)
	r.Put(p, text.Literal("ventanilla"))
	r.Pad(p, 2)
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

// linkLine says how fresh the screen is, by a glyph, words and a colour.
func linkLine(v *look, own time.Time) (text.Line, ink.Pen) {
	l := v.link
	switch {
	case l.fatal:
		return text.Concat(text.Literal("✘ "), v.say(words.LinkEnded)), v.pens.offline
	case l.state == liveState && l.latency > 0:
		return v.with(words.LinkLiveLatency, words.Args{"Ms": max(1, l.latency.Milliseconds())}), v.pens.live
	case l.state == liveState:
		return v.say(words.LinkLive), v.pens.live
	case l.state == catchingUpState:
		return v.say(words.LinkCatchingUp), v.pens.behind
	case l.state == downState && l.retry.After(own):
		return v.with(words.LinkRetry, words.Args{"Time": v.locale.Span(l.retry.Sub(own) + time.Second - 1)}), v.pens.offline
	case l.state == downState:
		return v.say(words.LinkDown), v.pens.offline
	}
	return v.say(words.LinkConnecting), v.pens.behind
}

// staleness says how old the lists are while the link is not live.
func staleness(v *look) []seg {
	if v.link.state == liveState || v.link.since.IsZero() {
		return nil
	}
	age := v.locale.Span(v.now.Sub(v.link.since))
	return []seg{{v.pens.plain.warn, v.with(words.StaleSince, words.Args{"Time": age})}}
}

// meLine is who works here, how they are, and how much they have.
func meLine(v *look) text.Line {
	me := v.myself()
	if me.ID == "" {
		return text.Line{}
	}
	line := text.Concat(text.Name(me.Name), text.Literal(" · "))
	if !v.writes() {
		return text.Concat(line, v.of(words.RoleName, string(me.Role)), text.Literal("  "), v.say(words.ReadOnly), text.Literal(" "))
	}
	n := v.Rows(mirror.Mine, mirror.ByWaiting).Len()
	return text.Concat(line, v.of(words.StateName, string(me.State)), text.Literal(" · "),
		text.Clean(v.words.Count(words.OpenCount, n)), text.Literal(" "))
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
