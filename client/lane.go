package client

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ventanilla/client/wire"
)

// lane sends the outbox's commands in order, at most [wire.MaxInFlight] of them
// without an answer. The fields are about the present link; what lasts is in box.
type lane struct {
	box      Outbox
	greeted  bool      // commands may be sent
	sentTo   uint64    // highest number sent over this link
	hold     time.Time // the desk asked to wait until then
	progress time.Time // when the oldest unanswered command was sent, or one was last answered
	retiring bool      // this lane ends once the desk has answered up to final
	final    uint64
	log      history // of the desk that last greeted us; outlives the link
}

// begin makes the lane ready for a link on which the desk stated what it knows.
// A desk that knows less than it has told us, or more than we have sent, or
// whose log was replaced, does not share this lane's numbers with us. What it
// has outcomes for is asked for under the old numbers, the rest goes on in a new
// lane; so nothing runs twice and nothing is left out. It reports whether what the
// desk has lost is something else than before.
func (l *lane) begin(w wire.Welcome, now time.Time) (lost bool, err error) {
	l.log = history{w.Epoch, w.Past}
	_, last := l.box.Lane()
	epoch := l.box.Epoch()
	if epoch == "" || last == 0 && epoch != w.Epoch {
		if err := l.rebase(epoch); err != nil {
			return false, err
		}
		if err := l.box.Begin(w.Epoch); err != nil {
			return false, fmt.Errorf("beginning the lane: %w", err)
		}
	}
	replaced := epoch != "" && epoch != w.Epoch
	l.greeted = true
	l.retiring = w.LaneLast < l.box.Settled() || w.LaneLast > last || replaced && last > 0
	l.final = w.LaneLast
	return l.judge(now)
}

// end forgets the link: what was sent and not answered waits again.
func (l *lane) end() { *l = lane{box: l.box, log: l.log} }

func (l *lane) renew() error {
	if err := l.box.Renew(wire.NewToken()); err != nil {
		return fmt.Errorf("renewing the lane: %w", err)
	}
	return nil
}

// rebase makes a lane without numbers one for the present log. What was seen of
// another log is not what this one has at these places.
func (l *lane) rebase(of string) error {
	if of == "" {
		return nil
	}
	for e := range l.box.Entries() {
		if c, other := seenUpTo(e.Command, l.log.shared(of)); other {
			if err := l.box.Change(e.ID, c); err != nil {
				return fmt.Errorf("beginning the lane: %w", err)
			}
		}
	}
	return nil
}

// next returns the frame to send now, if there is one. It returns errNewLane
// when the lane has to end and nothing is left to ask in it.
func (l *lane) next(now time.Time) (*wire.CommandFrame, error) {
	if !l.greeted || now.Before(l.hold) {
		return nil, nil
	}
	inFlight, left := 0, false
	var held heldBack
	for e := range l.box.Entries() {
		left = left || e.N != 0 && e.N <= l.final
		if e.N != 0 && e.N <= l.sentTo {
			inFlight++
			continue
		}
		if held.back(e) {
			continue
		}
		if inFlight >= wire.MaxInFlight || l.retiring && (e.N == 0 || e.N > l.final) {
			break
		}
		return l.number(e, now)
	}
	if l.retiring && !left {
		return nil, errNewLane
	}
	return nil, nil
}

// heldBack are the conversations in which an entry is held, as far as the list was
// read. What comes later in them waits too, so that the order stays.
type heldBack map[wire.ConversationID]bool

func (h *heldBack) back(e Entry) bool {
	in := about(e.Command)
	if e.Held && e.N == 0 {
		if *h == nil {
			*h = make(heldBack)
		}
		(*h)[in] = true
	}
	return e.N == 0 && (*h)[in]
}

