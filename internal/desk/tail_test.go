package desk

import (
	"testing"

	"ventanilla/client/wire"
)

// The desk hears of a record twice, from its own writer and on looking at the
// store; hearing late of an older one does not take the roster back.
func TestTheRosterFollowsTheLogOnce(t *testing.T) {
	d := &Desk{tail: newTail(0), staff: newRoster([]User{{Agent: wire.Agent{ID: "a"}}}), viewing: newViewing()}
	entry := func(seq uint64, state wire.State) Entry {
		return Entry{Seq: seq, Event: wire.PresenceChanged{Agent: "a", State: state}}
	}
	d.follow([]Entry{entry(1, wire.Online), entry(2, wire.Away)})
	d.follow([]Entry{entry(1, wire.Online)})
	if d.follow([]Entry{entry(4, wire.Offline)}) {
		t.Error("a hole was not noticed")
	}
	if u, _ := d.staff.user("a"); u.State != wire.Away {
		t.Errorf("the roster says %s", u.State)
	}
}
