package desk

import "ventanilla/client/wire"

// Lines says where a conversation's newest lines are that somebody wrote, messages
// and notes: enough to tell the newest one by anybody but a given person, so that
// the guard against stale replies reads nothing.
type Lines struct {
	Last  uint64       `json:"last,omitempty"`
	By    wire.AgentID `json:"by,omitempty"`    // who wrote Last; empty: the customer
	Other uint64       `json:"other,omitempty"` // the newest that is not By's
}

// fold takes in an event at a seq, if it is a line that somebody wrote. What the
// desk itself says is none.
func (l *Lines) fold(seq uint64, e wire.Event) {
	var by wire.AgentID
	switch e := e.(type) {
	case wire.Said:
		if e.By == wire.BySystem {
			return
		}
		by = e.Agent
	case wire.Noted:
		by = e.Agent
	default:
		return
	}
	if by != l.By {
		l.Other = l.Last
	}
	l.Last, l.By = seq, by
}

// notBy returns the seq of the newest line that is not by an agent; 0 for none.
func (l *Lines) notBy(id wire.AgentID) uint64 {
	if l.By == id {
		return l.Other
	}
	return l.Last
}

// fresh refuses when somebody else has written in a conversation after a seq, which
// is the newest line the sender had seen; 0 asks for no such care. A seq that the
// log has not reached is of a log that a backup has replaced. It says nothing
// about this one, so whoever states it has seen nothing here.
func (d *Desk) fresh(w *work, by User, on *Conversation, seen uint64) error {
	if seen == 0 {
		return nil
	}
	if seen > d.tail.head() {
		at, err := w.Position()
		if err != nil {
			return err
		}
		if seen > at.Seq {
			seen = 0
		}
	}
	if newest := on.Lines.notBy(by.ID); newest > seen {
		return &Error{Kind: wire.Conflict, Code: wire.CodeStale, Newest: newest}
	}
	return nil
}
