package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client/wire"
)

// Load says what the desk has stopped doing so that the rest goes on. Each step
// includes those before it. Answering customers and what customers who are here
// write are no step: they are never refused for load.
type Load int32

// The steps, in the order in which they are taken.
const (
	Calm       Load = iota
	NoNewChats      // anonymous newcomers are asked to come back
	NoHistory       // older lines, searches and contexts are refused
	NoMonitors      // the links of those who only look on are closed
)

func (l Load) String() string {
	return [...]string{"nothing", "new chats", "history", "monitors"}[l]
}

// measures is how much the desk has to do.
type measures struct {
	waiting int           // jobs in the writer's inbox
	commit  time.Duration // how long a commit takes lately
	links   int           // of the staff, on this node
}

// heavy says from which of any measure on a step is taken.
var heavy = [...]measures{
	NoNewChats: {inboxSize / 4, time.Second / 2, 8_000},
	NoHistory:  {inboxSize / 2, time.Second, 9_000},
	NoMonitors: {inboxSize * 3 / 4, 2 * time.Second, 9_500},
}

const (
	riseEvery = time.Second      // a step up at most so often: one bad moment sheds little
	calmFor   = 10 * time.Second // how long it must be lighter before a step down
)

// reaches reports whether some measure is as heavy as a bound, divided by easing.
func (m measures) reaches(bound measures, easing int) bool {
	return m.waiting >= bound.waiting/easing || m.commit >= bound.commit/time.Duration(easing) || m.links >= bound.links/easing
}

// load follows the measures with a lag: quick enough to help, slow enough not to
// flicker. A step is undone only when every measure is below half of what took it.
type load struct {
	step atomic.Int32

	mu     sync.Mutex
	commit time.Duration // moving mean
	fresh  bool          // there was a commit since the last tick
	rose   time.Time
	calm   time.Time // since when it is lighter; zero: it is not
}

// committed counts how long a commit took.
func (l *load) committed(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.commit += (took - l.commit) / 4
	l.fresh = true
}

// ticked lets what was slow be forgotten when nothing is written.
func (l *load) ticked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.fresh {
		l.commit /= 2
	}
	l.fresh = false
}

// weigh takes the step that the measures ask for, one at a time, and reports whether
// it took one.
func (l *load) weigh(now time.Time, waiting, links int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	step, m := Load(l.step.Load()), measures{waiting, l.commit, links}
	lighter := step > Calm && !m.reaches(heavy[step], 2)
	switch {
	case !lighter:
		l.calm = time.Time{}
	case l.calm.IsZero():
		l.calm = now
	}
	switch {
	case step < NoMonitors && m.reaches(heavy[step+1], 1) && now.Sub(l.rose) >= riseEvery:
		step, l.rose = step+1, now
	case lighter && now.Sub(l.calm) >= calmFor:
		step, l.calm = step-1, now
	default:
		return false
	}
	l.step.Store(int32(step))
	return true
}

// Sheds reports whether the desk has taken a step.
func (d *Desk) Sheds(l Load) bool { return Load(d.load.step.Load()) >= l }

// weigh looks at the load. Who follows is woken when it changed: some have to go.
func (d *Desk) weigh() {
	if d.load.weigh(d.cfg.Now(), len(d.inbox), d.links.count()) {
		d.cfg.Log.Warn("the load changed", "shed", Load(d.load.step.Load()).String())
		d.tail.nudge()
	}
}

// keepWeighing notices what no commit shows: that there is none, and that it is over.
func (d *Desk) keepWeighing(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.load.ticked()
			d.weigh()
		}
	}
}

// Monitors reports whether a role only looks on at conversations.
func Monitors(role wire.Role) bool { return role == wire.RoleSupervisor }

// isHistory reports whether a question can wait until the desk has time for it. To
// open a conversation cannot: it is how one answers.
func isHistory(a wire.Ask) bool {
	switch a.(type) {
	case wire.Older, wire.Search, wire.GetContext:
		return true
	}
	return false
}

// admit refuses an anonymous newcomer while [NoNewChats] holds. It asks a reader,
// not the writer, whom there is no time to ask.
func (d *Desk) admit(ctx context.Context, v *Visit) error {
	if !d.Sheds(NoNewChats) || v.Ref != "" {
		return nil
	}
	return d.cfg.Store.View(ctx, func(r Reader) error {
		t, found, err := r.ResumeToken(v.Resume)
		if err == nil && (!found || d.cfg.Now().After(t.Expires)) {
			err = refuse(wire.Busy, "busy")
		}
		return err
	})
}
