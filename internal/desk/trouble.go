package desk

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"ventanilla/client/wire"
)

// trouble remembers what keeps the desk from writing: it is logged when it begins
// and when it is over, not for each of the commands that wait for it.
type trouble struct {
	log *slog.Logger
	mu  sync.Mutex
	now *Error // nil while there is none
}

// whyNot returns the refusal for what a store says of a failed write. One that names
// no cause is nobody's state: it may be this one write that is bad.
func whyNot(err error) *Error {
	switch {
	case errors.Is(err, ErrDamaged):
		return &Error{Kind: wire.Busy, Code: "disk_damaged"}
	case errors.Is(err, ErrFull):
		return &Error{Kind: wire.Busy, Code: "disk_full"}
	case errors.Is(err, ErrReadOnly):
		return &Error{Kind: wire.Busy, Code: "disk_readonly"}
	}
	return &Error{Kind: wire.Busy, Code: "unavailable", Err: err}
}

// lasts reports whether the same is to be expected of the next write.
func (e *Error) lasts() bool { return e.Code != "unavailable" }

// damage reports whether only a person can mend it.
func (e *Error) damage() bool { return e.Code == "disk_damaged" }

// noting is a store whose damage is noted by whoever meets it, in reading too.
type noting struct {
	Store
	trouble *trouble
}

func (s noting) View(ctx context.Context, fn func(Reader) error) error {
	err := s.Store.View(ctx, fn)
	if errors.Is(err, ErrDamaged) {
		s.trouble.note(err)
	}
	return err
}

// note takes in why a write failed, or that what was read is damaged, and returns the refusal.
func (t *trouble) note(err error) *Error {
	why := whyNot(err)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !why.lasts():
		t.log.Error("writing failed", "err", err)
	case t.now == nil || t.now.Code != why.Code && !t.now.damage():
		t.now = why
		says := "the desk cannot write; what is sent to it waits at the clients"
		if why.damage() {
			says = "the data or its disk is damaged; what cannot be written waits at the clients"
		}
		t.log.Error(says, "code", why.Code, "err", err)
	}
	return why
}

func (t *trouble) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil {
		t.log.Info("the desk writes again", "code", t.now.Code)
		t.now = nil
	}
}

// Trouble returns what keeps the desk from writing all or, where something is damaged,
// some of it, in the form that [Explain] reads; nil when nothing does. Reading goes on
// meanwhile.
func (d *Desk) Trouble() error {
	d.trouble.mu.Lock()
	defer d.trouble.mu.Unlock()
	if d.trouble.now == nil {
		return nil
	}
	return d.trouble.now
}

// spare is what must fit before the desk calls a disk good again. It is more than a
// command needs, so that a disk with hardly any room left does not come and go.
const spare = 64 << 10

// tryToWrite finds out whether there is room again, by writing some and taking it
// back. Data that is damaged is not tried: a sync that failed once may succeed the
// next time and have lost what it was asked for.
func (d *Desk) tryToWrite(ctx context.Context) {
	if e, ok := errors.AsType[*Error](d.Trouble()); !ok || e.damage() {
		return
	}
	filler := wire.Outcome{Refused: &wire.Refusal{Text: strings.Repeat(" ", spare)}}
	for _, lane := range []Lane{{Outcomes: []wire.Outcome{filler}}, {}} {
		err := d.cfg.Store.Update(ctx, func(tx Tx) error {
			return tx.SaveLane(LaneKey{Owner: "d:", Device: "desk", Lane: "room"}, lane)
		})
		if err != nil {
			if ctx.Err() == nil {
				d.trouble.note(err)
			}
			return
		}
	}
	d.trouble.over()
}
