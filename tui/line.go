package tui

import (
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// shape is what a line's rows depend on besides its own text: two lines of the
// same shape and seq look the same.
type shape struct {
	seq  uint64
	day  bool // begins a day
	mark bool // is the first one after the agent left
	head bool // says who speaks
	tick int8 // 0 none, 1 sent, 2 delivered, 3 read
}

// together is how long a pause may be before the next line of the same author
// says again who speaks.
const together = 5 * time.Minute

// measures of a conversation's columns.
const (
	clockCells = 6 // the time of day and a space
	readable   = 100
	narrow     = 50 // below it the name stands above the text
)

// liner lays out single lines of a conversation for a width.
type liner struct {
	canvas
	v     *look
	width int
}

// columns returns the width of the names and of the text.
func (l *liner) columns() (name, body int) {
	if l.width < narrow {
		return 0, max(1, l.width-3)
	}
	name = clamp(l.width/5, 6, 16)
	return name, clamp(l.width-clockCells-name-4, 1, readable)
}

// rows lays out one record.
func (l *liner) rows(r wire.Record, s shape) []string {
	l.begin(Size{l.width, 0}, l.v)
	at := r.At.Time().In(l.v.now.Location())
	if s.day {
		l.rule(text.Clean(l.v.locale.Day(l.v.now, at)), l.v.pens.plain.quiet)
	}
	if s.mark {
		l.rule(l.v.say(words.NewSince), l.v.pens.plain.accent)
	}
	switch e := r.Event.(type) {
	case wire.Said:
		l.said(e, at, s)
	case wire.Noted:
		l.noted(e, at, s)
	default:
		l.system(r, at)
	}
	return l.canvas.rows
}

// rule is a line across with a word in the middle.
func (l *liner) rule(word text.Line, p ink.Pen) {
	l.open()
	side := (l.width - word.Width(l.m) - 2) / 2
	l.Repeat(p, "─", max(side, 1))
	l.Glyphs(p, " ")
	l.Put(p, word)
	l.Glyphs(p, " ")
	l.Repeat(p, "─", l.Left())
	l.shut(p)
}

// voice is how an author's lines look.
type voice struct {
	name text.Line
	pen  ink.Pen
	tone tone
	bar  string
}

func (l *liner) said(e wire.Said, at time.Time, s shape) {
	v := l.v
	who := voice{pen: v.pens.customer, tone: v.pens.plain, bar: "│"}
	switch {
	case e.By == wire.ByCustomer:
		who.name = l.customer(e.Conversation)
	case e.By == wire.BySystem:
		who.name, who.pen = v.say(words.System), v.pens.plain.quiet
	case e.Agent == v.Me().ID:
		who.name, who.pen = v.say(words.You), v.pens.mine
	default:
		who.name, who.pen = v.name(e.Agent), v.pens.staff
	}
	l.body(e.Text, at, s, who)
	if e.Anyway {
		l.aside(v.say(words.SentAnyway), at, s, who)
	}
}

func (l *liner) customer(id wire.ConversationID) text.Line {
	c, ok := l.v.Conversation(id)
	if !ok {
		return text.Line{}
	}
	return text.Name(c.Summary().Customer)
}

// noted draws a note: on another ground, behind another bar, and under a word.
func (l *liner) noted(e wire.Noted, at time.Time, s shape) {
	v := l.v
	who := voice{name: v.name(e.Agent), pen: v.pens.note, tone: v.pens.noted, bar: "┃"}
	if e.Agent == v.Me().ID {
		who.name = v.say(words.You)
	}
	s.head = true
	l.open()
	l.margin(at, s, who)
	l.Put(v.pens.noted.bold, v.say(words.NoteLabel))
	l.shut(v.pens.noted.ink)
	s.head = false
	l.body(e.Text, at, s, who)
}

// margin draws what stands left of the text.
func (l *liner) margin(at time.Time, s shape, who voice) {
	name, _ := l.columns()
	if name > 0 {
		l.clock(at, s.head)
		if !s.head {
			who.name = text.Line{}
		}
		l.Column(who.pen, who.name, name)
		l.Pad(l.ground, 1)
	}
	l.Glyphs(who.pen, who.bar)
	l.Pad(who.tone.ink, 1)
}

func (l *liner) clock(at time.Time, shown bool) {
	if shown {
		l.PutIn(l.v.pens.plain.quiet, text.Clean(l.v.locale.Clock(at)), clockCells-1)
		l.Pad(l.ground, 1)
		return
	}
	l.Pad(l.ground, clockCells)
}

func (l *liner) body(words string, at time.Time, s shape, who voice) {
	name, width := l.columns()
	if name == 0 && s.head {
		l.open()
		l.PutIn(who.pen, who.name, l.width-clockCells)
		l.Pad(l.ground, 1)
		l.clock(at, true)
		l.shut(l.ground)
	}
	block := text.CleanBlock(words, 0)
	rows := block.Wrap(width, l.m)
	for i, row := range rows {
		l.open()
		l.margin(at, s, who)
		l.PutIn(who.tone.ink, row, width)
		if i == len(rows)-1 {
			s.tick = l.tick(s.tick, who)
		}
		l.shut(who.tone.ink)
		s.head = false
	}
	l.afterwords(block, at, s, who)
}

// tick puts how far a message got behind it. It gives back what did not fit.
func (l *liner) tick(level int8, who voice) int8 {
	if level == 0 {
		return 0
	}
	word := l.v.say(ticks[level])
	if l.Left() < word.Width(l.m)+2 {
		return level
	}
	l.Pad(who.tone.ink, 2)
	l.Put(who.tone.quiet, word)
	return 0
}

// afterwords says what the text itself does not: how far it got, that there is
// more of it, that something in it was made harmless.
func (l *liner) afterwords(b text.Block, at time.Time, s shape, who voice) {
	if n := b.Hidden(); n > 0 {
		l.aside(text.Clean(l.v.words.Count(words.MoreText, n)), at, s, who)
	}
	if b.Altered() {
		l.aside(l.v.say(words.Altered), at, s, who)
	}
	if s.tick > 0 {
		l.aside(l.v.say(ticks[s.tick]), at, s, who)
	}
}

var ticks = [...]words.ID{1: words.TickSent, 2: words.TickDelivered, 3: words.TickRead}

// bodyWidth is the room for text behind the margin.
func (l *liner) bodyWidth() int { _, width := l.columns(); return width }

func (l *liner) aside(line text.Line, at time.Time, s shape, who voice) {
	l.open()
	s.head = false
	l.margin(at, s, who)
	l.Put(who.tone.quiet, line)
	l.shut(who.tone.ink)
}

// system draws what happened to the conversation.
func (l *liner) system(r wire.Record, at time.Time) {
	name, width := l.columns()
	for i, row := range l.v.happened(r.Event).Wrap(width, l.m) {
		l.open()
		if name > 0 {
			l.clock(at, i == 0)
			l.Pad(l.ground, name+1)
		}
		if i == 0 {
			l.Glyphs(l.v.pens.plain.quiet, "· ")
		} else {
			l.Pad(l.ground, 2)
		}
		l.Put(l.v.pens.plain.quiet, row)
		l.shut(l.ground)
	}
}

// shapeOf looks at the line before to say how line i stands.
func shapeOf(c mirror.Conversation, i int, since uint64, v *look) shape {
	r, zone := c.Line(i), v.now.Location()
	s := shape{seq: r.Seq, head: true, day: i == 0 && !c.More()}
	if i > 0 {
		before := c.Line(i - 1)
		a, b := before.At.Time().In(zone), r.At.Time().In(zone)
		s.day = a.YearDay() != b.YearDay() || a.Year() != b.Year()
		s.head = s.day || !sameVoice(before.Event, r.Event) || b.Sub(a) > together
		s.mark = firstNew(c, i, since, v.Me().ID)
		s.head = s.head || s.mark
	}
	if e, ok := r.Event.(wire.Said); ok && e.By == wire.ByAgent {
		s.tick = tickOf(c.Summary(), r.Seq)
	}
	return s
}

// firstNew reports whether line i is the first after a seq that is not one's own:
// what one did oneself is no news.
func firstNew(c mirror.Conversation, i int, since uint64, me wire.AgentID) bool {
	if since == 0 || c.Line(i).Seq <= since || own(c.Line(i).Event, me) {
		return false
	}
	for i--; i >= 0 && c.Line(i).Seq > since; i-- {
		if !own(c.Line(i).Event, me) {
			return false
		}
	}
	return i >= 0
}

func tickOf(s wire.Summary, seq uint64) int8 {
	switch {
	case s.Read >= seq:
		return 3
	case s.Delivered >= seq:
		return 2
	}
	return 1
}

func sameVoice(a, b wire.Event) bool {
	x, ok := a.(wire.Said)
	y, also := b.(wire.Said)
	return ok && also && x.By == y.By && x.Agent == y.Agent
}
