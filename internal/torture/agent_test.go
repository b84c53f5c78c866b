package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// worker is an agent: a client with a mirror and an outbox on the disk, and what
// somebody would do with them.
type worker struct {
	who   string
	c     *client.Client
	box   *outbox.Outbox
	j     *journal
	dice  *dice
	pace  time.Duration
	slow  slowness
	clock *jumpy
	run   int
	typed int

	mu       sync.Mutex
	mirror   *mirror.Mirror
	view     mirror.View
	standing client.State
	waiting  []client.Entry
	open     []wire.ConversationID
}

func newAgent(o *order, m member, j *journal, i int) (*worker, error) {
	w := &worker{who: m.Name, j: j, dice: newDice(o, i), pace: o.Typists, clock: &jumpy{start: time.Now()}, run: o.Run, mirror: mirror.New()}
	w.view = w.mirror.View()
	var err error
	if w.box, err = outbox.Open(context.Background(), boxOf(o.Dir, m.Name)); err != nil {
		return nil, err
	}
	w.c = client.New(client.Config{
		URL: "http://" + o.Bytes, Token: m.Token, Dial: o.dialer(w.dice), Device: "torture-" + m.Name, Locale: "es-AR",
		Outbox: w.box, Sink: w.sink, Clock: w.clock,
	})
	return w, nil
}

// boxOf says where an agent's outbox is; the key is no secret here.
func boxOf(dir, who string) outbox.Config {
	return outbox.Config{Dir: filepath.Join(dir, who), Account: who, Key: make([]byte, 32)}
}

func (w *worker) link(ctx context.Context) error { return w.c.Run(ctx) }

func (w *worker) sink(u client.Update) {
	w.slow.suffer()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range u.Events {
		w.take(e)
	}
	if w.standing == client.Live {
		w.claim()
	}
}

func (w *worker) take(e client.Event) {
	if client.Fold(w.mirror, e) != nil {
		w.c.Resync()
	}
	switch e := e.(type) {
	case client.LinkChanged:
		w.standing = e.State
	case client.OutboxChanged:
		w.waiting = e.Entries
	case client.Settled:
		w.settled(e)
	}
}

func (w *worker) settled(e client.Settled) {
	text := said(e.Entry.Command)
	if text == "" {
		return
	}
	n := note{What: out, Who: w.who, Text: text, Seq: e.Outcome.Seq}
	if e.Outcome.Refused != nil {
		n.Code = e.Outcome.Refused.Code
	}
	w.j.add(n)
}

func said(c wire.Command) string {
	switch c := c.(type) {
	case wire.Reply:
		return c.Text
	case wire.Note:
		return c.Text
	}
	return ""
}

// claim notes that the screen says live now, and what it shows.
func (w *worker) claim() {
	at := w.mirror.At()
	w.j.add(note{What: live, Who: w.who, Seq: at.Seq, Epoch: at.Epoch, Millis: time.Now().UnixMilli()})
}

// play does what an agent does, at the rhythm of somebody in a hurry.
func (w *worker) play(ctx context.Context) {
	for {
		rest(ctx, w.dice.pause(w.pace))
		if ctx.Err() != nil {
			return
		}
		w.c.Active()
		w.act()
		w.mu.Lock()
		if w.standing == client.Live { // also when nothing comes: that is when it may be wrong
			w.claim()
		}
		w.mu.Unlock()
	}
}

func (w *worker) act() {
	mine, free := w.rows(mirror.Mine), w.rows(mirror.Unassigned)
	if len(mine) < 4 && len(free) > 0 {
		id := free[w.dice.n(len(free))]
		w.c.Do(wire.Take{Conversation: id})
		w.watch(id)
		return
	}
	if len(mine) == 0 {
		return
	}
	id := mine[w.dice.n(len(mine))]
	switch w.dice.n(20) {
	case 0:
		w.c.Do(wire.Resolve{Conversation: id, Disposition: "otro"})
	case 1:
		w.c.Do(wire.Release{Conversation: id})
	case 2:
		w.c.Do(wire.Transfer{Conversation: id, Queue: "general", Reason: "cambio de turno"})
	case 3:
		w.c.Do(wire.Tag{Conversation: id, Add: []string{fmt.Sprint("t", w.dice.n(9))}})
	case 4:
		w.c.Do(wire.Prioritise{Conversation: id, Priority: wire.Priority(w.dice.n(4) - 1)})
	case 5, 6:
		w.says(id, true)
	case 7:
		w.rewrite()
	default:
		w.watch(id)
		w.says(id, false)
	}
}

