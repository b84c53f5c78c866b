package replay

import (
	"sync"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/dialogue"
)

// Ledger follows every message from whoever writes it to where it must come out.
// A message is known by its writer and number until the desk has given it a seq,
// by the seq from then on: nothing depends on what a text says, so equal texts
// are no trouble. One ledger serves all goroutines of a run.
type Ledger struct {
	mu      sync.Mutex
	staffed bool // a customer's message has arrived when an agent has it
	threads []*Thread
	places  map[uint64]place    // by seq
	early   map[uint64]sighting // seen before the writer knew the seq
	talks   map[wire.ConversationID]*Thread
	extra   map[uint64]bool // seqs of messages that came once too often
	agents  map[string]bool // names of the agents whose replies are entered here
	altered int
	moved   int // counts everything that happens

	sent, delivered         int
	ackTimes, deliveryTimes []time.Duration
}

// Thread is what one customer and the agents say to each other.
type Thread struct {
	ledger   *Ledger
	dialogue dialogue.Dialogue
	sides    [2][]message // what the customer and what agents have said; number n at n-1
	open     int          // messages that are not where they should be
	changed  func()       // called, with the ledger locked, when open becomes zero; must not block
}

// side says who wrote a message.
type side int

const (
	customerSide side = iota
	agentSide
)

type message struct {
	text    string
	sent    time.Time
	seq     uint64
	acked   bool
	refused bool
	arrived bool
	own     bool // came back to the customer who wrote it
	done    bool // is everywhere it should be, or refused
}

type place struct {
	thread *Thread
	side   side
	n      int
}

func (p place) message() *message { return &p.thread.sides[p.side][p.n-1] }

type sighting struct {
	talk   wire.ConversationID // where an agent saw it
	thread *Thread             // which customer saw it
	text   string
	cut    bool
	at     time.Time
}

// NewLedger returns an empty ledger. When nobody answers, a customer's message has
// arrived when it comes back in the customer's own feed.
func NewLedger(staffed bool) *Ledger {
	return &Ledger{
		staffed: staffed, places: make(map[uint64]place), early: make(map[uint64]sighting),
		talks: make(map[wire.ConversationID]*Thread), extra: make(map[uint64]bool),
		agents: make(map[string]bool),
	}
}

// open begins a thread. Changed is called when everything in it has arrived.
func (l *Ledger) open(d dialogue.Dialogue, changed func()) *Thread {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &Thread{ledger: l, dialogue: d, changed: changed}
	l.threads = append(l.threads, t)
	return t
}

// owner returns the thread that a conversation at the desk belongs to, and the seq
// it begins at; false while it is not known, or is somebody else's.
func (l *Ledger) owner(id wire.ConversationID) (t *Thread, from uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok = l.talks[id]; !ok {
		return nil, 0, false
	}
	return t, t.sides[customerSide][0].seq, true
}

// settled reports whether every message of the thread is where it should be.
func (t *Thread) settled() bool {
	t.ledger.mu.Lock()
	defer t.ledger.mu.Unlock()
	return t.open == 0
}

// writes notes a message just before it is handed to a client.
func (t *Thread) writes(s side, text string, now time.Time) place {
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	t.sides[s] = append(t.sides[s], message{text: text, sent: now})
	t.open++
	l.sent++
	l.moved++
	return place{t, s, len(t.sides[s])}
}

// accepted notes the desk's yes.
func (l *Ledger) accepted(p place, seq uint64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := p.message()
	if m.acked {
		return
	}
	m.acked = true
	l.moved++
	l.ackTimes = append(l.ackTimes, now.Sub(m.sent))
	l.bind(p, seq)
	l.check(p)
}

// refused notes the desk's no.
func (l *Ledger) refused(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.message().refused = true
	l.moved++
	l.check(p)
}

// bind learns a message's seq, from the outcome or from the customer's own feed.
func (l *Ledger) bind(p place, seq uint64) {
	m := p.message()
	if seq == 0 || m.seq == seq {
		return // settled without a seq: the own feed or the agent's tells it
	}
	if m.seq != 0 {
		l.extra[seq] = true
		return
	}
	m.seq = seq
	l.places[seq] = p
	if s, ok := l.early[seq]; ok {
		delete(l.early, seq)
		l.arrive(p, s)
	}
}

// cameBack notes that a customer's feed shows the customer's own message n.
func (t *Thread) cameBack(n int, seq uint64, text string, now time.Time) {
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > len(t.sides[customerSide]) {
		l.extra[seq] = true
		return
	}
	p := place{t, customerSide, n}
	m := p.message()
	l.bind(p, seq)
	if m.own {
		l.extra[seq] = true
		return
	}
	m.own = true
	l.moved++
	l.compare(m, text, false)
	if !l.staffed {
		l.arrive(p, sighting{text: text, at: now})
	}
	l.check(p)
}

// sawSaid notes that an agent sees a customer's message.
func (l *Ledger) sawSaid(id wire.ConversationID, seq uint64, text string, cut bool, now time.Time) {
	l.saw(seq, sighting{talk: id, text: text, cut: cut, at: now})
}

// enlist says that the replies of an agent are entered here; what other people
// say to a customer is not judged.
func (l *Ledger) enlist(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.agents[name] = true
}

// sawAnswer notes that a customer sees an agent's message.
func (t *Thread) sawAnswer(seq uint64, name, text string, now time.Time) {
	l := t.ledger
	l.mu.Lock()
	ours := l.agents[name]
	l.mu.Unlock()
	if ours {
		l.saw(seq, sighting{thread: t, text: text, at: now})
	}
}

func (l *Ledger) saw(seq uint64, s sighting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.places[seq]
	if !ok {
		if _, again := l.early[seq]; !again {
			l.early[seq] = s
		}
		return
	}
	l.arrive(p, s)
	l.check(p)
}

// arrive notes where a message came out.
func (l *Ledger) arrive(p place, s sighting) {
	if s.talk != "" && p.side == customerSide {
		l.talks[s.talk] = p.thread
	}
	if s.thread != nil && s.thread != p.thread { // another customer got it
		l.altered++
		return
	}
	m := p.message()
	if m.arrived {
		return
	}
	m.arrived = true
	l.delivered++
	l.moved++
	l.deliveryTimes = append(l.deliveryTimes, s.at.Sub(m.sent))
	l.compare(m, s.text, s.cut)
}

func (l *Ledger) compare(m *message, came string, cut bool) {
	if !same(m.text, came, cut) {
		l.altered++
	}
}

// check closes a message that is where it should be.
func (l *Ledger) check(p place) {
	m := p.message()
	there := m.acked && m.arrived && (p.side == agentSide || m.own)
	if m.done || !there && !m.refused {
		return
	}
	m.done = true
	if p.thread.open--; p.thread.open == 0 {
		p.thread.changed()
	}
}

// events counts what has happened so far.
func (l *Ledger) events() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.moved
}

func (l *Ledger) sums() (sent, delivered int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent, l.delivered
}
