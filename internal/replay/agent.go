package replay

import (
	"context"
	"sync"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/dialogue"
)

// AgentConfig describes somebody who answers customers by their dialogues.
// Client and Ledger are required.
type AgentConfig struct {
	Client client.Config // without Sink
	// Ledger knows the customers: only conversations of its threads are touched.
	Ledger *Ledger
	// Turn spreads agents over the waiting customers, so that not all reach for the
	// same one.
	Turn     int
	Capacity int // conversations at once; zero: three
	// Leaves is how long a customer has to have waited before this agent takes the
	// conversation, so that others may.
	Leaves time.Duration
	// Pace makes the rhythm of one conversation; nil: everybody's.
	Pace func(name string) (*dialogue.Pace, error)

	crew *crew
}

// Agent is a member of the staff at a client of their own.
type Agent struct {
	cfg    AgentConfig
	client *client.Client
	link   *presence
	ready  chan struct{}
	woken  chan struct{} // holds one token when there may be something to take

	mu      sync.Mutex // guards what follows
	mirror  *mirror.Mirror
	offset  time.Duration // of the desk's clock
	codes   []string      // with which conversations are resolved
	live    bool
	talks   map[wire.ConversationID]*talk
	settles map[client.EntryID]func(client.Settled)
	at      int // conversations taken or asked for
}

// NewAgent makes an agent who does nothing until run.
func NewAgent(cfg AgentConfig) *Agent {
	if cfg.Capacity <= 0 {
		cfg.Capacity = 3
	}
	if cfg.Pace == nil {
		cfg.Pace = func(name string) (*dialogue.Pace, error) {
			return dialogue.NewPace(dialogue.PaceConfig{Name: name})
		}
	}
	if cfg.crew == nil {
		cfg.crew = new(crew)
	}
	return &Agent{
		cfg: cfg, ready: make(chan struct{}), woken: make(chan struct{}, 1), mirror: mirror.New(),
		talks: make(map[wire.ConversationID]*talk), settles: make(map[client.EntryID]func(client.Settled)),
	}
}

// Ready is closed once the agent sees the desk.
func (a *Agent) Ready() <-chan struct{} { return a.ready }

// lookEvery is how often an agent looks at who waits when nothing happens.
const lookEvery = 100 * time.Millisecond

// Run keeps the link until ctx ends, which is no error, or the desk ends it. The
// agent takes and answers conversations until work ends.
func (a *Agent) Run(ctx, work context.Context) error {
	a.link = a.cfg.crew.arrive()
	defer a.link.leave()
	work, stop := context.WithCancel(work)
	defer stop()
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	cfg := a.cfg.Client
	cfg.Sink = func(u client.Update) { a.sink(ctx, u) }
	a.client = client.New(cfg)
	var linked sync.WaitGroup
	var err error
	linked.Go(func() {
		err = a.client.Run(ctx)
		stop()
	})
	a.attend(work)
	linked.Wait()
	return err
}

// attend takes and serves conversations until ctx ends.
func (a *Agent) attend(ctx context.Context) {
	var serving sync.WaitGroup
	defer serving.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for _, t := range a.look() {
			serving.Go(func() { a.serve(ctx, t) })
		}
		select {
		case <-ctx.Done():
			return
		case <-a.woken:
		case <-tick.C:
		}
	}
}

// look takes waiting customers while there is capacity, and returns what is ours
// and not served yet: just taken, handed over by a colleague or opened again.
func (a *Agent) look() []*talk {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.live {
		return nil
	}
	var mine []*talk
	rows := a.mirror.View().Rows(mirror.Mine, mirror.ByWaiting)
	for i := range rows.Len() {
		id := rows.At(i).ID
		thread, from, ok := a.cfg.Ledger.owner(id)
		if t := a.talk(id); ok && !t.serving {
			if t.asked {
				t.asked = false
			} else {
				a.at++
			}
			t.serving, t.thread, t.from, t.script = true, thread, from, newScript(thread.dialogue)
			mine = append(mine, t)
		}
	}
	a.reach()
	return mine
}

// reach asks for the customers who wait longest.
func (a *Agent) reach() {
	if a.at >= a.cfg.Capacity {
		return
	}
	var free []wire.ConversationID
	now := time.Now().Add(a.offset)
	rows := a.mirror.View().Rows(mirror.Unassigned, mirror.ByWaiting)
	for i := range rows.Len() {
		s := rows.At(i)
		if a.talk(s.ID).asked || a.cfg.Leaves > 0 && (s.Waiting == 0 || now.Sub(s.Waiting.Time()) < a.cfg.Leaves) {
			continue
		}
		if _, _, ours := a.cfg.Ledger.owner(s.ID); ours {
			free = append(free, s.ID)
		}
	}
	for i := range free {
		if a.at >= a.cfg.Capacity {
			return
		}
		a.ask(free[(i+a.cfg.Turn*a.cfg.Capacity)%len(free)])
	}
}

// ask reaches for one conversation; a colleague may be faster.
func (a *Agent) ask(id wire.ConversationID) {
	t := a.talk(id)
	t.asked = true
	a.at++
	a.settles[a.client.Do(wire.Take{Conversation: id})] = func(s client.Settled) {
		if s.Outcome.Refused != nil && t.asked {
			t.asked = false
			a.at--
		}
	}
}

// talk returns what is known of a conversation. It is called with a.mu held.
func (a *Agent) talk(id wire.ConversationID) *talk {
	t := a.talks[id]
	if t == nil {
		t = &talk{id: id, woken: make(chan struct{}, 1)}
		a.talks[id] = t
	}
	return t
}

// do gives the client a command and returns a channel on which its outcome comes,
// once. Note, if any, is called first, with a.mu held.
func (a *Agent) do(c wire.Command, note func(client.Settled)) <-chan client.Settled {
	done := make(chan client.Settled, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settles[a.client.Do(c)] = func(s client.Settled) {
		if note != nil {
			note(s)
		}
		done <- s
	}
	return done
}
