package clienttest

import (
	"maps"
	"slices"

	"ventanilla/client/wire"
)

// Backup copies what the desk knows now. Calling what it returns puts the copy in
// the place of the desk's log, as a log of a new epoch, and breaks every link.
func (d *Desk) Backup() (restore func(epoch string)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	log, state, lanes := slices.Clone(d.log), copyState(d.state), copyLanes(d.lanes)
	past := append(slices.Clone(d.past), wire.Position{Epoch: d.epoch, Seq: d.head()})
	return func(epoch string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.epoch, d.past, d.log = epoch, past, slices.Clone(log)
		d.state, d.lanes = copyState(state), copyLanes(lanes)
		for _, l := range slices.Clone(d.open) {
			l.stop(0)
		}
	}
}

func copyState(from map[wire.ConversationID]*wire.Summary) map[wire.ConversationID]*wire.Summary {
	to := make(map[wire.ConversationID]*wire.Summary, len(from))
	for id, s := range from {
		c := *s
		c.Tags = slices.Clone(s.Tags)
		to[id] = &c
	}
	return to
}

func copyLanes(from map[string]*lane) map[string]*lane {
	to := make(map[string]*lane, len(from))
	for name, l := range from {
		to[name] = &lane{last: l.last, outcomes: maps.Clone(l.outcomes), settled: l.settled}
	}
	return to
}
