package tui

import (
	"strings"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// queue lists the conversations of one tab. Its cursor is on a conversation and
// not on a row: rows may move, what a key acts on does not.
type queue struct {
	tab      mirror.Tab
	order    mirror.Order
	selected wire.ConversationID
	index    int // where the cursor was last seen, for when its row goes away
	offset   int // first row on screen
	height   int // rows on screen when drawn last
	search   search
	names    map[wire.ConversationID]*preview
	canvas   canvas
}

// preview is a row's foreign text, cleaned once.
type preview struct {
	customer, last         string
	cleanName, cleanedLast text.Line
}

const cachedPreviews = 1000

func newQueue() *queue { return &queue{names: make(map[wire.ConversationID]*preview)} }

// tabs in their order on screen.
var tabs = [...]struct {
	tab  mirror.Tab
	name words.ID
}{
	{mirror.Mine, words.TabMine},
	{mirror.Unassigned, words.TabUnassigned},
	{mirror.Team, words.TabTeam},
	{mirror.Snoozed, words.TabSnoozed},
}

// Scope implements [Pane].
func (q *queue) Scope() keymap.Scope {
	if q.search.editing {
		return keymap.Input
	}
	return keymap.Queue
}

// Handle implements [Pane].
func (q *queue) Handle(a keymap.Action, v *look) Intent {
	if q.search.open {
		if i, done := q.search.handle(a, q, v); done {
			return i
		}
	}
	list := q.list(v)
	at, here := q.place(list)
	switch a {
	case keymap.Up:
		q.selectAt(list, at-1)
	case keymap.Down:
		if here {
			at++
		}
		q.selectAt(list, at)
	case keymap.PageUp:
		q.selectAt(list, at-max(1, q.height-1))
	case keymap.PageDown:
		q.selectAt(list, at+max(1, q.height-1))
	case keymap.Top:
		q.selectAt(list, 0)
	case keymap.Bottom:
		q.selectAt(list, list.len()-1)
	case keymap.TabNext:
		q.turn(1, v)
	case keymap.TabPrevious:
		q.turn(len(tabs)-1, v)
	case keymap.CycleSort:
		q.order = 1 - q.order
	case keymap.Search:
		q.search.begin()
	case keymap.Open:
		if here {
			return Show{Conversation: q.selected}
		}
		q.selectAt(list, at) // seen first, opened by the next press
	}
	return nil
}

// turn goes to another tab, to its first row.
func (q *queue) turn(by int, v *look) {
	q.tab = tabs[(int(q.tab)+by)%len(tabs)].tab
	q.selected, q.index, q.offset = "", 0, 0
	q.selectAt(q.list(v), 0)
}

// begin puts the cursor on the first row as soon as there is one, and leaves it
// alone once it has been on a conversation.
func (q *queue) begin(v *look) {
	if q.selected == "" && v.Begun() {
		q.selectAt(q.list(v), 0)
	}
}

// turnTo goes to the tab that holds a conversation and puts the cursor on it.
func (q *queue) turnTo(id wire.ConversationID, v *look) {
	for _, t := range tabs {
		if i, ok := v.Rows(t.tab, q.order).Index(id); ok {
			if q.tab != t.tab {
				q.tab, q.offset = t.tab, 0
			}
			q.selected, q.index = id, i
			return
		}
	}
}

// Type implements typist: the search.
func (q *queue) Type(key, written string, _ *look) Intent { return q.search.typed(key, written) }

// Paste implements typist.
func (q *queue) Paste(raw string, _ *look) Intent { return q.search.typed("", raw) }

// Cursor implements typist.
func (q *queue) Cursor() (x, y int, ok bool) { return q.search.x, q.search.y, q.search.cursor }

// Draw implements [Pane].
func (q *queue) Draw(s Size, v *look) []string {
	c := &q.canvas
	c.begin(s, v)
	b := paneBorder(v, QueuePart)
	q.search.cursor = false
	c.top(b, q.titles(v), seg{})
	if q.search.open {
		q.search.draw(c, b, v)
	}
	l := q.list(v)
	q.height = max(0, s.Height-len(c.rows)-1)
	switch {
	case !v.Begun(), l.len() == 0 && !v.Ready():
		c.says(b, v.pens.plain.quiet, v.say(words.LoadingQueue))
	case q.search.found != nil:
		q.search.drawHits(c, b, q.height, v)
	case l.len() == 0:
		c.says(b, v.pens.plain.quiet, q.empty(v))
	default:
		q.drawRows(l, b, v)
	}
	c.bottom(b, staleness(v), q.more(l, v))
	return c.finish()
}

func (q *queue) empty(v *look) text.Line {
	if q.search.open {
		return v.with(words.NothingMatches, words.Args{"Key": v.keys.Key(keymap.Input, keymap.Accept)})
	}
	switch q.tab {
	case mirror.Mine:
		return v.with(words.EmptyMine, words.Args{"Key": v.keys.Key(keymap.Queue, keymap.NextPriority)})
	case mirror.Unassigned:
		return v.say(words.EmptyUnassigned)
	case mirror.Snoozed:
		return v.say(words.EmptySnoozed)
	}
	return v.say(words.EmptyTeam)
}

// titles are the tabs with their counts; the one shown stands between marks.
func (q *queue) titles(v *look) []seg {
	p := titlePen(v, QueuePart)
	out := []seg{{p, text.Literal("1 ")}}
	for i, t := range tabs {
		name, pen := v.words.Say(t.name), v.pens.plain.quiet
		n := v.Rows(t.tab, q.order).Len()
		if n > 0 {
			name += " " + v.locale.Number(n)
		}
		if t.tab == q.tab {
			name, pen = "‹"+name+"›", p
		}
		if i > 0 {
			out = append(out, seg{v.pens.border, text.Literal(" ")})
		}
		out = append(out, seg{pen, text.Clean(name)})
	}
	return out
}

// more says what lies below, and how the list is sorted.
func (q *queue) more(l list, v *look) seg {
	id := words.SortWaiting
	if q.order == mirror.ByPriority {
		id = words.SortPriority
	}
	label := v.words.Say(id)
	if below := l.len() - q.offset - q.height; below > 0 && q.search.found == nil {
		label = "↓ " + v.locale.Number(below) + " · " + label
	}
	return seg{v.pens.plain.quiet, text.Clean(label)}
}

// drawRows keeps the row under the cursor where it is on the screen while rows
// move around it.
func (q *queue) drawRows(l list, b border, v *look) {
	at, here := q.place(l)
	if here {
		q.offset += at - q.index
		q.index = at
	}
	q.offset = clamp(q.offset, at-q.height+1, at)
	q.offset = clamp(q.offset, 0, max(0, l.len()-q.height))
	for i := range q.height {
		q.canvas.inside(b)
		if n := q.offset + i; n < l.len() {
			q.drawRow(l.at(n), here && n == at, v)
			q.canvas.outside(b, q.ground(here && n == at, v))
			continue
		}
		q.canvas.outside(b, q.canvas.ground)
	}
}

func (q *queue) ground(selected bool, v *look) ink.Pen {
	if selected {
		return v.pens.under(v.focus == QueuePart).ink
	}
	return v.pens.plain.ink
}

// clean returns a row's foreign text, cleaned.
func (q *queue) clean(s wire.Summary) *preview {
	p, ok := q.names[s.ID]
	if ok && p.customer == s.Customer && p.last == s.Last.Text {
		return p
	}
	if len(q.names) >= cachedPreviews {
		clear(q.names)
	}
	p = &preview{s.Customer, s.Last.Text, text.Name(s.Customer), text.Clean(s.Last.Text)}
	q.names[s.ID] = p
	return p
}

func fold(s string) string { return strings.ToLower(s) }

func newField() edit.Buffer { return edit.Buffer{Single: true, Limit: 200} }
