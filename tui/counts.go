package tui

import (
	"context"
	"time"

	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// counts stands in the queue's place for those who may see how many
// conversations there are, and none of them.
type counts struct {
	known  wire.Counts
	at     time.Time // when they came
	asked  time.Time
	canvas canvas
}

const countsEvery = 10 * time.Second

// Scope implements [Pane].
func (p *counts) Scope() keymap.Scope { return keymap.Queue }

// Handle implements [Pane].
func (p *counts) Handle(keymap.Action, *look) Intent { return nil }

// answer takes what the desk counted; anything else leaves what was known.
func (p *counts) answer(a any) {
	if c, ok := a.(wire.Counts); ok {
		p.known, p.at = c, p.asked
	}
}

// Draw implements [Pane].
func (p *counts) Draw(s Size, v *look) []string {
	c := &p.canvas
	c.begin(s, v)
	b, t := paneBorder(v, QueuePart), v.pens.plain
	c.top(b, []seg{{titlePen(v, QueuePart), text.Concat(text.Literal("1 "), v.say(words.CountsTitle))}}, seg{})
	if p.at.IsZero() {
		c.says(b, t.quiet, v.say(words.LoadingQueue))
		c.bottom(b, nil, seg{})
		return c.finish()
	}
	p.row(b, t.quiet, t.quiet, v, v.say(words.QueueWord), v.say(words.CountUnassigned), v.say(words.CountAssigned), v.say(words.CountSnoozed), v.say(words.CountOldest))
	for _, q := range p.known.Queues {
		oldest := text.Literal("–")
		if q.Oldest != 0 {
			oldest = text.Clean(v.locale.Wait(v.now.Sub(q.Oldest.Time())))
		}
		n := func(n int) text.Line { return text.Clean(v.locale.Number(n)) }
		p.row(b, t.bold, t.ink, v, text.Name(q.Queue.Name), n(q.Unassigned), n(q.Assigned), n(q.Snoozed), oldest)
	}
	for len(c.rows) < s.Height-1 {
		c.inside(b)
		c.outside(b, c.ground)
	}
	c.bottom(b, p.age(v), seg{})
	return c.finish()
}

// age is how old the figures are: they do not come by themselves.
func (p *counts) age(v *look) []seg {
	age := v.now.Sub(p.at)
	pen := v.pens.plain.quiet
	if !v.link.fresh || age >= 3*countsEvery {
		pen = v.pens.plain.warn
	}
	return []seg{{pen, v.with(words.CountsAge, words.Args{"Ago": agoOf(age, v)})}}
}

func (p *counts) row(b border, name, figure ink.Pen, v *look, first text.Line, figures ...text.Line) {
	c := &p.canvas
	c.inside(b)
	c.Pad(c.ground, 1)
	width := clamp((c.Left()-14)/len(figures), 3, 14)
	c.Column(name, first, max(1, c.Left()-width*len(figures)-2))
	for _, f := range figures {
		c.Figure(figure, f.Fit(width-1, v.measure), width)
	}
	c.outside(b, c.ground)
}

// countsOnly reports whether this role sees numbers instead of conversations.
func (m *Model) countsOnly() bool { return m.v.countsOnly() }

func (v *look) countsOnly() bool { return v.Me().Role == wire.RoleAdmin }

func (m *Model) refreshCounts() {
	if !m.v.link.lean && !m.v.link.offline() && m.v.now.Sub(m.panes.counts.asked) >= countsEvery {
		m.askCounts()
	}
}

// askCounts asks for the figures, for those who see nothing else.
func (m *Model) askCounts() {
	if m.countsOnly() {
		m.panes.counts.asked = m.v.now
		m.desk.Ask(bg(), wire.GetCounts{}, countsTicket{})
	}
}

// bg is the context of questions that only the end of the client ends: the
// client asks again over the next link, and a late answer is known by its ticket.
func bg() context.Context { return context.Background() }
