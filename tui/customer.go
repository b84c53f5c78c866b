package tui

import (
	"time"

	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// file is the context of the customer in the shown conversation: one request and
// what came of it. It is thrown away as soon as another conversation is shown.
type file struct {
	ticket  ticket
	asked   bool
	context *wire.Context // the last whole answer; nil before it
	at      time.Time     // when it came, by the desk's clock
	failed  string        // why the last request failed
	denied  bool
}

// ticket says whose context was asked for and by which request. An answer that
// names another one is from a conversation, or a moment, that has passed.
type ticket struct {
	conversation wire.ConversationID
	number       int
}

// stale is how old a context may get before it is asked for again.
const stale = time.Minute

// old reports whether the context should be asked for again.
func (f *file) old(now time.Time) bool {
	return !f.asked && f.context != nil && f.context.None == "" && now.Sub(f.context.AsOf.Time()) >= stale
}

// customer is the pane of the customer's financial context. It holds only its
// scroll: what it draws belongs to the root and goes when the conversation does.
type customer struct {
	offset, rows int
	height       int
	of           wire.ConversationID
	made         bodyKey
	body         []string
	canvas       canvas
}

// bodyKey is what the drawn blocks depend on. Ages move in steps of ten seconds.
type bodyKey struct {
	context *wire.Context
	width   int
	border  border
	m       text.Measure
	pens    *pens
	at      int64
}

// Scope implements [Pane].
func (p *customer) Scope() keymap.Scope { return keymap.Context }

// Handle implements [Pane].
func (p *customer) Handle(a keymap.Action, _ *look) Intent {
	last := max(0, p.rows-p.height)
	switch a {
	case keymap.Up:
		p.offset = clamp(p.offset-1, 0, last)
	case keymap.Down:
		p.offset = clamp(p.offset+1, 0, last)
	case keymap.PageUp:
		p.offset = clamp(p.offset-p.height, 0, last)
	case keymap.PageDown:
		p.offset = clamp(p.offset+p.height, 0, last)
	case keymap.Top:
		p.offset = 0
	case keymap.Bottom:
		p.offset = last
	case keymap.Back:
		return Focus{TalkPart}
	case keymap.Open:
		return Refresh{}
	}
	return nil
}

// Draw implements [Pane].
func (p *customer) Draw(s Size, v *look) []string {
	c := &p.canvas
	if p.of != v.shown {
		*p = customer{of: v.shown, canvas: p.canvas} // nothing of the customer before stays
	}
	b := paneBorder(v, CustomerPart)
	pen := titlePen(v, CustomerPart)
	title := []seg{{pen, text.Literal("3 ")}, {pen, v.say(words.ContextTitle)}}
	if v.file.context != nil && v.file.context.None == "" {
		key := bodyKey{v.file.context, s.Width, b, v.measure, v.pens, v.now.Unix() / 10}
		if p.made != key {
			blocks := blocks{size: Size{s.Width, 0}, v: v, f: v.file.context}
			blocks.draw(b)
			p.made, p.body = key, blocks.rows
		}
		c.begin(s, v)
		c.top(b, title, sourceAge(v.file, v))
		p.scrolled(p.body, b)
	} else {
		c.begin(s, v)
		c.top(b, title, seg{})
		c.says(b, v.pens.plain.quiet, p.absent(v)...)
	}
	c.bottom(b, contextAge(v), p.label(v))
	return c.finish()
}

func (p *customer) scrolled(rows []string, b border) {
	p.height, p.rows = max(0, p.canvas.size.Height-2), len(rows)
	p.offset = clamp(p.offset, 0, max(0, p.rows-p.height))
	rows = rows[p.offset:]
	for i := range p.height {
		if i < len(rows) {
			p.canvas.rows = append(p.canvas.rows, rows[i])
			continue
		}
		p.canvas.inside(b)
		p.canvas.outside(b, p.canvas.ground)
	}
}

// absent says why there is nothing to show, and what to do.
func (p *customer) absent(v *look) []text.Line {
	f := v.file
	switch {
	case v.shown == "":
		return []text.Line{v.say(words.ContextNothing)}
	case f.denied:
		return []text.Line{v.say(words.ContextDenied)}
	case f.failed != "":
		return []text.Line{text.Clean(f.failed), v.with(words.ContextRetry, words.Args{"Key": v.keys.Key(keymap.Context, keymap.Refresh)})}
	case f.context != nil:
		return []text.Line{v.of(words.NoContext, f.context.None)}
	case v.link.offline():
		return []text.Line{v.say(words.ContextOffline)}
	case v.link.lean && !f.asked:
		return []text.Line{v.with(words.ContextLean, words.Args{"Key": v.keys.Key(keymap.Conversation, keymap.PaneContext)})}
	}
	return []text.Line{v.say(words.ContextLoading)}
}

// sourceAge is where the figures come from and how old they are.
func sourceAge(f *file, v *look) seg {
	pen := v.pens.plain.quiet
	age := v.now.Sub(f.context.AsOf.Time())
	line := text.Concat(v.of(words.Source, f.context.Src), text.Literal(" "), text.Clean(ageOf(age, v)))
	if age >= 2*stale || f.failed != "" || !v.link.fresh {
		pen = v.pens.plain.warn
	}
	return seg{pen, line}
}

// contextAge says when the figures came and, while nobody can know whether they
// still hold, that they are old: the age above is of the core's own reading.
func contextAge(v *look) []seg {
	f := v.file
	if f.context == nil || f.context.None != "" {
		return nil
	}
	pen, age := v.pens.plain.quiet, v.now.Sub(f.at)
	switch {
	case !v.link.fresh:
		pen = v.pens.plain.warn
	case age < stale:
		return nil // the age above says it all
	}
	return []seg{{pen, v.with(words.ContextGot, words.Args{"Ago": agoOf(age, v)})}}
}

// agoOf is [ageOf] as a moment that has passed.
func agoOf(d time.Duration, v *look) string {
	if d < time.Minute {
		d = d.Truncate(10 * time.Second)
	}
	return v.locale.Ago(v.now, v.now.Add(-d))
}

// ageOf counts the first minute in tens of seconds, so that a quiet screen stays
// quiet.
func ageOf(d time.Duration, v *look) string {
	if d < time.Minute {
		d = d.Truncate(10 * time.Second)
	}
	return v.locale.Span(d)
}

func (p *customer) label(v *look) seg {
	if v.file.failed != "" && v.file.context != nil {
		return seg{v.pens.plain.bad, v.say(words.ContextNotFresh)}
	}
	if below := p.rows - p.offset - p.height; below > 0 && v.file.context != nil {
		return seg{v.pens.plain.quiet, text.Clean("↓ " + v.locale.Number(below))}
	}
	return seg{}
}

// customerStrip writes the context as one line: how the customer stands, what is
// due and when, and the stop signs, of which the mark alone never gets cut.
func customerStrip(c *canvas, v *look) {
	t, k := v.pens.plain, v.file.context
	if k == nil || k.None != "" {
		c.Put(t.quiet, (&customer{}).absent(v)[0])
		return
	}
	if len(k.Stops) > 0 {
		c.Put(t.bad, text.Literal("⚑ "))
	}
	if k.Now == nil {
		c.Put(t.quiet, v.say(words.NoData))
	} else {
		nowStrip(c, k.Now, v)
	}
	for _, s := range k.Stops {
		c.Put(t.bad, text.Concat(text.Literal(" · "), v.of(words.StopSign, s.Kind)))
	}
}

func nowStrip(c *canvas, n *wire.Now, v *look) {
	line, pen := nowLine(n, v)
	c.Put(pen, line)
	if n.Amount.V != nil {
		c.Put(v.pens.plain.ink, text.Concat(text.Literal(" · "), amount(n.Amount, v)))
	}
	if n.Due.V != nil {
		c.Put(v.pens.plain.quiet, text.Concat(text.Literal(" "), dueDate(n.Due, v)))
	}
}
