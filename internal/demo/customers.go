package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ventanilla/client/chat"
	"ventanilla/internal/dialogue"
	"ventanilla/internal/replay"
)

// perMinute is how many customers come: about what four colleagues and one person
// can serve, so that the queue neither grows for ever nor dries up.
const perMinute = 4

// mostAtOnce bounds the customers who are there, whatever the people at the desk do.
const mostAtOnce = 24

// opening is when the first ones come, whatever the speed: nobody is to look at an
// empty screen.
var opening = [...]time.Duration{200 * time.Millisecond, 900 * time.Millisecond, 1700 * time.Millisecond, 2600 * time.Millisecond}

// strangers is what visitors without an account call themselves. Not everybody says.
var strangers = map[string][]string{
	"es-AR": {"Agustina", "", "Nahuel", "Belén"},
	"es-MX": {"Lupita", "Beto", "", "Ximena G."},
}

// stage knows who of the cast is on it. A customer of the loan book is one person
// and has one conversation at a time.
type stage struct {
	mu   sync.Mutex
	refs map[string]bool
	all  int
}

// enter takes a place; false when there is none, or when that person is here.
func (s *stage) enter(ref string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= mostAtOnce || ref != "" && s.refs[ref] {
		return false
	}
	s.all++
	s.refs[ref] = true
	return true
}

func (s *stage) leave(ref string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	delete(s.refs, ref)
}

// customers lets one after the other come until ctx ends, and waits for them.
func (d *Demo) customers(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	s := &stage{refs: map[string]bool{guest: true}}
	next := int(d.cfg.Seed % uint64(len(d.dialogues)))
	start := time.Now()
	for n := 0; ; n++ {
		wait := d.arrivals.Next()
		if n < len(opening) {
			wait = time.Until(start.Add(opening[n]))
		}
		if !sleep(ctx, wait) {
			return
		}
		for range d.dialogues { // the first whose customer is not here
			dl := d.dialogues[next]
			next = (next + 1) % len(d.dialogues)
			if s.enter(dl.Ref) {
				all.Go(func() {
					defer s.leave(dl.Ref)
					d.customer(ctx, n, dl)
				})
				break
			}
		}
	}
}

// customer plays one dialogue. A token that cannot be signed or a desk that does
// not want the customer is for the log: the others go on.
func (d *Demo) customer(ctx context.Context, n int, dl dialogue.Dialogue) {
	pace, err := d.pace(fmt.Sprint(n, " ", dl.ID))
	if err != nil {
		d.cfg.Log.Error("a customer has no pace", "err", err)
		return
	}
	link := chat.Config{URL: Origin, Dial: d.Dial, Locale: dl.Lang}
	if dl.Ref != "" {
		if link.Token, err = d.token(dl.Ref); err != nil {
			d.cfg.Log.Error("signing a customer's token failed", "err", err)
			return
		}
	} else if names := strangers[dl.Lang]; len(names) > 0 {
		link.Name = names[n%len(names)]
	}
	c, err := replay.NewCustomer(replay.CustomerConfig{Dialogue: dl, Chat: link, Pace: pace, Ledger: d.ledger, Stays: true})
	if err == nil {
		err = c.Run(ctx)
	}
	if err != nil {
		d.cfg.Log.Error("a customer was turned away", "err", err)
	}
}

func sleep(ctx context.Context, t time.Duration) bool {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