func (l *lane) number(e Entry, now time.Time) (*wire.CommandFrame, error) {
	if e.N == 0 {
		n, err := l.box.Number(e.ID)
		if err != nil {
			return nil, fmt.Errorf("numbering a command: %w", err)
		}
		e.N = n
	}
	f, err := wire.NewCommandFrame(e.N, l.box.Settled(), e.Command)
	if err != nil {
		return nil, err
	}
	if l.progress.IsZero() {
		l.progress = now
	}
	l.sentTo = e.N
	return &f, nil
}

// leastHold lets the answers to what was sent behind a skipped command arrive:
// each asks for the same again.
const leastHold = 100 * time.Millisecond

// resend takes back what was sent from a number on. A number before what we
// still have is one the desk has confirmed to us and forgotten.
func (l *lane) resend(r wire.Resend, now time.Time) {
	if r.From <= l.box.Settled() || r.From == 0 {
		l.retiring, l.final = true, 0
		return
	}
	l.sentTo = min(l.sentTo, r.From-1)
	wait := min(max(time.Duration(r.Wait)*time.Millisecond, leastHold), longestAsked)
	if until := now.Add(wait); until.After(l.hold) {
		l.hold = until
	}
	l.progress = time.Time{}
	if l.inFlight() {
		l.progress = now
	}
}

func (l *lane) inFlight() bool {
	for e := range l.box.Entries() {
		return e.N != 0 && e.N <= l.sentTo
	}
	return false
}

func (l *lane) settle(o wire.Outcome, now time.Time) (Entry, bool, error) {
	var e Entry
	var known bool
	err := l.forgetOld(now)
	if err == nil {
		e, known, err = l.box.Settle(o, l.keepFor(o), now)
	}
	if err != nil {
		return e, false, fmt.Errorf("keeping an outcome: %w", err)
	}
	l.progress = time.Time{}
	if l.inFlight() {
		l.progress = now
	}
	e.State, e.Seq, e.Refusal = Accepted, o.Seq, o.Refused
	if o.Refused != nil {
		e.State = Refused
	}
	return e, known, nil
}

func (l *lane) entries() []Entry {
	var all []Entry
	for e := range l.box.Entries() {
		if e.N != 0 && e.N <= l.sentTo {
			e.State = Sent
		}
		all = append(all, e)
	}
	return all
}

// Do puts a command into the outbox, from where it is sent in order as soon as
// there is a link. Its outcome comes as [Settled], once; what it changed comes
// as records, as for everybody.
func (c *Client) Do(command wire.Command) EntryID {
	e := Entry{ID: EntryID(wire.NewToken()), Command: command, At: c.clock.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	err := fits(command)
	if err == nil {
		err = c.lane.box.Add(e.ID, command, e.At)
	}
	if err != nil {
		e.State, e.Refusal = Refused, notKept(err)
		if errors.Is(err, ErrTooLarge) {
			e.Refusal = &wire.Refusal{Kind: wire.Invalid, Code: "too_large", Text: ErrTooLarge.Error()}
		}
		c.say(Settled{e, wire.Outcome{Refused: e.Refusal}})
		return e.ID
	}
	c.sayOutbox()
	c.stir()
	return e.ID
}

// envelope is more than a frame has around the arguments of a command or ask.
const envelope = 256

// fits keeps from the outbox what would make the desk close every link on which
// it is sent.
func fits(command wire.Command) error {
	f, err := wire.NewCommandFrame(0, 0, command)
	if err == nil && len(f.Args)+envelope > wire.MaxClientFrame {
		err = ErrTooLarge
	}
	return err
}

// sayOutbox marks that the list changed. It is drawn up when the sink takes the
// update: for every change of a long outbox that would be a copy nobody sees.
func (c *Client) sayOutbox() { c.say(OutboxChanged{}) }

// listOutbox puts the list as it is now in the place of the marks.
func (c *Client) listOutbox(events []Event) []Event {
	isMark := func(e Event) bool { _, is := e.(OutboxChanged); return is }
	if !slices.ContainsFunc(events, isMark) {
		return events
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(slices.DeleteFunc(events, isMark), OutboxChanged{c.lane.entries()})
}
