package torture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// lag is how long a screen may call itself live behind the desk's head: two and a
// half heartbeats of somebody who presses keys, and what a tick of ours takes.
const lag = 26 * time.Second

// findings are the figures of a run and everything that was wrong.
type findings struct {
	texts, accepted, refused, gone  int // gone: with a killed program that keeps nothing on disk
	lost, doubled, reordered, stale int
	screens, lines, claims          int
	oldest                          time.Duration // a live screen was behind
	records                         int
	kinds                           []string
	wrong                           []string
}

func (f *findings) String() string {
	return fmt.Sprintf("faults done:\n%s\n%d texts typed: %d in the log, %d refused or back in a draft, %d taken along by a killed program without storage; %d records in all\n"+
		"lost %d, doubled %d, reordered %d\n"+
		"%d screens compared, %d lines; %d times live was claimed, stale %d, oldest %v",
		strings.Join(f.kinds, "\n"), f.texts, f.accepted, f.refused, f.gone, f.records, f.lost, f.doubled, f.reordered,
		f.screens, f.lines, f.claims, f.stale, f.oldest.Round(time.Millisecond))
}

func (f *findings) blame(count *int, format string, args ...any) {
	*count++
	if len(f.wrong) < 50 {
		f.wrong = append(f.wrong, fmt.Sprintf(format, args...))
	}
}

// truth is what the database holds.
type truth struct {
	entries []desk.Entry
	said    map[string][]uint64 // seqs by text
	rows    map[string][]byte   // summaries of what is not resolved
	head    uint64
}

// audit compares what was typed with the database and with every screen.
func (r *run) audit() *findings {
	r.t.Helper()
	f := &findings{kinds: r.kinds()}
	var screens [][]screen
	for _, c := range r.crowds {
		var all []screen
		if err := c.ask(wish{Do: "dump"}, &all); err != nil {
			r.t.Fatal(err)
		}
		screens = append(screens, all)
	}
	for _, c := range r.crowds {
		c.stop()
	}
	r.desk.stop()
	t := r.truth(f)
	if report, err := sqlite.Check(r.t.Context(), r.desk.data); err != nil {
		r.t.Fatal(err)
	} else {
		for _, finding := range report.Findings {
			f.blame(&f.lost, "the desk's file: %v", finding)
		}
	}
	for i, c := range r.crowds {
		notes, err := readJournal(c.path())
		if err != nil {
			r.t.Fatal(err)
		}
		f.judgeTexts(notes, t, screens[i], c.order.Agents != nil, c.order.Run)
		f.judgeClaims(notes, r.heads)
		for _, s := range screens[i] {
			f.judgeScreen(s, t, c.order.Agents != nil)
		}
	}
	return f
}

// truth reads the database and checks the log itself.
func (r *run) truth(f *findings) *truth {
	r.t.Helper()
	t := &truth{said: make(map[string][]uint64), rows: make(map[string][]byte)}
	var at wire.Position
	t.entries, at = r.desk.entries()
	t.head, f.records = at.Seq, len(t.entries)
	for i, e := range t.entries {
		if e.Seq != uint64(i+1) {
			f.blame(&f.lost, "the log has a hole at %d", i+1)
		}
		switch said := e.Event.(type) {
		case wire.Said:
			t.said[said.Text] = append(t.said[said.Text], e.Seq)
		case wire.Noted:
			t.said[said.Text] = append(t.said[said.Text], e.Seq)
		}
	}
	r.desk.view(func(reader desk.Reader, _ *sqlite.Store) error {
		all, err := reader.Unresolved()
		for _, c := range all {
			b, err := json.Marshal(c.Summary)
			if err != nil {
				return err
			}
			t.rows[string(c.Summary.ID)] = b
		}
		return err
	})
	return t
}

// authored is what one member typed, in order.
type authored struct {
	who   string
	order []string
	life  map[string]int
	kept  map[string]bool
	out   map[string]note
	old   map[string]bool // rewritten before it left
}

func byAuthor(notes []note) []*authored {
	all := make(map[string]*authored)
	for _, n := range notes {
		a := all[n.Who]
		if a == nil {
			a = &authored{who: n.Who, life: make(map[string]int), kept: make(map[string]bool), out: make(map[string]note), old: make(map[string]bool)}
			all[n.Who] = a
		}
		switch n.What {
		case typed:
			if _, again := a.life[n.Text]; !again { // the same correction, made twice
				a.order = append(a.order, n.Text)
			}
			a.life[n.Text] = n.Run
		case kept:
			a.kept[n.Text] = true
		case out:
			a.out[n.Text] = n
		case replaced:
			a.old[n.Text] = true
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *authored) int { return strings.Compare(a.who, b.who) })
}

