package tui

import (
	"strings"

	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// Sheet is a dialog at the foot of a pane. It is opened by an action of the
// agent and never by itself, so it cannot catch a key that was meant for a text.
type Sheet interface {
	Pane
	typist
	// Rows is how high it wants to be.
	Rows(Size, *look) int
}

// picker is the one kind of sheet there is: choices that typing narrows down,
// and perhaps a text to go with the choice.
type picker struct {
	title   text.Line
	choices []choice
	filter  edit.Buffer
	at      int
	top     int
	// typed makes a choice of what was typed, such as a number of minutes.
	typed func(string, *look) (choice, bool)
	// reason is the text that goes with the choice; nil when none is asked for.
	reason      *edit.Buffer
	reasonLabel words.ID
	inReason    bool
	tall        bool      // takes all the room there is
	legend      text.Line // what signs on the screen mean
	// pick says what a choice comes to.
	pick func(value, reason string) Intent

	x, y   int
	cursor bool
	canvas canvas
}

// choice is one row of a picker.
type choice struct {
	value string
	line  text.Line
	note  text.Line // at the right
}

func newPicker(title text.Line, choices []choice, pick func(value, reason string) Intent) *picker {
	return &picker{title: title, choices: choices, filter: newField(), pick: pick}
}

// Scope implements [Pane].
func (p *picker) Scope() keymap.Scope { return keymap.Input }

// Handle implements [Pane].
func (p *picker) Handle(a keymap.Action, v *look) Intent {
	n := len(p.matching(v))
	switch a {
	case keymap.Up:
		p.at = max(0, p.at-1)
	case keymap.Down:
		p.at = clamp(p.at+1, 0, max(0, n-1))
	case keymap.PageUp:
		p.at = max(0, p.at-8)
	case keymap.PageDown:
		p.at = clamp(p.at+8, 0, max(0, n-1))
	case keymap.FieldNext, keymap.FieldPrevious:
		p.inReason = p.reason != nil && !p.inReason
	case keymap.Leave, keymap.Back:
		return Close{}
	case keymap.Accept:
		return p.accept(v)
	}
	return nil
}

func (p *picker) accept(v *look) Intent {
	matching := p.matching(v)
	switch {
	case p.at >= len(matching):
		return nil
	case p.reason == nil:
		return Close{p.pick(matching[p.at].value, "")}
	case !p.inReason:
		p.inReason = true
		return nil
	case p.reason.Empty():
		return tell(v, words.ReasonNeeded)
	}
	return Close{p.pick(matching[p.at].value, strings.TrimSpace(p.reason.Text()))}
}

// matching are the choices that hold every word typed, in their order.
func (p *picker) matching(v *look) []choice {
	if p.filter.Empty() {
		return p.choices
	}
	wanted := strings.Fields(fold(p.filter.Text()))
	var out []choice
	for _, c := range p.choices {
		hay, all := fold(c.line.String()+" "+c.note.String()), true
		for _, w := range wanted {
			all = all && strings.Contains(hay, w)
		}
		if all {
			out = append(out, c)
		}
	}
	if p.typed != nil {
		if c, ok := p.typed(strings.TrimSpace(p.filter.Text()), v); ok {
			out = append(out, c)
		}
	}
	return out
}

func (p *picker) field() *edit.Buffer {
	if p.inReason {
		return p.reason
	}
	return &p.filter
}

// Type implements typist.
func (p *picker) Type(key, written string, _ *look) Intent {
	if written != "" {
		p.field().Insert(written)
	} else {
		p.field().Key(key)
	}
	if !p.inReason {
		p.at = 0
	}
	return nil
}

// Paste implements typist.
func (p *picker) Paste(raw string, v *look) Intent { return p.Type("", raw, v) }

// Cursor implements typist.
func (p *picker) Cursor() (x, y int, ok bool) { return p.x, p.y, p.cursor }

// Rows implements [Sheet].
func (p *picker) Rows(s Size, _ *look) int {
	if p.tall {
		return s.Height
	}
	n := 3 + min(max(len(p.choices), 1), 10)
	if p.reason != nil {
		n += 2
	}
	return min(n, s.Height)
}

// Draw implements [Pane].
func (p *picker) Draw(s Size, v *look) []string {
	c := &p.canvas
	c.begin(s, v)
	p.cursor = false
	b := heavyBorder(v.pens.plain.accent)
	c.top(b, []seg{{v.pens.plain.title, p.title}}, seg{})
	p.box(b, " › ", words.TypeToFilter, &p.filter, !p.inReason, v)
	room := s.Height - len(c.rows) - 1
	if p.reason != nil {
		room -= 2
	}
	p.list(b, max(room, 0), v)
	if p.reason != nil {
		c.tee(b, []seg{{v.pens.plain.quiet, v.say(p.reasonLabel)}}, seg{})
		p.box(b, " › ", words.TypeReason, p.reason, p.inReason, v)
	}
	c.bottom(b, p.footnote(v), seg{v.pens.plain.quiet, p.hint(v)})
	return c.finish()
}

// hint names the keys of the sheet.
func (p *picker) hint(v *look) text.Line {
	args := words.Args{"Accept": v.keys.Key(keymap.Input, keymap.Accept), "Leave": v.keys.Key(keymap.Input, keymap.Leave)}
	if p.reason == nil {
		return v.with(words.SheetKeys, args)
	}
	args["Next"] = v.keys.Key(keymap.Input, keymap.FieldNext)
	return v.with(words.SheetKeysField, args)
}

func (p *picker) footnote(v *look) []seg {
	if p.legend.Empty() {
		return nil
	}
	return []seg{{v.pens.plain.quiet, p.legend}}
}

// box draws a field: its text, or in its place what to write there.
func (p *picker) box(b border, mark string, empty words.ID, field *edit.Buffer, active bool, v *look) {
	c := &p.canvas
	c.inside(b)
	c.Glyphs(v.pens.plain.accent, mark)
	width := max(1, c.Left()-2)
	rows := field.Rows(width, v.measure)
	row, column := field.Cursor(width, v.measure)
	if field.Text() == "" {
		c.Put(v.pens.plain.quiet, v.say(empty))
	} else {
		c.PutIn(v.pens.plain.ink, rows[row], width)
	}
	if active {
		p.x, p.y, p.cursor = 4+column, len(c.rows), true
	}
	c.outside(b, c.ground)
}

func (p *picker) list(b border, room int, v *look) {
	matching := p.matching(v)
	p.at = clamp(p.at, 0, max(0, len(matching)-1))
	p.top = clamp(p.top, p.at-room+1, p.at)
	p.top = clamp(p.top, 0, max(0, len(matching)-room))
	for i := range room {
		p.canvas.inside(b)
		at := p.top + i
		switch {
		case at < len(matching):
			p.row(matching[at], at == p.at, v)
			continue
		case i == 0:
			p.canvas.Pad(p.canvas.ground, 2)
			p.canvas.Put(v.pens.plain.quiet, v.say(words.NoChoice))
		}
		p.canvas.outside(b, p.canvas.ground)
	}
}

func (p *picker) row(ch choice, selected bool, v *look) {
	c, t, mark := &p.canvas, v.pens.plain, " "
	b := heavyBorder(v.pens.plain.accent)
	if selected {
		t, mark = v.pens.selected, "▌"
	}
	c.Glyphs(t.accent, mark)
	c.Pad(t.ink, 1)
	room := ch.note.Width(v.measure)
	c.PutIn(t.ink, ch.line, c.Left()-room-4)
	c.To(t.ink, room+2)
	c.PutIn(t.quiet, ch.note, c.Left()-2)
	c.Pad(t.ink, 1)
	c.outside(b, t.ink)
}
