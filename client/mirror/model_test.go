package mirror_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// world is a desk in a few lines: a log in which some records are not for us, and
// what folding it the plain way gives.
type world struct {
	log  []wire.Record // Prev unused; a nil Event is not for us
	base []wire.Summary
}

// fold gives every conversation after seq.
func (w *world) fold(seq uint64) map[wire.ConversationID]wire.Summary {
	all := make(map[wire.ConversationID]wire.Summary)
	for _, s := range w.base {
		all[s.ID] = s
	}
	for _, r := range w.log[:seq] {
		if r.Event == nil {
			continue
		}
		id, about := wire.About(r.Event)
		if _, gone := r.Event.(wire.Gone); gone {
			delete(all, id)
			continue
		}
		s, known := all[id]
		switch r.Event.(type) {
		case wire.Opened, wire.Appeared:
			known = true
		}
		if about && known {
			s.Fold(r.Seq, r.At, r.Event)
			all[id] = s
		}
	}
	return all
}

// feed gives the records in (after, upTo] to somebody whose last record was prev.
func (w *world) feed(after, prev, upTo uint64) (wire.Feed, uint64) {
	f := wire.Feed{UpTo: upTo, Prev: prev}
	for _, r := range w.log[after:upTo] {
		if r.Event != nil {
			r.Prev, prev = prev, r.Seq
			f.Records = append(f.Records, r)
		}
	}
	return f, prev
}

func drawWorld(t *rapid.T) *world {
	w := &world{}
	for i := range rapid.IntRange(0, 6).Draw(t, "conversations at the start") {
		w.base = append(w.base, drawSummary(t, wire.ConversationID(fmt.Sprint("c", i))))
	}
	for i := range rapid.IntRange(1, 80).Draw(t, "records") {
		w.log = append(w.log, wire.Record{Seq: uint64(i + 1), At: wire.Millis(rapid.IntRange(1, 50).Draw(t, "at")), Event: drawEvent(t)})
	}
	return w
}

func drawSummary(t *rapid.T, id wire.ConversationID) wire.Summary {
	return wire.Summary{
		ID: id, Customer: "Rosa", Status: rapid.SampledFrom([]wire.Status{wire.Open, wire.Snoozed, wire.Resolved}).Draw(t, "status"),
		Agent: drawAgent(t), Priority: wire.Priority(rapid.IntRange(-1, 2).Draw(t, "priority")),
		Waiting: wire.Millis(rapid.IntRange(0, 5).Draw(t, "waiting")), Created: wire.Millis(rapid.IntRange(1, 5).Draw(t, "created")),
	}
}

func drawAgent(t *rapid.T) wire.AgentID {
	return rapid.SampledFrom([]wire.AgentID{"", me, "leo"}).Draw(t, "agent")
}

func drawEvent(t *rapid.T) wire.Event {
	c := wire.ConversationID(fmt.Sprint("c", rapid.IntRange(0, 8).Draw(t, "conversation")))
	switch rapid.IntRange(0, 11).Draw(t, "event") {
	case 0:
		return nil // not for us
	case 1:
		return wire.Opened{Summary: drawSummary(t, c)}
	case 2:
		return wire.Appeared{Summary: drawSummary(t, c)}
	case 3:
		return wire.Gone{Conversation: c}
	case 4:
		return wire.Routed{Conversation: c, Agent: drawAgent(t)}
	case 5:
		return wire.StatusChanged{Conversation: c, Status: rapid.SampledFrom([]wire.Status{wire.Open, wire.Snoozed, wire.Resolved}).Draw(t, "status")}
	case 6:
		return wire.Prioritised{Conversation: c, Priority: wire.Priority(rapid.IntRange(-1, 2).Draw(t, "priority"))}
	case 7:
		return wire.Unrecognised{Name: "levitated"}
	case 8:
		return wire.PresenceChanged{Agent: "leo", State: wire.Away}
	case 9:
		return wire.Noted{Conversation: c, Agent: "leo", Text: "ojo"}
	default:
		return wire.Said{Conversation: c, By: rapid.SampledFrom([]wire.Author{wire.ByCustomer, wire.ByAgent}).Draw(t, "by"), Text: "hola"}
	}
}

// drive is somebody who feeds a mirror in every way a connection can go.
type drive struct {
	w    *world
	m    *mirror.Mirror
	sent uint64 // the feed is at
	prev uint64
	past []wire.Feed // what was fed, for replays
}

func (d *drive) snapshot(t *rapid.T, seq uint64, whole bool) {
	d.m.Welcome(welcome(false))
	all := d.w.fold(seq)
	ids := make([]wire.ConversationID, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		before := d.shown()
		d.m.Snapshot(wire.Snapshot{Seq: seq, Part: i + 1, Conversations: []wire.Summary{all[id]}})
		if after := d.shown(); d.m.View().Ready() && !slices.Equal(before, after) {
			t.Fatalf("half a snapshot changed what is shown: %v, then %v", before, after)
		}
	}
	if whole {
		d.m.Snapshot(wire.Snapshot{Seq: seq, Part: len(ids) + 1, Last: true})
		d.sent, d.prev, d.past = seq, seq, nil
	}
}