func (f *findings) judgeTexts(notes []note, t *truth, screens []screen, durable bool, lastLife int) {
	hand := make(map[string]string) // what each member still has
	for _, s := range screens {
		hand[s.Who] = strings.Join(append(s.Drafts, s.Left...), "\n")
	}
	for _, a := range byAuthor(notes) {
		last, lastText, life := uint64(0), "", 0
		for _, text := range a.inOrder() {
			f.texts++
			seqs := t.said[text]
			switch {
			case len(seqs) > 1:
				f.blame(&f.doubled, "%q is in the log %d times, at %v", text, len(seqs), seqs)
			case len(seqs) == 1 && a.old[text]:
				f.blame(&f.doubled, "%q was rewritten and is in the log all the same, at %v", text, seqs)
			case len(seqs) == 0:
				if len(t.said[text+correction]) == 1 { // rewritten, and killed before that was noted
					a.old[text] = true
				}
				f.judgeAbsent(a, text, hand[a.who], durable, lastLife)
				continue
			}
			f.accepted++
			if o, answered := a.out[text]; answered && (o.Code != "" || o.Seq != seqs[0]) {
				f.blame(&f.lost, "%q is at %d, but its author was told %q, %d", text, seqs[0], o.Code, o.Seq)
			}
			if !durable && a.life[text] != life {
				last, life = 0, a.life[text] // another lane: the order between programs is not promised
			}
			if seqs[0] < last {
				f.blame(&f.reordered, "%q at %d comes before %q at %d, which was typed earlier", text, seqs[0], lastText, last)
			}
			last, lastText = seqs[0], text
		}
	}
}

// inOrder puts a rewritten text where the first one stood.
func (a *authored) inOrder() []string {
	order := slices.Clone(a.order)
	for i, text := range order {
		if fixed := text + correction; a.old[text] {
			if j := slices.Index(order, fixed); j > i {
				order = slices.Delete(order, j, j+1)
				order = slices.Insert(order, i+1, fixed)
			}
		}
	}
	return order
}

func (f *findings) judgeAbsent(a *authored, text, hand string, durable bool, lastLife int) {
	o, answered := a.out[text]
	switch {
	case answered && o.Code == "":
		f.blame(&f.lost, "%q was acknowledged at %d and is not in the log", text, o.Seq)
	case answered, a.old[text], strings.Contains(hand, text):
		f.refused++
	case !durable && a.life[text] < lastLife, durable && !a.kept[text]:
		f.gone++
	default:
		f.blame(&f.lost, "%q was kept and is nowhere", text)
	}
}

func (f *findings) judgeClaims(notes []note, h *heads) {
	for _, n := range notes {
		if n.What != live {
			continue
		}
		f.claims++
		if must := h.before(n.Millis - lag.Milliseconds()); n.Seq < must {
			f.blame(&f.stale, "%s showed %d as live when the log had been at %d for %v", n.Who, n.Seq, must, lag)
		}
		f.oldest = max(f.oldest, h.age(n.Seq, n.Millis))
	}
}

func (f *findings) judgeScreen(s screen, t *truth, agent bool) {
	f.screens++
	for id, lines := range s.Threads {
		f.lines += len(lines)
		if want := t.thread(id, lines, agent); !slices.Equal(lines, want) {
			f.blame(&f.lost, "%s has %d lines of %s that are not those of the log (%d): %s", s.Who, len(lines), id, len(want), firstDifference(lines, want))
		}
	}
	if !agent {
		return
	}
	if s.At != t.head {
		f.blame(&f.stale, "%s stands at %d of %d", s.Who, s.At, t.head)
	}
	for id, row := range t.rows {
		if !bytes.Equal(row, s.Rows[id]) {
			f.blame(&f.stale, "%s shows %s for %s, the desk has %s", s.Who, s.Rows[id], id, row)
		}
	}
	for id := range s.Rows {
		if t.rows[id] == nil {
			f.blame(&f.stale, "%s shows %s, which is resolved", s.Who, id)
		}
	}
}

// thread is what lines should be: those of a conversation, or of the customer that
// the lines are of, from the first of the lines on.
func (t *truth) thread(id string, lines []line, agent bool) (want []line) {
	if len(lines) == 0 {
		return nil
	}
	first := lines[0].Seq
	customer := t.entries[min(first, t.head)-1].Customer
	for _, e := range t.entries[min(first, t.head)-1:] {
		l := line{Seq: e.Seq}
		switch event := e.Event.(type) {
		case wire.Said:
			l.Text = event.Text
		case wire.Noted:
			l.Text = event.Text
		}
		_, public := e.Event.(wire.Said)
		if agent && string(e.Conversation) == id && wire.InTimeline(e.Event) || !agent && public && e.Customer == customer {
			want = append(want, l)
		}
	}
	return want
}

func firstDifference(got, want []line) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("missing %+v", want[i])
		case i >= len(want):
			return fmt.Sprintf("too much: %+v", got[i])
		case got[i] != want[i]:
			return fmt.Sprintf("%+v where %+v should be", got[i], want[i])
		}
	}
	return "none"
}
