package webchat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"
)

// memDesk is a desk in memory: what a door can be tried against without a
// database. It numbers lanes and lines as the real one promises to.
type memDesk struct {
	mu      sync.Mutex
	woken   chan struct{}
	seq     uint64
	people  map[string]*person // by resume token's hash, and by "ref:" + reference
	entered []webchat.Entry
	heard   []string // every message that was accepted, in order
	epoch   string
	past    []wire.Position
	// full, when set, is why nothing is taken.
	full *wire.Refusal
	// lose, when set, is called once a message is in the log and before its answer
	// goes: false loses the answer.
	lose func(text string) bool
	// everybody, when set, is whom everyone enters as.
	everybody *webchat.Visitor
}

type person struct {
	visitor webchat.Visitor
	lines   []chatwire.Line
	lanes   map[webchat.Tab]uint64
	devices map[string]string // by lane
	service chatwire.Service
	read    chatwire.Marks // by the staff
	marks   chatwire.Marks // by the customer
	typing  int            // signs from the staff
	typed   int            // signs from the customer
	version int            // of service and read
}

func newMemDesk() *memDesk {
	return &memDesk{woken: make(chan struct{}), people: make(map[string]*person), epoch: "first"}
}

func (d *memDesk) wake() {
	close(d.woken)
	d.woken = make(chan struct{})
}

func (d *memDesk) Enter(_ context.Context, e webchat.Entry) (webchat.Visitor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entered = append(d.entered, e)
	p := d.people[e.Resume]
	if e.Ref != "" {
		p = d.people["ref:"+e.Ref]
	}
	if p == nil || e.Resume == "" && e.Ref == "" {
		p = &person{lanes: make(map[webchat.Tab]uint64), devices: make(map[string]string)}
		p.visitor = webchat.Visitor{ID: wire.CustomerID(fmt.Sprint("c", len(d.people))), Known: e.Ref != ""}
	}
	if e.Ref != "" {
		d.people["ref:"+e.Ref] = p
	}
	if d.everybody != nil {
		p = d.person(*d.everybody)
	}
	d.people[e.Fresh] = p
	return p.visitor, nil
}

func (d *memDesk) person(v webchat.Visitor) *person {
	for _, p := range d.people {
		if p.visitor.ID == v.ID {
			return p
		}
	}
	panic("nobody entered as " + v.ID)
}

func (d *memDesk) Follow(_ context.Context, v webchat.Visitor, t webchat.Tab, at wire.Position) (chatwire.Welcome, webchat.Feed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.person(v)
	after := at.Seq
	if at.Epoch != d.epoch || after > d.seq {
		after = 0
	}
	w := chatwire.Welcome{Epoch: d.epoch, Past: d.past, Known: p.visitor.Known, LaneLast: p.lanes[t], Service: p.service, Marks: p.read}
	return w, &memFeed{desk: d, person: p, after: after, fresh: true, version: p.version, typing: p.typing}, nil
}

// unwanted is the one text that this desk refuses.
const unwanted = "esto no"

// page is how many lines a visitor is given at once.
const page = 20

type memFeed struct {
	desk    *memDesk
	person  *person
	after   uint64
	fresh   bool
	version int
	typing  int
}

func (f *memFeed) Woken() <-chan struct{} {
	f.desk.mu.Lock()
	defer f.desk.mu.Unlock()
	return f.desk.woken
}

func (f *memFeed) Close() {}

func (f *memFeed) Next(context.Context) (out []chatwire.FromDesk, err error) {
	f.desk.mu.Lock()
	defer f.desk.mu.Unlock()
	p := f.person
	lines := slices.Clone(p.lines)
	lines = slices.DeleteFunc(lines, func(l chatwire.Line) bool { return l.Seq <= f.after })
	more := f.fresh && f.after == 0 && len(lines) > page
	if more {
		lines = lines[len(lines)-page:]
	}
	f.fresh = false
	if len(lines) > 0 {
		f.after = lines[len(lines)-1].Seq
		out = append(out, chatwire.FromDesk{Lines: &chatwire.Lines{Lines: lines, More: more}})
	}
	if f.version != p.version {
		f.version = p.version
		out = append(out, chatwire.FromDesk{Service: &p.service}, chatwire.FromDesk{Marks: &p.read})
	}
	if f.typing != p.typing {
		f.typing = p.typing
		out = append(out, chatwire.FromDesk{Typing: &struct{}{}})
	}
	return out, nil
}