func (w *worker) rows(tab mirror.Tab) (ids []wire.ConversationID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rows := w.view.Rows(tab, mirror.ByWaiting)
	for i := range rows.Len() {
		ids = append(ids, rows.At(i).ID)
	}
	return ids
}

// watch opens a conversation and lets go of the one opened longest ago.
func (w *worker) watch(id wire.ConversationID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, open := range w.open {
		if open == id {
			return
		}
	}
	w.open = append(w.open, id)
	w.c.Watch(id)
	if len(w.open) > 20 {
		w.c.Unwatch(w.open[0])
		w.mirror.Forget(w.open[0])
		w.open = w.open[1:]
	}
}

func (w *worker) says(id wire.ConversationID, internal bool) {
	w.typed++
	text := fmt.Sprintf("%s/%d/%d ¡ya lo miro! 👍🏽", w.who, w.run, w.typed)
	var c wire.Command = wire.Reply{Conversation: id, Text: text}
	if internal {
		c = wire.Note{Conversation: id, Text: text}
	}
	w.j.add(note{What: typed, Who: w.who, Text: text})
	w.c.Do(c)
	w.j.add(note{What: kept, Who: w.who, Text: text})
}

// rewrite changes the last text that waits, or takes it back.
func (w *worker) rewrite() {
	w.mu.Lock()
	var last client.Entry
	for _, e := range w.waiting {
		if e.N == 0 && said(e.Command) != "" {
			last = e
		}
	}
	w.mu.Unlock()
	reply, is := last.Command.(wire.Reply)
	if !is {
		return
	}
	old := reply.Text
	reply.Text += correction
	w.j.add(note{What: typed, Who: w.who, Text: reply.Text})
	if w.c.Change(last.ID, reply) == nil {
		w.j.add(note{What: kept, Who: w.who, Text: reply.Text})
		w.j.add(note{What: replaced, Who: w.who, Text: old})
	}
}

const (
	// replaced says that a text was rewritten before it left.
	replaced = "replaced"
	// correction ends a text that was.
	correction = " (corregido)"
)

func (w *worker) state(s *state) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Waiting += len(w.waiting)
	if w.standing != client.Live {
		s.Behind = append(s.Behind, w.who+" is not live")
	}
	at := w.mirror.At().Seq
	if s.Head == 0 || at < s.Head {
		s.Head = at
	}
	for _, id := range w.open {
		if c, known := w.view.Conversation(id); known && c.Stale() {
			s.Behind = append(s.Behind, w.who+" waits for lines")
		}
	}
}

func (w *worker) screen() screen {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := screen{Who: w.who, At: w.mirror.At().Seq, Threads: make(map[string][]line), Rows: make(map[string]json.RawMessage)}
	for _, tab := range []mirror.Tab{mirror.Mine, mirror.Unassigned, mirror.Team, mirror.Snoozed} {
		rows := w.view.Rows(tab, mirror.ByWaiting)
		for i := range rows.Len() {
			summary := rows.At(i)
			b, err := json.Marshal(summary)
			if err != nil {
				panic(err)
			}
			s.Rows[string(summary.ID)] = b
		}
	}
	for _, id := range w.open {
		if c, known := w.view.Conversation(id); known && c.Opened() {
			s.Threads[string(id)] = linesOf(c)
		}
	}
	for _, d := range w.box.Drafts() {
		s.Drafts = append(s.Drafts, d.Text)
	}
	for _, e := range w.waiting {
		s.Left = append(s.Left, said(e.Command))
	}
	return s
}

func linesOf(c mirror.Conversation) (all []line) {
	for i := range c.Len() {
		r := c.Line(i)
		l := line{Seq: r.Seq}
		switch e := r.Event.(type) {
		case wire.Said:
			l.Text = e.Text
		case wire.Noted:
			l.Text = e.Text
		}
		all = append(all, l)
	}
	return all
}

func (w *worker) hurt(wish wish) {
	switch wish.Do {
	case "slow":
		w.slow.millis.Store(wish.Millis)
	case "jump":
		w.clock.off.Add(wish.Millis * int64(time.Millisecond))
	}
}

// jumpy is a clock that somebody sets.
type jumpy struct {
	start time.Time
	off   atomic.Int64
}

func (j *jumpy) Now() time.Time                       { return time.Now().Add(time.Duration(j.off.Load())) }
func (j *jumpy) Steady() time.Duration                { return time.Since(j.start) }
func (j *jumpy) NewTimer(d time.Duration) *time.Timer { return time.NewTimer(d) }
