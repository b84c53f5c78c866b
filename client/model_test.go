package client_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// modelDesk is the desk at its simplest: what it has done, and what it answered.
type modelDesk struct {
	epoch string
	past  []wire.Position
	log   []string
	lanes map[string]modelLane
}

type modelLane struct {
	last     uint64
	outcomes map[uint64]wire.Outcome
}

func (d modelDesk) copy() modelDesk {
	d.past, d.log, d.lanes = slices.Clone(d.past), slices.Clone(d.log), maps.Clone(d.lanes)
	for name, l := range d.lanes {
		l.outcomes = maps.Clone(l.outcomes)
		d.lanes[name] = l
	}
	return d
}

// take runs a command once; back is where a lane has to go on instead.
func (d *modelDesk) take(t *rapid.T, lane string, f wire.CommandFrame) (o wire.Outcome, back uint64) {
	l := d.lanes[lane]
	if l.outcomes == nil {
		l.outcomes = make(map[uint64]wire.Outcome)
	}
	if f.N > l.last+1 {
		return o, l.last + 1
	}
	if f.N == l.last+1 {
		c, _, err := f.Decode()
		if err != nil {
			t.Fatal(err)
		}
		l.last = f.N
		o := wire.Outcome{N: f.N}
		if r := c.(wire.Reply); r.Text == "" {
			o.Refused = &wire.Refusal{Kind: wire.Invalid, Code: "empty"}
		} else {
			d.log = append(d.log, r.Text)
			o.Seq = uint64(len(d.log))
		}
		l.outcomes[f.N] = o
		d.lanes[lane] = l
	}
	return l.outcomes[f.N], 0
}

// world is an agent with an outbox, a link that comes and goes, and a desk.
type world struct {
	reopen  func(client.Outbox) client.Outbox // after a kill
	box     client.Outbox
	lane    *client.Lane
	desk    modelDesk
	backups []modelDesk // prefixes of what the desk has now
	linked  bool
	coming  []wire.Outcome // on their way to the client
	typed   int
	in      []wire.ConversationID // where each was typed
	dropped map[string]bool       // by the agent's own wish, or by the desk's no
	again   map[string]bool
	epochs  int
}

var modelNow = time.Date(2026, 5, 7, 14, 3, 20, 0, time.UTC)

func say(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) write(t *rapid.T) {
	id := strconv.Itoa(w.typed)
	w.typed++
	c := wire.Reply{Conversation: rapid.SampledFrom([]wire.ConversationID{"a", "b"}).Draw(t, "conversation"), Text: id}
	w.in = append(w.in, c.Conversation)
	if rapid.IntRange(0, 9).Draw(t, "refused") == 0 {
		c.Text, w.dropped[id] = "", true
	}
	say(t, w.box.Add(client.EntryID(id), c, modelNow))
}

// edit does something to an entry; what is on its way stays as it is.
func (w *world) edit(t *rapid.T) {
	var all []client.Entry
	for e := range w.box.Entries() {
		all = append(all, e)
	}
	if len(all) == 0 {
		return
	}
	e := rapid.SampledFrom(all).Draw(t, "entry")
	var err error
	switch rapid.IntRange(0, 3).Draw(t, "edit") {
	case 0:
		if err = w.box.TakeBack(e.ID); err == nil {
			w.dropped[string(e.ID)] = true
		}
	case 1:
		err = w.box.Change(e.ID, e.Command)
	default:
		err = w.box.Hold(e.ID, !e.Held)
	}
	if onItsWay := errors.Is(err, client.ErrOnItsWay); onItsWay != (e.N != 0) || !onItsWay && err != nil {
		t.Fatalf("entry %+v: %v", e, err)
	}
}

func (w *world) connect(t *rapid.T) {
	if w.linked {
		return
	}
	name, _ := w.box.Lane()
	w.linked = true
	say(t, w.lane.Begin(wire.Welcome{Epoch: w.desk.epoch, Past: w.desk.past, LaneLast: w.desk.lanes[name].last}, modelNow))
}

func (w *world) cut() {
	w.lane.Cut()
	w.linked, w.coming = false, nil
}

// send sends one command, if there is one, and queues what the desk answers.
func (w *world) send(t *rapid.T) (sent bool) {
	f, over, err := w.lane.Next(modelNow)
	say(t, err)
	if over {
		w.cut()
		say(t, w.lane.Renew())
		return true
	}
	if f == nil {
		return false
	}
	name, _ := w.box.Lane()
	o, back := w.desk.take(t, name, *f)
	if back > 0 {
		w.lane.Resend(wire.Resend{From: back}, modelNow.Add(-time.Hour))
		return true
	}
	w.coming = append(w.coming, o)
	return true
}

func (w *world) hear(t *rapid.T, twice bool) {
	if len(w.coming) == 0 {
		return
	}
	_, known, err := w.lane.Settle(w.coming[0], modelNow)
	say(t, err)
	if twice && known {
		if _, known, err := w.lane.Settle(w.coming[0], modelNow); known || err != nil {
			t.Fatalf("an outcome counted twice: %v", err)
		}
	}
	w.coming = w.coming[1:]
}

