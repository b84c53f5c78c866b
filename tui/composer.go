package tui

import (
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// nearLimit is from how many characters on the counter shows.
const nearLimit = wire.MaxText * 9 / 10

// composer is where replies and notes are written. It holds no text: it looks at
// the draft of the shown conversation, so it cannot show another's.
type composer struct {
	top    int // first row of the draft on screen
	x, y   int
	cursor bool
	box    int // height of the text area when drawn last
}

// Scope implements [Pane].
func (c *composer) Scope() keymap.Scope { return keymap.Composer }

// Handle implements [Pane].
func (c *composer) Handle(a keymap.Action, v *look) Intent {
	key, draft := v.writing()
	switch a {
	case keymap.Send:
		return c.send(key, draft, v)
	case keymap.SendAnyway:
		return SendAnyway{}
	case keymap.NewLine:
		return c.insert(draft, "\n", key, v)
	case keymap.Leave:
		return c.leave(v)
	case keymap.Flip:
		if v.editing() != nil {
			return Tell{Notice{Text: v.words.With(words.EditFirst, composerKeys(v))}}
		}
		return flip(key, v)
	case keymap.EditLast:
		return c.up(draft, v)
	case keymap.TakeBack:
		return c.takeBack(v)
	case keymap.PageUp, keymap.PageDown:
		name := "up"
		if a == keymap.PageDown {
			name = "down"
		}
		for range max(c.box, 1) {
			draft.Key(name)
		}
	}
	return nil
}

// composing says what the composer is for now.
type composing int8

const (
	writesDraft composing = iota
	editsWaiting
	decidesHeld // a reply that was held back
)

func (v *look) composing() composing {
	switch {
	case v.shown == "":
	case v.editing() != nil:
		return editsWaiting
	case v.guard() != nil:
		return decidesHeld
	}
	return writesDraft
}

// composerKeys are the keys that messages about the composer name.
func composerKeys(v *look) words.Args {
	key := func(a keymap.Action) string { return v.keys.Key(keymap.Composer, a) }
	return words.Args{"Send": key(keymap.Send), "Leave": key(keymap.Leave), "Back": key(keymap.TakeBack),
		"Anyway": key(keymap.SendAnyway), "Flip": key(keymap.Flip)}
}

func (c *composer) send(key DraftKey, draft *edit.Buffer, v *look) Intent {
	switch {
	case draft.Empty():
		return nil
	case v.guard() != nil: // a second enter, pressed in haste, decides nothing
		return Tell{Notice{Text: v.words.With(words.GuardHeld, composerKeys(v))}}
	}
	return Send{key}
}

func (c *composer) leave(v *look) Intent {
	switch {
	case v.editing() != nil:
		return chain{LeaveEntry{}, Focus{TalkPart}}
	case v.guard() != nil:
		return Reconsider{}
	}
	return Focus{TalkPart}
}

// up goes up a row, or from an empty text to the last one that waits.
func (c *composer) up(draft *edit.Buffer, v *look) Intent {
	if id, ok := v.outbox.lastOpen(v.shown); ok && draft.Text() == "" && v.editing() == nil {
		return EditEntry{id}
	}
	draft.Key("up")
	return nil
}

func (c *composer) takeBack(v *look) Intent {
	if e := v.editing(); e != nil {
		return TakeBack{e.id}
	}
	if id, ok := v.outbox.lastOpen(v.shown); ok {
		return TakeBack{id}
	}
	return tell(v, words.NothingToEdit)
}

// flip changes what is written next. Where there is text it asks what should
// become of it.
func flip(key DraftKey, v *look) Intent {
	if v.drafts.of(key).Empty() {
		return Write{key.Kind.Other()}
	}
	return Ask{flipSheet(key, v)}
}

// Type implements typist.
func (c *composer) Type(key, written string, v *look) Intent {
	k, draft := v.writing()
	if written != "" {
		return c.insert(draft, written, k, v)
	}
	if draft.Key(key) && key != "left" && key != "right" && key != "up" && key != "down" {
		return Typed{k}
	}
	return nil
}

// Paste implements typist.
func (c *composer) Paste(raw string, v *look) Intent {
	k, draft := v.writing()
	return c.insert(draft, raw, k, v)
}

func (c *composer) insert(draft interface{ Insert(string) int }, s string, k DraftKey, v *look) Intent {
	if n := draft.Insert(s); n > 0 {
		return Tell{Notice{v.words.Count(words.TextCut, n), true}}
	}
	return Typed{k}
}

// Cursor implements typist.
func (c *composer) Cursor() (x, y int, ok bool) { return c.x, c.y, c.cursor }

// rows is how high the composer wants to be in a pane of a size, edges included;
// 0 means there is none.
func (c *composer) rows(s Size, v *look) int {
	if v.shown == "" || !v.writes() {
		return 0
	}
	_, draft := v.writing()
	lines := 1
	if v.focus == ComposerPart || !draft.Empty() {
		lines = max(2, len(draft.Rows(textWidth(s.Width), v.measure)))
	}
	lines = clamp(lines, 1, max(1, s.Height/3))
	if g := v.guard(); g != nil {
		news := len(g.rows(s.Width-4, v)) + 1
		return 2 + min(lines+news, max(lines, s.Height*2/3))
	}
	return 2 + lines
}

// textWidth leaves the frame, a space on each side and a cell for the cursor.
func textWidth(width int) int { return max(1, width-5) }

// Draw implements [Pane].
func (c *composer) Draw(s Size, v *look) []string {
	var out canvas
	out.begin(s, v)
	c.cursor = false
	key, draft := v.writing()
	b, title := composerFrame(key.Kind, v)
	if s.Height > 1 {
		out.tee(b, title, c.counter(draft, v)) // it hangs from the conversation above
	}
	if g := v.guard(); g != nil {
		c.difference(&out, b, g, v)
	}
	c.text(&out, b, v)
	if s.Height > 2 {
		out.bottom(b, nil, c.hint(key, v))
	}
	return out.finish()
}

// difference draws what a held text was written without, leaving rows for the text.
func (c *composer) difference(out *canvas, b border, g *guard, v *look) {
	_, draft := v.writing()
	left := out.size.Height - len(out.rows) - 1
	text := clamp(len(draft.Rows(textWidth(out.size.Width), v.measure)), 1, max(1, left/3))
	if room := left - text - 1; room > 0 {
		g.draw(out, b, room, v)
		out.tee(b, []seg{{v.pens.plain.warn, v.say(words.GuardText)}}, seg{})
	}
}

// composerFrame is the frame that tells what is being written. The two kinds
// differ in colour, in their lines and in words.
func composerFrame(k Kind, v *look) (border, []seg) {
	title := words.ReplyFrame
	switch {
	case v.editing() != nil && k == NoteKind:
		title = words.EditNote
	case k == NoteKind:
		title = words.NoteFrame
	case v.editing() != nil:
		title = words.EditReply
	case v.guard() != nil:
		p := v.pens.plain.warn
		return heavyBorder(p), []seg{{p, v.say(words.GuardTitle)}}
	}
	if k == NoteKind {
		return heavyBorder(v.pens.note), []seg{{v.pens.note, v.say(title)}}
	}
	p := v.pens.border
	if v.focus == ComposerPart {
		p = v.pens.reply
	}
	return lightBorder(p), []seg{{p, v.say(title)}}
}

func (c *composer) counter(draft *edit.Buffer, v *look) seg {
	n := draft.Count()
	if n < nearLimit {
		return seg{}
	}
	p := v.pens.plain.warn
	if n >= wire.MaxText {
		p = v.pens.plain.bad
	}
	return seg{p, text.Clean(v.locale.Number(n) + " / " + v.locale.Number(wire.MaxText))}
}

func (c *composer) hint(key DraftKey, v *look) seg {
	id := words.SendReply
	if key.Kind == NoteKind {
		id = words.SendNote
	}
	switch {
	case v.focus != ComposerPart && v.guard() != nil:
		return seg{v.pens.plain.warn, v.with(words.GuardFocus, words.Args{"Key": v.keys.Key(keymap.Conversation, keymap.Reply)})}
	case v.focus != ComposerPart:
		return seg{}
	case v.editing() != nil:
		return seg{v.pens.plain.quiet, v.with(words.EditKeys, composerKeys(v))}
	case v.guard() != nil:
		return seg{v.pens.plain.accent, v.with(words.GuardKeys, composerKeys(v))}
	}
	return seg{v.pens.plain.quiet, v.with(id, words.Args{"Key": v.keys.Key(keymap.Composer, keymap.Send)})}
}

func (c *composer) text(out *canvas, b border, v *look) {
	key, draft := v.writing()
	width := textWidth(out.size.Width)
	lines := draft.Rows(width, v.measure)
	c.box = max(out.size.Height-len(out.rows)-1, 1)
	row, column := draft.Cursor(width, v.measure)
	c.top = clamp(c.top, row-c.box+1, row)
	c.top = clamp(c.top, 0, max(0, len(lines)-c.box))
	if v.focus == ComposerPart && len(out.rows)+row-c.top < out.size.Height {
		c.x, c.y, c.cursor = min(2+column, max(out.size.Width-2, 0)), len(out.rows)+row-c.top, true
	}
	for i := range c.box {
		out.inside(b)
		out.Pad(v.pens.plain.ink, 1)
		switch at := c.top + i; {
		case i == 0 && draft.Text() == "":
			out.Put(v.pens.plain.quiet, c.placeholder(key, v))
		case at < len(lines):
			out.PutIn(v.pens.plain.ink, lines[at], width)
		}
		out.outside(b, out.ground)
	}
}

// placeholder says what happens with what is written here.
func (c *composer) placeholder(key DraftKey, v *look) text.Line {
	conversation, ok := v.Conversation(v.shown)
	if !ok || key.Kind == NoteKind {
		return v.say(words.WriteNote)
	}
	s := conversation.Summary()
	switch {
	case s.Status == wire.Resolved:
		return v.say(words.WriteReopens)
	case s.Agent == "":
		return v.say(words.WriteTakes)
	case s.Agent != v.Me().ID:
		return v.with(words.WriteColleague, words.Args{"Name": v.name(s.Agent).String()})
	}
	return v.say(words.WriteReply)
}
