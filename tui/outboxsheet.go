package tui

import (
	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// outboxSheet lists everything that waits to leave, in all conversations, and
// what the desk lost. It reads the present list each time, so it is never old.
type outboxSheet struct {
	at     client.EntryID // the row that is selected
	index  int            // where it was
	top    int
	canvas canvas
}

func newOutboxSheet(v *look) *outboxSheet {
	o := &outboxSheet{}
	if rows := v.outbox.rows(); len(rows) > 0 {
		o.at = rows[0].ID
	}
	return o
}

// outboxRow is one thing that waits or was lost.
type outboxRow struct {
	client.Entry
	lost  bool
	state waitState
}

func (o *outbox) rows() []outboxRow {
	var out []outboxRow
	for _, e := range o.lost {
		out = append(out, outboxRow{e, true, acceptedState})
	}
	held := make(map[wire.ConversationID]bool)
	for _, e := range o.entries {
		if _, own := e.Command.(wire.MarkSeen); own {
			continue // nobody asked for it
		}
		id, _ := wire.CommandAbout(e.Command)
		held[id] = held[id] || e.Held
		out = append(out, outboxRow{e, false, stateOf(e, held[id])})
	}
	return out
}

// Scope implements [Pane].
func (o *outboxSheet) Scope() keymap.Scope { return keymap.Sheet }

// selected finds the row to act on. When it has left by itself nothing is
// selected until the agent moves, so that no key meant for it falls on another.
func (o *outboxSheet) selected(rows []outboxRow) (outboxRow, bool) {
	for i, r := range rows {
		if r.ID == o.at {
			o.index = i
			return r, true
		}
	}
	o.at, o.index = "", clamp(o.index, 0, max(len(rows)-1, 0))
	return outboxRow{}, false
}

// Handle implements [Pane].
func (o *outboxSheet) Handle(a keymap.Action, v *look) Intent {
	rows := v.outbox.rows()
	r, still := o.selected(rows)
	switch a {
	case keymap.Up:
		o.move(-1, rows)
	case keymap.Down:
		o.move(1, rows)
	case keymap.Top:
		o.move(-len(rows), rows)
	case keymap.Bottom:
		o.move(len(rows), rows)
	case keymap.Back, keymap.Leave:
		return Close{}
	case keymap.SendAllAgain, keymap.LetAllGo:
		return recoverAll(v.outbox.lost, a == keymap.SendAllAgain)
	}
	if !still {
		return nil
	}
	return o.act(a, r)
}

func (o *outboxSheet) act(a keymap.Action, r outboxRow) Intent {
	id, of := wire.CommandAbout(r.Command)
	switch a {
	case keymap.Accept:
		if of {
			return Close{Show{Conversation: id}}
		}
	case keymap.EditWaiting:
		if _, _, says := textOf(r.Command); says && !r.lost {
			return Close{chain{Show{Conversation: id}, EditEntry{r.ID}}}
		}
	case keymap.TakeBack:
		if !r.lost {
			return TakeBack{r.ID}
		}
	case keymap.SendAgain, keymap.LetGo:
		if r.lost {
			return Recover{[]client.EntryID{r.ID}, a == keymap.SendAgain}
		}
	}
	return nil
}

func recoverAll(lost []client.Entry, again bool) Intent {
	if len(lost) == 0 {
		return nil
	}
	all := Recover{Again: again}
	for _, e := range lost {
		all.IDs = append(all.IDs, e.ID)
	}
	return all
}

func (o *outboxSheet) move(by int, rows []outboxRow) {
	if len(rows) == 0 {
		return
	}
	if o.at != "" {
		o.index = clamp(o.index+by, 0, len(rows)-1)
	}
	o.at = rows[o.index].ID
}

// Type implements typist: nothing is typed here.
func (o *outboxSheet) Type(string, string, *look) Intent { return nil }

// Paste implements typist.
func (o *outboxSheet) Paste(string, *look) Intent { return nil }

// Cursor implements typist.
func (o *outboxSheet) Cursor() (x, y int, ok bool) { return 0, 0, false }

// rowsPerEntry is who and what stands in the first row, how far it is in the second.
const rowsPerEntry = 2

// Rows implements [Sheet].
func (o *outboxSheet) Rows(s Size, v *look) int {
	return min(3+rowsPerEntry*clamp(len(v.outbox.rows()), 1, 12), s.Height)
}

// Draw implements [Pane].
func (o *outboxSheet) Draw(s Size, v *look) []string {
	c, rows := &o.canvas, v.outbox.rows()
	c.begin(s, v)
	b := heavyBorder(v.pens.plain.accent)
	c.top(b, []seg{{v.pens.plain.title, v.say(words.OutboxTitle)}}, seg{})
	o.selected(rows)
	shown := max((s.Height-2)/rowsPerEntry, 1)
	o.top = clamp(o.top, o.index-shown+1, o.index)
	for i := o.top; i < len(rows) && i < o.top+shown; i++ {
		o.entry(b, rows[i], rows[i].ID == o.at, v)
	}
	if len(rows) == 0 {
		c.inside(b)
		c.Pad(c.ground, 2)
		c.Put(v.pens.plain.quiet, v.say(words.OutboxEmpty))
		c.outside(b, c.ground)
	}
	for len(c.rows) < s.Height-1 {
		c.inside(b)
		c.outside(b, c.ground)
	}
	c.bottom(b, nil, seg{v.pens.plain.quiet, o.hint(v)})
	return c.finish()
}

// hint names the keys for what is selected.
func (o *outboxSheet) hint(v *look) text.Line {
	key := func(a keymap.Action) string { return v.keys.Key(keymap.Sheet, a) }
	if r, ok := o.selected(v.outbox.rows()); ok && r.lost {
		return v.with(words.OutboxLostKeys, words.Args{"Again": key(keymap.SendAgain), "AllAgain": key(keymap.SendAllAgain),
			"Drop": key(keymap.LetGo), "AllDrop": key(keymap.LetAllGo)})
	}
	return v.with(words.OutboxKeys, words.Args{"Accept": key(keymap.Accept), "Edit": key(keymap.EditWaiting),
		"Back": key(keymap.TakeBack)})
}

func (o *outboxSheet) entry(b border, r outboxRow, selected bool, v *look) {
	c, t, mark := &o.canvas, v.pens.plain, " "
	if selected {
		t, mark = v.pens.selected, "▌"
	}
	age := text.Clean(v.locale.Ago(v.now, r.At))
	c.inside(b)
	c.Glyphs(t.accent, mark)
	c.Column(t.bold, o.who(r, v), clamp(c.Left()/4, 8, 20))
	c.Pad(t.ink, 1)
	c.PutIn(t.ink, o.what(r, v), c.Left()-age.Width(v.measure)-3)
	c.To(t.ink, age.Width(v.measure)+2)
	c.Put(t.quiet, age)
	c.outside(b, t.ink)
	c.inside(b)
	c.Glyphs(t.accent, mark)
	c.Pad(t.ink, 2)
	pen, how := o.how(r, t, v)
	c.PutIn(pen, how, c.Left()-1)
	c.outside(b, t.ink)
}

func (o *outboxSheet) who(r outboxRow, v *look) text.Line {
	id, _ := wire.CommandAbout(r.Command)
	if c, ok := v.Conversation(id); ok {
		return text.Name(c.Summary().Customer)
	}
	return text.Name(string(id))
}

// what says what waits: its text, or what is to be done.
func (o *outboxSheet) what(r outboxRow, v *look) text.Line {
	key, said, says := textOf(r.Command)
	switch {
	case says && key.Kind == NoteKind:
		return text.Concat(v.say(words.NoteWord), text.Literal(": "), text.Clean(said))
	case says:
		return text.Clean(said)
	}
	name := wire.CommandName(r.Command)
	for _, b := range v.keys.Help(keymap.Everywhere) {
		if needs(b.Action) == name {
			return v.of(words.ShortAction, string(b.Action))
		}
	}
	return text.Clean(name)
}

// how says how far it is. What the desk lost is loud.
func (o *outboxSheet) how(r outboxRow, t tone, v *look) (ink.Pen, text.Line) {
	if r.lost {
		return t.bad, v.say(words.OutboxLost)
	}
	if r.state == heldState || r.state == waitingState {
		return t.warn, v.waitWord(r.state)
	}
	return t.quiet, v.waitWord(r.state)
}

// withheld takes what keeps the desk from taking commands now.
func (m *Model) withheld(e client.Withheld) {
	m.v.outbox.why = ""
	if e.Why != nil {
		m.v.outbox.why = m.v.refusedWhy(e.Why)
	}
	m.screen.mark(TalkPart, smallPart)
}

// lostSome takes the list of what the desk lost, and says so when it grew.
func (m *Model) lostSome(entries []client.Entry) {
	grew := len(entries) > len(m.v.outbox.lost)
	m.v.outbox.lost = entries
	m.screen.mark(QueuePart, TalkPart, smallPart)
	if grew {
		m.tell(Notice{m.v.words.With(words.LostSome, words.Args{"Count": len(entries), "Key": m.v.keys.Key(keymap.Queue, keymap.Outbox)}), true})
	}
}

// recover answers what the desk lost.
func (m *Model) recover(r Recover) {
	for _, id := range r.IDs {
		var err error
		if r.Again {
			err = m.desk.SendAgain(id)
		} else {
			err = m.desk.LetGo(id)
		}
		if err != nil {
			m.notChanged(err)
			return
		}
	}
}
