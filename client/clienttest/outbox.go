package clienttest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// CheckOutbox holds an implementation of [client.Outbox] against what the client
// relies on. Each call of open returns an empty one.
func CheckOutbox(t *testing.T, open func(t *testing.T) client.Outbox) {
	for name, check := range map[string]func(*testing.T, client.Outbox){
		"starts empty":                    startsEmpty,
		"keeps the order":                 keepsTheOrder,
		"numbers rise":                    numbersRise,
		"settles once":                    settlesOnce,
		"settled follows the first":       settledFollowsTheFirst,
		"another lane takes the numbers":  anotherLaneTakesTheNumbers,
		"an unknown entry gets no number": anUnknownEntryGetsNoNumber,
		"a change keeps the place":        aChangeKeepsThePlace,
		"taken back is gone":              takenBackIsGone,
		"held is passed":                  heldIsPassed,
		"on its way stays as it is":       onItsWayStaysAsItIs,
		"a lane is for one log":           aLaneIsForOneLog,
		"accepted is kept":                acceptedIsKept,
		"lost is marked":                  lostIsMarked,
		"again is once, at the end":       againIsOnceAtTheEnd,
		"forgotten is gone":               forgottenIsGone,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// when is in the zone of a file: what is kept elsewhere has no monotonic clock.
var when = time.Date(2026, 5, 7, 14, 3, 20, 123456789, time.UTC)

func add(t *testing.T, b client.Outbox, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if err := b.Add(client.EntryID(s), wire.Reply{Conversation: "a", Text: s}, when); err != nil {
			t.Fatal(err)
		}
	}
}

func number(t *testing.T, b client.Outbox, id client.EntryID, want uint64) {
	t.Helper()
	if n, err := b.Number(id); err != nil || n != want {
		t.Fatalf("number of %s = %d, %v; want %d", id, n, err, want)
	}
}

func settle(t *testing.T, b client.Outbox, n uint64, want bool) client.Entry {
	t.Helper()
	e, known, err := b.Settle(wire.Outcome{N: n, Seq: 10 + n}, "", when)
	if err != nil || known != want {
		t.Fatalf("settling %d: known %v, %v; want %v", n, known, err, want)
	}
	return e
}

// state is what can be seen of an outbox's entries.
func state(b client.Outbox) (all []string) {
	for e := range b.Entries() {
		all = append(all, fmt.Sprintf("%s %d", e.ID, e.N))
	}
	return all
}

func expect(t *testing.T, b client.Outbox, settled uint64, want ...string) {
	t.Helper()
	if got := state(b); !slices.Equal(got, want) || b.Settled() != settled {
		t.Fatalf("entries %q, settled %d; want %q, %d", got, b.Settled(), want, settled)
	}
}

func startsEmpty(t *testing.T, b client.Outbox) {
	name, last := b.Lane()
	if !wire.ValidName(name) || last != 0 {
		t.Errorf("lane %q, last %d", name, last)
	}
	expect(t, b, 0)
	settle(t, b, 0, false)
	settle(t, b, 1, false)
}

func keepsTheOrder(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	var got []client.Entry
	for e := range b.Entries() {
		got = append(got, e)
	}
	for i, text := range []string{"uno", "dos", "tres"} {
		want := client.Entry{ID: client.EntryID(text), Command: wire.Reply{Conversation: "a", Text: text}, At: when}
		if i >= len(got) || got[i] != want {
			t.Fatalf("entries = %+v; entry %d is not %+v", got, i, want)
		}
	}
}

func numbersRise(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	number(t, b, "uno", 1)
	number(t, b, "dos", 2)
	expect(t, b, 0, "uno 1", "dos 2", "tres 0")
	if _, last := b.Lane(); last != 2 {
		t.Errorf("last = %d", last)
	}
	settle(t, b, 0, false) // no outcome is for what has no number
}

func settlesOnce(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos")
	number(t, b, "uno", 1)
	e := settle(t, b, 1, true)
	if e.ID != "uno" || e.N != 1 || e.Command != (wire.Reply{Conversation: "a", Text: "uno"}) {
		t.Errorf("settled %+v", e)
	}
	settle(t, b, 1, false)
	expect(t, b, 1, "dos 0")
	number(t, b, "dos", 2)
	settle(t, b, 2, true)
	expect(t, b, 2)
}

func settledFollowsTheFirst(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	number(t, b, "uno", 1)
	number(t, b, "dos", 2)
	number(t, b, "tres", 3)
	settle(t, b, 2, true)
	expect(t, b, 0, "uno 1", "tres 3")
	settle(t, b, 1, true)
	expect(t, b, 2, "tres 3")
}

func anotherLaneTakesTheNumbers(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	number(t, b, "uno", 1)
	number(t, b, "dos", 2)
	settle(t, b, 1, true)
	if err := b.Renew("another-lane"); err != nil {
		t.Fatal(err)
	}
	if name, last := b.Lane(); name != "another-lane" || last != 0 {
		t.Errorf("lane %q, last %d", name, last)
	}
	expect(t, b, 0, "dos 0", "tres 0")
	number(t, b, "dos", 1)
}

func anUnknownEntryGetsNoNumber(t *testing.T, b client.Outbox) {
	add(t, b, "uno")
	if _, err := b.Number("nadie"); !errors.Is(err, client.ErrNoEntry) {
		t.Fatalf("numbering nobody: %v", err)
	}
	number(t, b, "uno", 1)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func aChangeKeepsThePlace(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	must(t, b.Change("dos", wire.Reply{Conversation: "a", Text: "segundo"}))
	var texts []string
	for e := range b.Entries() {
		texts = append(texts, e.Command.(wire.Reply).Text)
		if !e.At.Equal(when) {
			t.Errorf("%s was written at %v", e.ID, e.At)
		}
	}
	if want := []string{"uno", "segundo", "tres"}; !slices.Equal(texts, want) {
		t.Errorf("texts = %q, want %q", texts, want)
	}
	expect(t, b, 0, "uno 0", "dos 0", "tres 0")
}

func takenBackIsGone(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos", "tres")
	must(t, b.TakeBack("dos"))
	expect(t, b, 0, "uno 0", "tres 0")
	if err := b.TakeBack("dos"); !errors.Is(err, client.ErrNoEntry) {
		t.Errorf("taking back twice: %v", err)
	}
	number(t, b, "uno", 1)
	number(t, b, "tres", 2)
}

func heldIsPassed(t *testing.T, b client.Outbox) {
	held := func() (all []client.EntryID) {
		for e := range b.Entries() {
			if e.Held {
				all = append(all, e.ID)
			}
		}
		return all
	}
	add(t, b, "uno", "dos", "tres", "cuatro")
	must(t, b.Hold("uno", true))
	must(t, b.Hold("tres", true))
	must(t, b.Hold("tres", false))
	must(t, b.Change("uno", wire.Reply{Conversation: "a", Text: "todavía no"}))
	number(t, b, "dos", 1)
	number(t, b, "cuatro", 2)
	expect(t, b, 0, "dos 1", "cuatro 2", "uno 0", "tres 0")
	if got := held(); !slices.Equal(got, []client.EntryID{"uno"}) {
		t.Errorf("held = %q", got)
	}
	settle(t, b, 1, true)
	must(t, b.Hold("uno", false))
	number(t, b, "uno", 3)
	expect(t, b, 1, "cuatro 2", "uno 3", "tres 0")
	if got := held(); len(got) > 0 {
		t.Errorf("held = %q", got)
	}
}

func onItsWayStaysAsItIs(t *testing.T, b client.Outbox) {
	add(t, b, "uno", "dos")
	number(t, b, "uno", 1)
	for id, want := range map[client.EntryID]error{"uno": client.ErrOnItsWay, "nadie": client.ErrNoEntry} {
		_, numbering := b.Number(id)
		for what, err := range map[string]error{
			"changing":    b.Change(id, wire.Reply{Conversation: "a", Text: "otra cosa"}),
			"taking back": b.TakeBack(id), "holding": b.Hold(id, true), "numbering": numbering,
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v, want %v", what, id, err, want)
			}
		}
	}
	expect(t, b, 0, "uno 1", "dos 0")
	if e := settle(t, b, 1, true); e.Command != (wire.Reply{Conversation: "a", Text: "uno"}) || e.Held {
		t.Errorf("settled %+v", e)
	}
}

func aLaneIsForOneLog(t *testing.T, b client.Outbox) {
	if b.Epoch() != "" {
		t.Errorf("a new lane is for %q", b.Epoch())
	}
	add(t, b, "uno")
	must(t, b.Begin("e1"))
	number(t, b, "uno", 1)
	if b.Epoch() != "e1" {
		t.Errorf("begun for e1, it is for %q", b.Epoch())
	}
	must(t, b.Renew("another-lane"))
	if b.Epoch() != "e1" {
		t.Errorf("renewed, it is for %q: what waits in it still speaks of e1", b.Epoch())
	}
}

// accepted adds texts and settles them at 11, 12, … of the log of e1.
func accepted(t *testing.T, b client.Outbox, texts ...string) {
	t.Helper()
	for i, s := range texts {
		add(t, b, s)
		n := uint64(i + 1)
		number(t, b, client.EntryID(s), n)
		if _, known, err := b.Settle(wire.Outcome{N: n, Seq: 10 + n}, "e1", when.Add(time.Minute)); err != nil || !known {
			t.Fatalf("settling %d: %v, %v", n, known, err)
		}
	}
}

// doneIs compares what is kept, the lost with a mark.
func doneIs(t *testing.T, b client.Outbox, want ...string) {
	t.Helper()
	var got []string
	for d := range b.Done() {
		s := fmt.Sprintf("%s %s %d", d.ID, d.Epoch, d.Seq)
		if d.Lost {
			s += " lost"
		}
		got = append(got, s)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("done = %q, want %q", got, want)
	}
}

func acceptedIsKept(t *testing.T, b client.Outbox) {
	accepted(t, b, "uno", "dos")
	doneIs(t, b, "uno e1 11", "dos e1 12")
	expect(t, b, 2)
	for d := range b.Done() {
		if d.Command != (wire.Reply{Conversation: "a", Text: string(d.ID)}) || d.State != client.Accepted ||
			!d.At.Equal(when) || d.When.Sub(when) != time.Minute {
			t.Errorf("done = %+v", d)
		}
	}
	add(t, b, "tres")
	number(t, b, "tres", 3)
	settle(t, b, 3, true) // for no epoch
	doneIs(t, b, "uno e1 11", "dos e1 12")
}

func lostIsMarked(t *testing.T, b client.Outbox) {
	accepted(t, b, "uno", "dos", "tres")
	must(t, b.Lose([]client.EntryID{"dos", "tres"}))
	doneIs(t, b, "uno e1 11", "dos e1 12 lost", "tres e1 13 lost")
	must(t, b.Lose([]client.EntryID{"tres"}))
	doneIs(t, b, "uno e1 11", "dos e1 12", "tres e1 13 lost")
}

func againIsOnceAtTheEnd(t *testing.T, b client.Outbox) {
	accepted(t, b, "uno", "dos")
	add(t, b, "tres")
	again := wire.Reply{Conversation: "a", Text: "otra vez"}
	must(t, b.Again("uno", again, when))
	if err := b.Again("uno", again, when); !errors.Is(err, client.ErrNoEntry) {
		t.Errorf("again twice: %v", err)
	}
	doneIs(t, b, "dos e1 12")
	expect(t, b, 2, "tres 0", "uno 0")
	number(t, b, "tres", 3)
	number(t, b, "uno", 4)
	settle(t, b, 3, true)
	if e := settle(t, b, 4, true); e.Command != again {
		t.Errorf("sent again as %+v", e)
	}
}

func forgottenIsGone(t *testing.T, b client.Outbox) {
	accepted(t, b, "uno", "dos", "tres")
	must(t, b.Forget([]client.EntryID{"uno", "tres", "nadie"}))
	doneIs(t, b, "dos e1 12")
}