// restore brings the desk back from a backup, with all that later ones knew gone.
func (w *world) restore(t *rapid.T) {
	if len(w.backups) == 0 {
		return
	}
	w.cut()
	i := rapid.IntRange(0, len(w.backups)-1).Draw(t, "backup")
	w.desk = w.backups[i].copy()
	w.backups = w.backups[:i+1]
	w.desk.past = append(w.desk.past, wire.Position{Epoch: w.desk.epoch, Seq: uint64(len(w.desk.log))})
	w.epochs++
	w.desk.epoch = "e" + strconv.Itoa(w.epochs)
}

// decide answers for one lost command, as the screen does.
func (w *world) decide(t *rapid.T, letGo bool) (any bool) {
	for d := range w.box.Done() {
		if !d.Lost {
			continue
		}
		if letGo {
			w.dropped[string(d.ID)] = true
			say(t, w.box.Forget([]client.EntryID{d.ID}))
		} else {
			w.again[string(d.ID)] = true
			say(t, w.box.Again(d.ID, d.Command, modelNow))
		}
		return true
	}
	return false
}

// settleAll lets everything come to rest with a desk that stays.
func (w *world) settleAll(t *rapid.T) {
	for e := range w.box.Entries() {
		if e.Held {
			say(t, w.box.Hold(e.ID, false))
		}
	}
	for rounds := 0; ; rounds++ {
		if rounds > 10_000 {
			t.Fatal("it does not come to rest")
		}
		w.connect(t)
		if w.send(t) {
			continue
		}
		if len(w.coming) > 0 {
			w.hear(t, false)
			continue
		}
		if !w.decide(t, false) {
			return
		}
	}
}

// audit: whatever was typed and not dropped is in the log, once, and in the order
// it was typed unless it was sent again.
func (w *world) audit(t *rapid.T) {
	for e := range w.box.Entries() {
		t.Fatalf("%+v still waits", e)
	}
	count := make(map[string]int)
	before := map[wire.ConversationID]int{"a": -1, "b": -1}
	for _, text := range w.desk.log {
		count[text]++
		i, err := strconv.Atoi(text)
		say(t, err)
		if in := w.in[i]; !w.again[text] {
			if i < before[in] {
				t.Fatalf("%d came after %d in %s: %q", i, before[in], in, w.desk.log)
			}
			before[in] = i
		}
	}
	for i := range w.typed {
		text := strconv.Itoa(i)
		if n := count[text]; w.dropped[text] && n != 0 || !w.dropped[text] && n != 1 {
			t.Fatalf("%s is %d times in the log %q (dropped %v)", text, n, w.desk.log, w.dropped[text])
		}
	}
}

func checkModel(t *testing.T, open func(*rapid.T) (client.Outbox, func(client.Outbox) client.Outbox, func())) {
	rapid.Check(t, func(t *rapid.T) {
		box, reopen, done := open(t)
		w := &world{
			reopen: reopen, box: box, lane: client.NewLane(box),
			desk:    modelDesk{epoch: "e0", lanes: make(map[string]modelLane)},
			dropped: make(map[string]bool), again: make(map[string]bool),
		}
		defer done()
		t.Repeat(map[string]func(*rapid.T){
			"write": w.write, "write more": w.write, "edit": w.edit, "connect": w.connect,
			"send":       func(t *rapid.T) { w.send(t) },
			"send more":  func(t *rapid.T) { w.send(t) },
			"hear":       func(t *rapid.T) { w.hear(t, false) },
			"hear twice": func(t *rapid.T) { w.hear(t, true) },
			"cut":        func(*rapid.T) { w.cut() },
			"kill": func(*rapid.T) {
				w.cut()
				w.box = w.reopen(w.box)
				w.lane = client.NewLane(w.box)
			},
			"work": func(t *rapid.T) { // what goes well takes many steps, so it gets one of its own
				w.write(t)
				w.connect(t)
				for w.send(t) && rapid.Bool().Draw(t, "another") {
					w.hear(t, false)
				}
			},
			"back up": func(*rapid.T) { w.backups = append(w.backups, w.desk.copy()) },
			"restore": w.restore,
			"decide":  func(t *rapid.T) { w.decide(t, rapid.Bool().Draw(t, "let go")) },
		})
		w.settleAll(t)
		w.audit(t)
	})
}

func TestModelNothingIsLostOrDoubledInMemory(t *testing.T) {
	for range 50 { // it is cheap, and what breaks it is rare
		checkModel(t, func(*rapid.T) (client.Outbox, func(client.Outbox) client.Outbox, func()) {
			same := func(b client.Outbox) client.Outbox { return b }
			return client.NewMemoryOutbox("a-lane-of-its-own"), same, func() {}
		})
	}
}

func TestModelNothingIsLostOrDoubledOnDisk(t *testing.T) {
	checkModel(t, func(t *rapid.T) (client.Outbox, func(client.Outbox) client.Outbox, func()) {
		dir, err := os.MkdirTemp("", "outbox")
		say(t, err)
		var last *outbox.Outbox
		open := func() client.Outbox {
			last, err = outbox.Open(context.Background(), outbox.Config{Dir: dir, Account: "ana", Key: make([]byte, outbox.KeySize)})
			if err != nil {
				t.Fatal(fmt.Errorf("opening: %w", err))
			}
			return last
		}
		reopen := func(client.Outbox) client.Outbox {
			say(t, last.Close())
			return open()
		}
		return open(), reopen, func() {
			_ = last.Close()
			_ = os.RemoveAll(dir)
		}
	})
}
