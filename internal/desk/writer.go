package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ventanilla/client/wire"
)

const (
	// inboxSize bounds what waits for the writer; beyond it senders wait, and with
	// them the sockets they read from.
	inboxSize = 4096
	// groupSize bounds how many jobs share one transaction and so one fsync.
	groupSize = 256
)

// job is one change to make inside a transaction. run returns what to answer; it
// may run again when the transaction it shared with others failed.
type job struct {
	run    func(*work) error
	answer func(error)
}

// work is what a job works with: the transaction, one reading of the clock, and
// what it has recorded so far.
type work struct {
	Tx
	now     time.Time
	at      wire.Millis
	lane    string
	n       uint64
	entries []Entry
}

// errStopped refuses what comes when nothing is written any more.
var errStopped = &Error{Kind: wire.Busy, Code: "unavailable", Err: errors.New("the desk has stopped")}

// submit hands a job to the writer. It waits while the inbox is full.
func (d *Desk) submit(ctx context.Context, j job) error {
	select {
	case <-d.stopped:
		return errStopped
	default:
	}
	select {
	case d.inbox <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-d.stopped:
		return errStopped
	}
}

// change submits a job and waits until what it did is on the disk.
func (d *Desk) change(ctx context.Context, run func(*work) error) error {
	done := make(chan error, 1)
	if err := d.submit(ctx, job{run, func(err error) { done <- err }}); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-d.stopped:
	}
	select {
	case err := <-done: // by the last group
		return err
	default:
		return errStopped
	}
}

// write is the one writer: it takes what has queued up, commits it as a group,
// publishes it and answers, in this order, so that nothing is acknowledged that
// could still be lost and nothing is answered before it can be followed.
func (d *Desk) write(ctx context.Context) error {
	group := make([]job, 0, groupSize)
	for {
		select {
		case j := <-d.inbox:
			group = d.gather(append(group[:0], j))
			d.commit(group)
		case <-ctx.Done():
			for group = d.gather(group[:0]); len(group) > 0; group = d.gather(group[:0]) {
				d.commit(group)
			}
			return ctx.Err()
		}
	}
}

// gather fills a group with what waits in the inbox.
func (d *Desk) gather(group []job) []job {
	for len(group) < groupSize {
		select {
		case j := <-d.inbox:
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in one transaction. When that fails, each job gets its own,
// so that one bad job costs the others nothing; where nothing can be written at all,
// each of those fails at once. The transaction is not bound to any caller's context:
// what was taken from the inbox is carried through.
func (d *Desk) commit(group []job) {
	began := d.cfg.Now()
	entries, failed := d.transact(group)
	d.load.committed(d.cfg.Now().Sub(began))
	d.weigh()
	if failed != nil && len(group) > 1 {
		for i := range group {
			d.commit(group[i : i+1])
		}
		return
	}
	if failed == nil {
		d.publish(entries)
	}
	for _, j := range group {
		j.answer(failed)
	}
}

func (d *Desk) transact(group []job) ([]Entry, error) {
	var entries []Entry
	err := d.cfg.Store.Update(context.Background(), func(tx Tx) error {
		entries = entries[:0]
		for _, j := range group {
			now := d.cfg.Now()
			w := &work{Tx: tx, now: now, at: wire.At(now)}
			if err := j.run(w); err != nil {
				return err
			}
			entries = append(entries, w.entries...)
		}
		return nil
	})
	if err == nil {
		return entries, nil
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		return nil, refusal
	}
	return nil, d.trouble.note(err)
}

// publish lets readers follow committed entries, here and on other nodes.
func (d *Desk) publish(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	if !d.follow(entries) {
		d.catchUp(context.Background())
	}
	if err := d.cfg.Bus.Publish(context.Background(), Notice{Head: d.tail.head()}); err != nil {
		d.cfg.Log.Warn("telling other nodes failed; they look by themselves", "err", err)
	}
}

// record appends an event about a conversation and folds it into the state.
// Whoever calls it saves the conversation when done with it.
func (w *work) record(c *Conversation, e wire.Event) (uint64, error) {
	entry := Entry{Customer: c.Customer, Before: c.Place()} // nowhere, before it is opened
	at, err := w.Position()
	if err != nil {
		return 0, err
	}
	wasResolved := c.Summary.Status == wire.Resolved
	c.Summary.Fold(at.Seq+1, w.at, e)
	c.Lines.fold(at.Seq+1, e)
	entry.Conversation, entry.After = c.Summary.ID, c.Place()
	if reopened := wasResolved && c.Summary.Status != wire.Resolved; reopened || entry.Before != entry.After {
		summary := c.Summary
		entry.Summary = &summary
	}
	switch e := e.(type) {
	case wire.Said:
		entry.Text = e.Text
	case wire.Noted:
		entry.Text = e.Text
	case wire.Opened:
		entry.Text = e.Summary.Customer
	}
	return w.append(entry, e)
}

// append adds an event that is about no conversation, or whose entry is filled in.
func (w *work) append(entry Entry, e wire.Event) (uint64, error) {
	body, err := wire.EncodeEvent(w.at, e)
	if err != nil {
		return 0, err
	}
	entry.At, entry.Event, entry.Body, entry.Lane, entry.N = w.at, e, body, w.lane, w.n
	seq, err := w.Append(entry)
	if err != nil {
		return 0, fmt.Errorf("appending %s: %w", wire.EventName(e), err)
	}
	entry.Seq = seq
	w.entries = append(w.entries, entry)
	return seq, nil
}

// listen looks at the store when the bus says there is something new, and once a
// second in any case, so that a lost notice costs a second at most.
func (d *Desk) listen(ctx context.Context, notices <-chan Notice) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case n, ok := <-notices:
			switch {
			case !ok:
				return
			case n.Typing != nil:
				d.tail.types(n)
			case len(n.Looks) > 0:
				d.hearLooks(ctx, n)
			case n.Head > d.tail.head():
				d.catchUp(ctx)
			}
		case <-tick.C:
			d.catchUp(ctx)
		}
	}
}

// catchUp reads what others committed: another node, or the operator's commands.
func (d *Desk) catchUp(ctx context.Context) {
	for {
		var entries []Entry
		err := d.cfg.Store.View(ctx, func(r Reader) error {
			var err error
			entries, err = r.Entries(d.tail.head(), groupSize)
			return err
		})
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, ErrDamaged) { // which is noted
				d.cfg.Log.Error("reading the log failed", "err", err)
			}
			return
		}
		d.follow(entries)
		if len(entries) < groupSize {
			return
		}
	}
}

// follow takes committed entries into memory, each once and in order, whoever was
// first to hear of them; false when some before them are missing.
func (d *Desk) follow(entries []Entry) bool {
	return d.tail.append(entries, func(e Entry) {
		d.staff.fold(e.At, e.Event)
		d.viewing.moved(&e)
	})
}
