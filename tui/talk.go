package tui

import (
	"slices"
	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// talk is the conversation in front of the agent: its lines in a window, who is
// writing, and below them the composer.
type talk struct {
	composer *composer
	of       wire.ConversationID // whose window it is
	window   window
	goal     uint64 // a line to show as soon as it is here
	left     map[wire.ConversationID]uint64
	since    uint64         // what came after it is new to the agent; 0: nothing is
	size     Size           // of the lines when drawn last
	strip    bool           // a line of the customer's context stands above
	below    int            // lines under the window
	newest   uint64         // the last line in the window when drawn last
	picked   client.EntryID // of what waits; empty: none
	asked    Older          // what was asked for last, so that no answer makes it ask again
	cache    lineCache
	liner    liner
	canvas   canvas
}

func newTalk() *talk {
	return &talk{composer: &composer{}, left: make(map[wire.ConversationID]uint64)}
}

// lineCache keeps laid-out lines as long as nothing they depend on changes.
type lineCache struct {
	rows map[shape][]string
	made looks
}

// looks is what every laid-out line depends on.
type looks struct {
	of    wire.ConversationID
	width int
	m     text.Measure
	pens  *pens
	day   int
}

const cachedLines = 2000

// Scope implements [Pane].
func (t *talk) Scope() keymap.Scope { return keymap.Conversation }

// Handle implements [Pane].
func (t *talk) Handle(a keymap.Action, v *look) Intent {
	c, ok := v.Conversation(t.of)
	if !ok {
		return nil
	}
	page := max(1, t.size.Height-2)
	switch a {
	case keymap.Up:
		if t.pick(-1, v) {
			return nil
		}
		return t.scroll(c, -1, v)
	case keymap.Down:
		if t.pick(1, v) {
			return nil
		}
		return t.scroll(c, 1, v)
	case keymap.EditWaiting, keymap.TakeBack:
		return t.change(a, v)
	case keymap.PageUp:
		return t.scroll(c, -page, v)
	case keymap.PageDown:
		return t.scroll(c, page, v)
	case keymap.Top:
		t.window = window{seq: 0, moved: true}
		return t.older(c)
	case keymap.Bottom:
		t.window = window{}
	case keymap.GoUnread:
		return t.goUnread(c, v)
	case keymap.Open:
		return Focus{ComposerPart}
	case keymap.Back:
		return Focus{QueuePart}
	case keymap.Copy:
		return copyLast(c)
	}
	return nil
}

func (t *talk) scroll(c mirror.Conversation, by int, v *look) Intent {
	if top := t.window.scroll(c, t.count(c, v), t.size.Height, by, t.tall(c, v)); top && by < 0 {
		return t.older(c)
	}
	return nil
}

func (t *talk) older(c mirror.Conversation) Intent {
	if c.Len() == 0 || !c.More() {
		return nil
	}
	return Older{t.of, c.Line(0).Seq}
}

func (t *talk) goUnread(c mirror.Conversation, v *look) Intent {
	i := c.FirstUnread()
	if i >= c.Len() {
		if i = t.firstSince(c); i >= c.Len() {
			return tell(v, words.NothingUnread)
		}
	}
	t.window.hold(c, place{i, 0}, t.count(c, v), t.size.Height, t.tall(c, v))
	return nil
}

// firstSince is the first line that is new since the agent left.
func (t *talk) firstSince(c mirror.Conversation) int {
	if t.since == 0 {
		return c.Len()
	}
	i, found := c.Find(t.since)
	if found {
		i++
	}
	return i
}

// copyLast copies the customer's last message.
func copyLast(c mirror.Conversation) Intent {
	for i := c.Len() - 1; i >= 0; i-- {
		if e, ok := c.Line(i).Event.(wire.Said); ok && e.By == wire.ByCustomer {
			return Clip{e.Text}
		}
	}
	return nil
}

// pick moves the selection among what waits below the last line, and says
// whether it did: there is one while the window is at the end.
func (t *talk) pick(by int, v *look) bool {
	waits := v.outbox.of(t.of)
	if t.window.moved || len(waits) == 0 {
		return false
	}
	at := slices.IndexFunc(waits, func(w waitingText) bool { return w.id == t.picked && w.id != "" })
	if at < 0 {
		at = len(waits)
	}
	if at += by; at > len(waits) {
		return false
	}
	before := t.picked
	if t.picked = ""; at >= 0 && at < len(waits) {
		t.picked = waits[at].id
	}
	return t.picked != "" || before != "" && by > 0
}

// change edits or takes back what is selected of what waits, or the last of it.
func (t *talk) change(a keymap.Action, v *look) Intent {
	id := t.picked
	if _, waits := v.outbox.find(id); !waits {
		var ok bool
		if id, ok = v.outbox.lastOpen(t.of); !ok {
			return tell(v, words.NothingToEdit)
		}
	}
	t.picked = ""
	if a == keymap.TakeBack {
		return TakeBack{id}
	}
	return EditEntry{id}
}

// turn puts another conversation into the window, at a line when at is not 0.
func (t *talk) turn(id wire.ConversationID, at uint64, v *look) {
	if c, ok := v.Conversation(t.of); ok && t.of != "" && c.Len() > 0 {
		t.left[t.of] = c.Line(c.Len() - 1).Seq
	}
	t.goal = at
	if id == t.of {
		return
	}
	t.of, t.window, t.since, t.picked = id, window{}, t.left[id], ""
}

// settle is called when something came in: it goes to a line that was asked for
// and is here now, and asks for older ones while there is room for them.
func (t *talk) settle(v *look) Intent {
	c, ok := v.Conversation(t.of)
	if !ok || c.Len() == 0 {
		return nil
	}
	if i, found := c.Find(t.goal); t.goal != 0 && (found || i > 0 || !c.More()) {
		t.window.hold(c, place{min(i, c.Len()-1), 0}, t.count(c, v), t.size.Height, t.tall(c, v))
		t.goal = 0
	} else if t.goal != 0 {
		return t.older(c)
	}
	if !v.link.lean && t.window.start(c, t.count(c, v), t.size.Height, t.tall(c, v)) == (place{}) {
		return t.older(c)
	}
	return nil
}

// atEnd reports whether the last line is on screen.
func (t *talk) atEnd() bool { return !t.window.moved }

func (t *talk) count(c mirror.Conversation, v *look) int {
	return c.Len() + len(v.outbox.of(t.of))
}

// tall lays lines out, from the cache when it has them.
func (t *talk) tall(c mirror.Conversation, v *look) tall {
	now := looks{t.of, max(1, t.size.Width), v.measure, v.pens, v.now.YearDay()}
	if t.cache.made != now || len(t.cache.rows) > cachedLines {
		t.cache = lineCache{make(map[shape][]string), now}
	}
	t.liner.v, t.liner.width = v, now.width
	waits := v.outbox.of(t.of)
	return func(i int) []string {
		if i >= c.Len() {
			w := waits[i-c.Len()]
			return t.liner.waiting(w, w.id != "" && w.id == t.picked)
		}
		s := shapeOf(c, i, t.since, v)
		rows, ok := t.cache.rows[s]
		if !ok {
			rows = t.liner.rows(c.Line(i), s)
			t.cache.rows[s] = rows
		}
		return rows
	}
}

// Draw implements [Pane].
func (t *talk) Draw(s Size, v *look) []string {
	t.canvas.begin(s, v)
	t.composer.cursor = false
	c, ok := v.Conversation(v.shown)
	if !ok || v.shown == "" {
		return t.drawNone(v)
	}
	b := paneBorder(v, TalkPart)
	below := t.composer.rows(s, v)
	if below == 0 {
		below = 1
	}
	t.canvas.top(b, t.title(c.Summary(), v), t.wait(c.Summary(), v))
	t.head(b, c.Summary(), v)
	room := s.Height - len(t.canvas.rows) - below - 1
	t.size = Size{max(1, s.Width-4), max(0, room)}
	t.lines(b, c, v)
	t.foot(b, c, v)
	if below == 1 {
		t.canvas.bottom(b, []seg{{v.pens.banner, v.say(words.ReadOnly)}}, seg{})
		return t.canvas.finish()
	}
	return t.withComposer(s, below, v)
}

func (t *talk) withComposer(s Size, below int, v *look) []string {
	above := len(t.canvas.rows)
	t.canvas.rows = append(t.canvas.rows, t.composer.Draw(Size{s.Width, below}, v)...)
	t.composer.y += above
	return t.canvas.finish()
}

// Cursor implements typist through the composer.
func (t *talk) Cursor() (x, y int, ok bool) { return t.composer.Cursor() }

func (t *talk) lines(b border, c mirror.Conversation, v *look) {
	rows := t.tall(c, v)
	n := t.count(c, v)
	shown, below := fill(t.window.start(c, n, t.size.Height, rows), n, t.size.Height, rows)
	t.below, t.newest = below, 0
	if last := min(n-below, c.Len()) - 1; last >= 0 {
		t.newest = c.Line(last).Seq
	}
	for range t.size.Height - len(shown) {
		t.blank(b)
	}
	for _, r := range shown {
		t.canvas.framed(b, r)
	}
}

func (t *talk) blank(b border) {
	t.canvas.inside(b)
	t.canvas.outside(b, t.canvas.ground)
}

// foot is the row between lines and composer: who is writing, or how much lies
// below, and what the lines are worth. It is always there, so that nothing jumps.
func (t *talk) foot(b border, c mirror.Conversation, v *look) {
	t.canvas.inside(b)
	t.canvas.Pad(t.canvas.ground, 1)
	says, worth := t.says(c, v), t.worth(c, v)
	room := worth.line.Width(v.measure)
	if room > 0 {
		room += 3
	}
	t.canvas.PutIn(says.pen, says.line, max(0, t.canvas.Left()-room))
	if room > 0 {
		t.canvas.To(t.canvas.ground, room-2)
		t.canvas.Put(worth.pen, worth.line)
	}
	t.canvas.outside(b, t.canvas.ground)
}

// says is what is to be known of what goes on below the last line.
func (t *talk) says(c mirror.Conversation, v *look) seg {
	p := v.pens.plain
	sign, typing := c.Typing(v.now)
	switch {
	case t.picked != "":
		return seg{p.accent, v.with(words.PickedKeys, words.Args{"Edit": v.keys.Key(keymap.Conversation, keymap.EditWaiting),
			"Back": v.keys.Key(keymap.Conversation, keymap.TakeBack)})}
	case t.below > 0:
		return seg{p.accent, text.Clean(v.words.Count(words.LinesBelow, t.below))}
	case v.link.offline() && (c.Stale() || !c.Opened()):
		return seg{p.warn, v.say(words.LinesOffline)}
	case c.Stale() || !c.Opened():
		return seg{p.quiet, v.say(words.LoadingLines)}
	case typing && sign.By == wire.ByCustomer:
		return seg{p.quiet, v.with(words.IsTyping, words.Args{"Name": text.Name(c.Summary().Customer).String()})}
	case typing:
		return seg{p.quiet, v.with(words.IsTyping, words.Args{"Name": v.name(sign.Agent).String()})}
	case v.link.offline():
		return seg{p.warn, stillWorks(v)}
	}
	return seg{}
}
