package clienttest

import (
	"net/http"
	"slices"

	"ventanilla/client/wire"
)

// Cut breaks every link without a word, as a pulled cable does once noticed.
func (d *Desk) Cut() { d.Close(0) }

// Close ends every link with a close code, after what is still queued.
func (d *Desk) Close(code int) { d.Dismiss(code, 0) }

// Dismiss is Close and asks to stay away for a while.
func (d *Desk) Dismiss(code int, wait wire.Millis) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range slices.Clone(d.open) {
		l.reason = wire.CloseReason(wait)
		l.stop(code)
	}
}

// Links is how many clients are connected.
func (d *Desk) Links() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.open)
}

// Silence makes the desk hear and say nothing while its links stay open, as a
// half-open connection does; false ends it for what comes then.
func (d *Desk) Silence(on bool) { d.with(func(f *fault) { f.silent = on }) }

// Refuse answers upgrades with an HTTP status and, when it is not empty, a
// Retry-After; 0 lets clients in again.
func (d *Desk) Refuse(status int, retryAfter string) {
	d.with(func(f *fault) { f.status, f.retryAfter, f.says = status, retryAfter, "" })
}

// Revoke answers upgrades as a desk does that has taken access away.
func (d *Desk) Revoke() {
	d.with(func(f *fault) { f.status, f.says = http.StatusForbidden, `{"kind":"denied","code":"revoked"}` })
}

// DieAfterCommit makes the next command take effect and its link break before
// the outcome is sent.
func (d *Desk) DieAfterCommit() { d.with(func(f *fault) { f.deaf = true }) }

// Mute holds back the outcomes of the next n commands.
func (d *Desk) Mute(n int) { d.with(func(f *fault) { f.mute = n }) }

// Busy answers the next n commands with "send again", after a wait.
func (d *Desk) Busy(n int, wait wire.Millis) {
	d.with(func(f *fault) { f.busy, f.busyFor = n, wait })
}

// Spoil makes the record at a seq one that cannot be read, for everybody and for good.
func (d *Desk) Spoil(seq uint64) { d.with(func(f *fault) { f.spoiled = seq }) }

// Twice sends every feed frame two times.
func (d *Desk) Twice(on bool) { d.with(func(f *fault) { f.twice = on }) }

// Swap lets the feed frame after the next one overtake it.
func (d *Desk) Swap() { d.with(func(f *fault) { f.swap = true }) }

func (d *Desk) with(change func(*fault)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.fault)
}

// deliver sends a feed frame through what is wrong with the desk.
func (l *link) deliver(b []byte) {
	f := &l.d.fault
	switch {
	case f.swap:
		f.swap, f.held = false, b
		return
	case f.held != nil:
		l.raw(b)
		b, f.held = f.held, nil
	}
	l.raw(b)
	if f.twice {
		l.raw(b)
	}
}

// Send sends a frame to every link, whatever it does to them.
func (d *Desk) Send(f wire.FromDesk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.open {
		l.send(f)
	}
}

// SendText sends text that need not be a frame of the protocol.
func (d *Desk) SendText(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.open {
		l.raw([]byte(text))
	}
}

// Replace gives the desk another log, as a restore does: a new epoch, the given
// conversations, no records, and of every lane what keep says of its last number.
func (d *Desk) Replace(epoch string, conversations []wire.Summary, keep func(last uint64) uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch = epoch
	d.load(conversations)
	d.lose(keep)
}

// Lose makes the desk forget numbers of its lanes without saying so.
func (d *Desk) Lose(keep func(last uint64) uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lose(keep)
}

func (d *Desk) lose(keep func(last uint64) uint64) {
	for _, l := range d.lanes {
		l.last = keep(l.last)
		l.settled = min(l.settled, l.last)
		for n := range l.outcomes {
			if n > l.last {
				delete(l.outcomes, n)
			}
		}
	}
}