func (d *memDesk) Say(_ context.Context, v webchat.Visitor, t webchat.Tab, s chatwire.Say, answer func(chatwire.FromDesk)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.person(v)
	switch last := p.lanes[t]; {
	case d.full != nil:
		answer(chatwire.FromDesk{Resend: &wire.Resend{From: s.N, Wait: 300, Why: d.full}})
	case s.N > last+1:
		answer(chatwire.FromDesk{Resend: &wire.Resend{From: last + 1}})
	case s.N <= last:
		answer(chatwire.FromDesk{Outcome: &chatwire.Outcome{N: s.N, Settled: true}})
	case s.Text == unwanted:
		p.lanes[t] = s.N
		answer(chatwire.FromDesk{Outcome: &chatwire.Outcome{N: s.N, Refused: &wire.Refusal{Kind: wire.Invalid, Code: "unwanted", Text: "No se puede."}}})
	default:
		p.lanes[t], p.devices[t.Lane] = s.N, t.Device
		d.heard = append(d.heard, s.Text)
		seq := d.add(p, chatwire.Line{By: wire.ByCustomer, Text: s.Text, Lane: t.Lane, N: s.N})
		if d.lose != nil && d.lose(s.Text) {
			return errors.New("the answer is lost")
		}
		answer(chatwire.FromDesk{Outcome: &chatwire.Outcome{N: s.N, Seq: seq}})
	}
	return nil
}

func (d *memDesk) add(p *person, l chatwire.Line) uint64 {
	d.seq++
	l.Seq, l.At = d.seq, wire.At(time.Now())
	p.lines = append(p.lines, l)
	d.wake()
	return l.Seq
}

func (d *memDesk) Older(_ context.Context, v webchat.Visitor, before uint64) (chatwire.Lines, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := slices.Clone(d.person(v).lines)
	lines = slices.DeleteFunc(lines, func(l chatwire.Line) bool { return l.Seq >= before })
	n := max(0, len(lines)-page)
	return chatwire.Lines{Lines: lines[n:], More: n > 0}, nil
}

func (d *memDesk) Mark(_ context.Context, v webchat.Visitor, m chatwire.Marks) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.person(v).marks = m
	return nil
}

func (d *memDesk) Typing(_ context.Context, v webchat.Visitor) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.person(v).typed++
	return nil
}

// staff does something to the only customer there is.
func (d *memDesk) staff(do func(p *person)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var only *person
	for _, p := range d.people {
		if only != nil && p != only {
			panic("more than one customer")
		}
		only = p
	}
	do(only)
	d.wake()
}

func (d *memDesk) reply(text string) {
	d.staff(func(p *person) { d.add(p, chatwire.Line{By: wire.ByAgent, Name: "Ana", Text: text}) })
}

func (d *memDesk) serve(s chatwire.Service, read uint64) {
	d.staff(func(p *person) {
		p.service, p.read = s, chatwire.Marks{Delivered: read, Read: read}
		p.version++
	})
}

// restore puts the desk back to what it had at a seq, as a backup does: the log has
// a new epoch and says how much of the old one it still is.
func (d *memDesk) restore(seq uint64) {
	d.staff(func(p *person) {
		d.past = append(d.past, wire.Position{Epoch: d.epoch, Seq: seq})
		d.epoch += "+"
		d.seq = seq
		p.lines = slices.DeleteFunc(p.lines, func(l chatwire.Line) bool { return l.Seq > seq })
		clear(p.lanes)
		for _, l := range p.lines {
			if l.N > 0 {
				p.lanes[webchat.Tab{Device: p.devices[l.Lane], Lane: l.Lane}] = l.N
			}
		}
	})
}

func (d *memDesk) texts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.heard)
}

// eventually waits for what another process or goroutine is to bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(45 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		if ok() {
			tick.Stop()
			return
		}
		if time.Now().After(deadline) {
			tick.Stop()
			t.Fatalf("not within 45 s: %s", what)
		}
	}
}
