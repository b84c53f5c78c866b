package torture

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// player is one member of a crowd while it lives.
type player interface {
	// play types until ctx ends.
	play(ctx context.Context)
	// link follows the desk until ctx ends.
	link(ctx context.Context) error
	// state adds how far the member is.
	state(*state)
	// screen is what the member has in front of them.
	screen() screen
	// hurt does what a wish asks of one member.
	hurt(wish)
}

// screen is what a member ends up seeing.
type screen struct {
	Who     string
	At      uint64
	Threads map[string][]line          // lines by conversation, as far as they are there
	Rows    map[string]json.RawMessage // an agent's queue: summaries by conversation
	Drafts  []string                   // an agent's: what came back or was never sent
	Left    []string                   // what waits
}

type line struct {
	Seq  uint64
	Text string
}

// beCrowd is the process of a crowd. It returns the exit code.
func beCrowd(what string) int {
	var o order
	if err := json.Unmarshal([]byte(what), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if err := o.be(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (o *order) be() error {
	j, err := openJournal(filepath.Join(o.Dir, "journal"), o.Run)
	if err != nil {
		return err
	}
	players, err := o.players(j)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	typing, hush := context.WithCancel(ctx)
	defer hush()
	if o.Quiet {
		hush()
	}
	var all sync.WaitGroup
	for _, p := range players {
		all.Go(func() {
			if err := p.link(ctx); err != nil {
				fmt.Fprintln(os.Stderr, "a member's link ended:", err)
			}
		})
		all.Go(func() { p.play(typing) })
	}
	err = o.obey(players, hush)
	stop()
	all.Wait()
	return err
}

func (o *order) players(j *journal) (all []player, err error) {
	for i, m := range o.Agents {
		a, err := newAgent(o, m, j, i)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	before, err := readJournal(filepath.Join(o.Dir, "journal"))
	if err != nil {
		return nil, err
	}
	for i, m := range o.Pages {
		p, err := newPage(o, m, j, before, i)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// obey does what the run asks until it asks no more.
func (o *order) obey(players []player, hush func()) error {
	wishes := bufio.NewScanner(os.Stdin)
	answer := json.NewEncoder(os.Stdout)
	for wishes.Scan() {
		var w wish
		if err := json.Unmarshal(wishes.Bytes(), &w); err != nil {
			return err
		}
		var err error
		switch w.Do {
		case "quiet":
			hush()
		case "state":
			var s state
			for _, p := range players {
				p.state(&s)
			}
			err = answer.Encode(s)
		case "dump":
			var all []screen
			for _, p := range players {
				all = append(all, p.screen())
			}
			err = answer.Encode(all)
		default:
			players[w.Who%uint64(len(players))].hurt(w)
		}
		if err != nil {
			return err
		}
	}
	return wishes.Err()
}

// dialer takes the road by bytes, now and then the one by frames.
func (o *order) dialer(dice *dice) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		to := o.Bytes
		if dice.in(4) {
			to = o.Frames
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}
}

// dice are drawn by several goroutines of one member.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newDice(o *order, i int) *dice {
	return &dice{r: rand.New(rand.NewPCG(o.Seed, uint64(o.Run)<<16+uint64(i)))}
}

func (d *dice) n(most int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.IntN(most)
}

// in is true once in n times.
func (d *dice) in(n int) bool { return d.n(n) == 0 }

// between is a pause around the typing rhythm.
func (d *dice) pause(mean time.Duration) time.Duration {
	return time.Duration(d.n(int(2*mean) + 1))
}

// slowness makes a sink stop for a while, once.
type slowness struct{ millis atomic.Int64 }

func (s *slowness) suffer() {
	if ms := s.millis.Swap(0); ms > 0 {
		time.Sleep(time.Duration(ms) * time.Millisecond)
	}
}
