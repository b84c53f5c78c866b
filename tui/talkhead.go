package tui

import (
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

func (t *talk) title(s wire.Summary, v *look) []seg {
	p := titlePen(v, TalkPart)
	title := []seg{{p, text.Literal("2 ")}, {p, text.Name(s.Customer)}}
	return append(title, seg{v.pens.plain.quiet, text.Concat(text.Literal(" · "), v.of(words.Channel, s.Channel))})
}

// wait is what the customer has been waiting for, at the right of the title.
func (t *talk) wait(s wire.Summary, v *look) seg {
	switch {
	case s.Status == wire.Resolved:
		return seg{v.pens.plain.good, v.say(words.StatusResolved)}
	case s.Status == wire.Snoozed:
		return seg{v.pens.plain.quiet, v.with(words.StatusSnoozed, words.Args{"When": v.locale.Moment(v.now, s.Until.Time())})}
	case s.Waiting == 0:
		return seg{}
	}
	d := v.now.Sub(s.Waiting.Time())
	return seg{waitPen(v.pens.plain, d), v.with(words.Waits, words.Args{"Time": v.locale.Wait(d)})}
}

// waitPen gets louder the longer somebody waits.
func waitPen(t tone, d time.Duration) ink.Pen {
	switch {
	case d >= 10*time.Minute:
		return t.bad
	case d >= 3*time.Minute:
		return t.warn
	}
	return t.ink
}

// head is the row under the title: who has it, where, and how it is marked.
func (t *talk) head(b border, s wire.Summary, v *look) {
	c := &t.canvas
	c.inside(b)
	c.Pad(t.canvas.ground, 1)
	switch {
	case s.Agent == "":
		c.Put(v.pens.plain.warn, v.say(words.Nobody))
	case s.Agent == v.Me().ID:
		c.Put(v.pens.plain.ink, v.say(words.YouHaveIt))
	default:
		c.Put(v.pens.plain.ink, v.with(words.HasIt, words.Args{"Name": v.name(s.Agent).String()}))
	}
	if q, ok := v.Queue(s.Queue); ok {
		c.Put(v.pens.plain.quiet, text.Concat(text.Literal(" · "), text.Name(q.Name)))
	}
	if mark, p := priorityMark(s.Priority, v.pens.plain); mark != " " {
		c.Put(p, text.Concat(text.Literal(" · "), v.of(words.PriorityName, priorityKey(s.Priority))))
	}
	others := viewersLine(v.Viewers(s.ID), v)
	room := others.Width(v.measure)
	for _, tag := range s.Tags {
		c.PutIn(v.pens.plain.quiet, text.Concat(text.Literal(" #"), text.Name(tag)), c.Left()-room-3)
	}
	if room > 0 {
		c.Pad(t.canvas.ground, 2)
		c.To(t.canvas.ground, room+1)
		c.Put(v.pens.staff, others)
	}
	c.outside(b, t.canvas.ground)
	if t.strip {
		c.inside(b)
		c.Pad(t.canvas.ground, 1)
		customerStrip(c, v)
		c.outside(b, t.canvas.ground)
	}
}

// worth is what is to be known of the lines above: how old they are when the link
// is not live, or that older ones are on their way.
func (t *talk) worth(c mirror.Conversation, v *look) seg {
	top := t.window.moved && c.Len() > 0 && c.More() && t.window.seq <= c.Line(0).Seq
	old := staleness(v)
	switch {
	case top && v.link.offline():
		return seg{v.pens.plain.warn, v.say(words.OlderOffline)}
	case old != nil:
		return old[0]
	case top:
		return seg{v.pens.plain.quiet, v.say(words.OlderLoading)}
	}
	return seg{}
}

func (t *talk) drawNone(v *look) []string {
	b := paneBorder(v, TalkPart)
	p := titlePen(v, TalkPart)
	t.canvas.top(b, []seg{{p, text.Literal("2 ")}, {p, v.say(words.TalkTitle)}}, seg{})
	hint := v.with(words.NothingShownHint, words.Args{
		"Next": v.keys.Key(keymap.Queue, keymap.NextPriority), "Open": v.keys.Key(keymap.Queue, keymap.Open)})
	if v.countsOnly() {
		hint = v.say(words.CountsOnly)
	}
	if v.link.offline() && v.Begun() {
		hint = stillWorks(v)
	}
	t.canvas.says(b, v.pens.plain.quiet, v.say(words.NothingShown), hint)
	t.canvas.bottom(b, nil, seg{})
	return t.canvas.finish()
}
