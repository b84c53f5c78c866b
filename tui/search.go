package tui

import (
	"strings"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// search is the box over the queue. What is typed filters the rows that are
// here; accepting it asks the desk, which knows every message.
type search struct {
	open, editing bool
	words         edit.Buffer
	filtered      filterKey
	matches       []wire.ConversationID
	chosen        bool // the cursor was moved to a row after the last letter
	asked         bool // the desk has been asked and has not answered
	ticket        searchTicket
	found         *wire.Hits // its answer
	failed        string
	at, offset    int // cursor among the hits
	x, y          int
	cursor        bool
}

// shownMatches bounds what a filter collects from a very long queue.
const shownMatches = 500

func (s *search) begin() {
	if !s.open {
		*s = search{open: true, words: newField()}
	}
	s.editing = true
}

func (s *search) end() { *s = search{} }

// handle reacts while the box is open; done is false for what the list does.
func (s *search) handle(a keymap.Action, q *queue, v *look) (i Intent, done bool) {
	switch a {
	case keymap.Leave, keymap.Back:
		s.end()
		return nil, true
	case keymap.Search:
		s.editing = true
		return nil, true
	case keymap.Accept:
		return s.accept(q, v), true
	}
	if s.found == nil {
		s.chosen = s.chosen || a == keymap.Up || a == keymap.Down || a == keymap.PageUp || a == keymap.PageDown
		return nil, false
	}
	switch a {
	case keymap.Up:
		s.at = max(0, s.at-1)
	case keymap.Down:
		s.at = min(s.at+1, max(0, len(s.found.Hits)-1))
	case keymap.Open:
		return s.openHit(), true
	default:
		return nil, false
	}
	return nil, true
}

// accept opens the row that was chosen; otherwise it asks the desk, also when the
// cursor happens to be on a row that matches.
func (s *search) accept(q *queue, v *look) Intent {
	if s.found != nil {
		return s.openHit()
	}
	if _, here := q.place(q.list(v)); here && (s.chosen || s.words.Empty()) {
		return Show{Conversation: q.selected}
	}
	if s.words.Empty() {
		s.end()
		return nil
	}
	s.asked, s.failed = true, ""
	return Find{strings.TrimSpace(s.words.Text())}
}

func (s *search) openHit() Intent {
	if s.at >= len(s.found.Hits) {
		return nil
	}
	h := s.found.Hits[s.at]
	return Show{h.Conversation, h.Seq}
}

func (s *search) typed(key, written string) Intent {
	before := s.words.Text()
	if written != "" {
		s.words.Insert(written)
	} else {
		s.words.Key(key)
	}
	if s.words.Text() != before {
		s.found, s.asked, s.chosen, s.failed, s.at, s.offset = nil, false, false, "", 0, 0
	}
	return nil
}

// answer takes the desk's hits.
func (s *search) answer(h wire.Hits) {
	if s.asked {
		s.found, s.asked, s.at, s.offset = &h, false, 0, 0
	}
}

// fail takes the reason why there are none.
func (s *search) fail(why string) {
	if s.asked {
		s.asked, s.failed = false, why
	}
}

// filterKey is what the outcome of a filter depends on.
type filterKey struct {
	words string
	at    wire.Position
	tab   mirror.Tab
	order mirror.Order
}

// filter keeps the rows that hold every word. The outcome is kept as long as
// nothing happens: looking through a hundred thousand rows takes a while.
func (s *search) filter(rows mirror.Rows, key filterKey) []wire.ConversationID {
	if s.filtered == key {
		return s.matches
	}
	wanted := strings.Fields(fold(s.words.Text()))
	var out []wire.ConversationID
	for i := 0; i < rows.Len() && len(out) < shownMatches; i++ {
		if r := rows.At(i); holds(r, wanted) {
			out = append(out, r.ID)
		}
	}
	s.filtered, s.matches = key, out
	return out
}

func holds(s wire.Summary, wanted []string) bool {
	hay := fold(s.Customer + "\n" + s.Last.Text + "\n" + s.Channel + "\n#" + strings.Join(s.Tags, "\n#"))
	for _, w := range wanted {
		if !strings.Contains(hay, w) {
			return false
		}
	}
	return true
}

// draw draws the box: what is looked for, and what can be done with it.
func (s *search) draw(c *canvas, b border, v *look) {
	c.inside(b)
	c.Glyphs(v.pens.plain.accent, " / ")
	rows := s.words.Rows(max(1, c.Left()-2), v.measure)
	if s.words.Text() == "" {
		c.Put(v.pens.plain.quiet, v.say(words.SearchHint))
	} else {
		c.Put(v.pens.plain.ink, rows[0])
	}
	if s.editing {
		_, column := s.words.Cursor(max(1, c.size.Width-6), v.measure)
		s.x, s.y, s.cursor = 4+column, len(c.rows), true
	}
	c.outside(b, c.ground)
	c.inside(b)
	c.Pad(c.ground, 3)
	switch {
	case s.failed != "":
		c.Put(v.pens.plain.bad, text.Clean(s.failed))
	case s.asked:
		c.Put(v.pens.plain.quiet, v.say(words.Searching))
	case s.found != nil:
		c.Put(v.pens.plain.quiet, text.Clean(v.words.Count(words.HitsFound, len(s.found.Hits))))
	case !s.chosen:
		c.Put(v.pens.plain.quiet, v.with(words.SearchDesk, words.Args{"Key": v.keys.Key(keymap.Input, keymap.Accept)}))
	}
	c.outside(b, c.ground)
}

// drawHits draws two rows for each hit: whose, and the words.
func (s *search) drawHits(c *canvas, b border, height int, v *look) {
	fit := max(1, height/2)
	s.offset = clamp(s.offset, s.at-fit+1, s.at)
	for i := s.offset; len(c.rows) < c.size.Height-1; i++ {
		if i >= len(s.found.Hits) || len(c.rows)+2 > c.size.Height-1 {
			c.inside(b)
			c.outside(b, c.ground)
			continue
		}
		s.drawHit(c, b, s.found.Hits[i], i == s.at, v)
	}
}

func (s *search) drawHit(c *canvas, b border, h wire.Hit, selected bool, v *look) {
	t, mark := v.pens.plain, " "
	if selected {
		t, mark = v.pens.selected, "▌"
	}
	when := text.Clean(v.locale.Moment(v.now, h.At.Time()))
	c.inside(b)
	c.Glyphs(t.accent, mark)
	c.Pad(t.ink, 1)
	c.PutIn(t.bold, text.Name(h.Customer), c.Left()-when.Width(v.measure)-4)
	c.To(t.ink, when.Width(v.measure)+2)
	c.Put(t.quiet, when)
	c.Pad(t.ink, 1)
	c.outside(b, t.ink)
	c.inside(b)
	c.Glyphs(t.accent, mark)
	c.Pad(t.ink, 3)
	if h.Note {
		c.Put(t.note, text.Concat(v.say(words.NoteWord), text.Literal(" ")))
	}
	c.PutIn(t.quiet, text.Clean(h.Snippet), c.Left()-2)
	c.outside(b, t.ink)
}