func (d *drive) shown() []string {
	var all []string
	for tab := mirror.Mine; tab <= mirror.Snoozed; tab++ {
		for _, id := range rows(d.m, tab, mirror.ByWaiting) {
			all = append(all, fmt.Sprint(tab, id))
		}
	}
	return all
}

func (d *drive) resume() {
	d.m.Welcome(welcome(true))
	d.sent = d.m.At().Seq
	d.prev = d.sent
}

func (d *drive) step(t *rapid.T) {
	head := uint64(len(d.w.log))
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0: // a frame of before comes again
		if len(d.past) > 0 {
			f := rapid.SampledFrom(d.past).Draw(t, "again")
			if err := d.m.Feed(f); err != nil {
				t.Fatalf("a replay up to %d at %d: %v", f.UpTo, d.m.At().Seq, err)
			}
		}
	case 1: // a frame is lost
		upTo := rapid.Uint64Range(d.sent, head).Draw(t, "lost up to")
		lost, prev := d.w.feed(d.sent, d.prev, upTo)
		next, _ := d.w.feed(upTo, prev, head)
		if len(lost.Records) == 0 || len(next.Records) == 0 {
			return
		}
		at, shown := d.m.At(), d.shown()
		if err := d.m.Feed(next); !errors.Is(err, mirror.ErrGap) {
			t.Fatalf("records after a hole: %v, want ErrGap", err)
		}
		if d.m.At() != at || !slices.Equal(shown, d.shown()) {
			t.Fatal("a frame after a hole changed something")
		}
		d.resume()
	case 2:
		d.resume()
	case 3: // too much was missed
		d.snapshot(t, rapid.Uint64Range(d.sent, head).Draw(t, "snapshot at"), true)
	case 4: // and the link broke before it was whole
		d.snapshot(t, head, false)
		d.resume()
	default:
		upTo := rapid.Uint64Range(d.sent, head).Draw(t, "up to")
		f, prev := d.w.feed(d.sent, d.prev, upTo)
		if err := d.m.Feed(f); err != nil {
			t.Fatalf("Feed up to %d: %v", upTo, err)
		}
		d.sent, d.prev, d.past = upTo, prev, append(d.past, f)
	}
}

// check compares the mirror with the plain folding of the log.
func (d *drive) check(t *rapid.T) {
	want := d.w.fold(d.m.At().Seq)
	v := d.m.View()
	for id, s := range want {
		c, ok := v.Conversation(id)
		if !ok || fmt.Sprint(c.Summary()) != fmt.Sprint(s) {
			t.Fatalf("at %d %s is %+v, want %+v", d.m.At().Seq, id, c, s)
		}
	}
	total := 0
	for tab := mirror.Mine; tab <= mirror.Snoozed; tab++ {
		for _, order := range []mirror.Order{mirror.ByWaiting, mirror.ByPriority} {
			checkRows(t, v.Rows(tab, order), sorted(want, tab, order))
		}
		total += v.Rows(tab, mirror.ByWaiting).Len()
	}
	for id := range want {
		if want[id].Status == wire.Resolved {
			total++
		}
	}
	if total != len(want) {
		t.Fatalf("%d conversations shown or resolved, want %d", total, len(want))
	}
}

func checkRows(t *rapid.T, got mirror.Rows, want []wire.Summary) {
	if got.Len() != len(want) {
		t.Fatalf("%d rows, want %d", got.Len(), len(want))
	}
	for i, s := range want {
		if got.At(i).ID != s.ID {
			t.Fatalf("row %d is %s, want %s", i, got.At(i).ID, s.ID)
		}
		if j, ok := got.Index(s.ID); !ok || j != i {
			t.Fatalf("Index(%s) = %d, %v; want %d", s.ID, j, ok, i)
		}
	}
}

// sorted is what the rows must be, said another way than the mirror says it.
func sorted(all map[wire.ConversationID]wire.Summary, tab mirror.Tab, order mirror.Order) []wire.Summary {
	var rows []wire.Summary
	for _, s := range all {
		open := s.Status == wire.Open
		if (tab == mirror.Mine && open && s.Agent == me) || (tab == mirror.Unassigned && open && s.Agent == "") ||
			(tab == mirror.Team && open && s.Agent != me && s.Agent != "") || (tab == mirror.Snoozed && s.Status == wire.Snoozed) {
			rows = append(rows, s)
		}
	}
	const never = wire.Millis(1 << 60)
	slices.SortFunc(rows, func(a, b wire.Summary) int {
		since := func(s wire.Summary) wire.Millis {
			if s.Waiting == 0 {
				return never
			}
			return s.Waiting
		}
		quiet := 0
		if a.Waiting == 0 && b.Waiting == 0 {
			quiet = cmp.Compare(max(b.Last.At, b.Created), max(a.Last.At, a.Created))
		}
		urgency := 0
		if order == mirror.ByPriority {
			urgency = -cmp.Compare(a.Priority, b.Priority)
		}
		return cmp.Or(urgency, cmp.Compare(since(a), since(b)), quiet, cmp.Compare(a.ID, b.ID))
	})
	return rows
}

func follows(t *rapid.T) {
	d := &drive{w: drawWorld(t), m: mirror.New()}
	if rapid.Bool().Draw(t, "a first link that breaks") {
		d.snapshot(t, rapid.Uint64Range(0, uint64(len(d.w.log))).Draw(t, "broken start"), false)
	}
	d.snapshot(t, rapid.Uint64Range(0, uint64(len(d.w.log))).Draw(t, "start"), true)
	d.check(t)
	for range rapid.IntRange(1, 25).Draw(t, "steps") {
		d.step(t)
		d.check(t)
	}
}

func TestTheMirrorIsTheLogFoldedWhateverTheLinkDoes(t *testing.T) { rapid.Check(t, follows) }

func FuzzMirror(f *testing.F) { f.Fuzz(rapid.MakeFuzz(follows)) }

// TestLinesNeverHaveAHole opens, pages back, forgets and loses the link in any
// order: the lines shown are always a run of the conversation's lines, and when
// they are not stale they reach to its end.
func TestLinesNeverHaveAHole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := summary("a", me, 0)
		w := &world{base: []wire.Summary{base}}
		var want []uint64
		grow := func() {
			seq := uint64(len(w.log) + 1)
			id := rapid.SampledFrom([]wire.ConversationID{"a", "b"}).Draw(t, "about")
			if id == "a" {
				want = append(want, seq)
			}
			w.log = append(w.log, wire.Record{Seq: seq, At: 1, Event: wire.Said{Conversation: id, By: wire.ByCustomer, Text: "x"}})
		}
		for range 30 {
			grow()
		}
		page := func(before uint64, limit int) wire.Timeline {
			p := wire.Timeline{Summary: w.fold(uint64(len(w.log)))["a"], UpTo: before - 1}
			end, _ := slices.BinarySearch(want, before)
			from := max(0, end-limit)
			for i := from; i < end; i++ {
				r := w.log[want[i]-1]
				if i > 0 {
					r.Prev = want[i-1]
				}
				p.Records = append(p.Records, r)
			}
			p.More = from > 0
			return p
		}
		d := &drive{w: w, m: mirror.New()}
		d.snapshot(t, uint64(len(w.log)), true)
		late := page(uint64(len(w.log))+1, 3) // an old answer that comes at any time
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			head := uint64(len(w.log))
			c, _ := d.m.View().Conversation("a")
			switch rapid.IntRange(0, 7).Draw(t, "step") {
			case 0:
				catchUp(t, d)
				d.m.Timeline(page(head+1, rapid.IntRange(1, 8).Draw(t, "limit")))
			case 1:
				if c.Opened() && c.Len() > 0 {
					d.m.Timeline(page(c.Line(0).Seq, rapid.IntRange(1, 8).Draw(t, "limit")))
				}
			case 2:
				d.m.Forget("a")
			case 3:
				d.snapshot(t, head, true)
			case 4:
				if c.Opened() {
					late.UpTo = late.Records[len(late.Records)-1].Seq
					d.m.Timeline(page(late.Records[0].Seq, 2))
				}
			default:
				grow()
				if rapid.Bool().Draw(t, "fed") {
					catchUp(t, d)
				}
			}
			checkLines(t, d, want)
		}
	})
}

func catchUp(t *rapid.T, d *drive) {
	f, prev := d.w.feed(d.sent, d.prev, uint64(len(d.w.log)))
	if err := d.m.Feed(f); err != nil {
		t.Fatalf("Feed: %v", err)
	}
	d.sent, d.prev = f.UpTo, prev
}

func checkLines(t *rapid.T, d *drive, want []uint64) {
	c, _ := d.m.View().Conversation("a")
	if !c.Opened() || c.Stale() || c.Len() == 0 {
		return
	}
	at, _ := slices.BinarySearch(want, d.m.At().Seq+1)
	got := lines(c)
	if len(got) > at || !slices.Equal(got, want[at-len(got):at]) {
		t.Fatalf("lines = %v, want the end of %v", got, want[:at])
	}
	if c.More() != (len(got) < at) {
		t.Fatalf("More = %v with %d of %d lines", c.More(), len(got), at)
	}
}
