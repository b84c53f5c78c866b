package torture

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// kind is a way to hurt something.
type kind string

// The faults, as in link.md's matrix.
const (
	deskKill   kind = "desk: kill -9"
	deskFreeze kind = "desk: frozen (SIGSTOP)"
	diskFull   kind = "desk: disk full"
	crowdKill  kind = "client: kill -9"
	crowdStop  kind = "client: standby (SIGSTOP)"
	cut        kind = "link: cut"
	reset      kind = "link: reset"
	halfOpen   kind = "link: half-open, what is sent vanishes"
	delay      kind = "link: 600 ms and more each way"
	thin       kind = "link: 2 kB/s"
	torn       kind = "link: cut in the middle of a frame"
	crumbs     kind = "link: frames in crumbs"
	slowReader kind = "client: stops reading"
	copies     kind = "frames: sent twice, sent again later, swapped"
	clockJump  kind = "client: clock jumps"
)

// shares says how often each kind is drawn, and how long it lasts.
var shares = []struct {
	kind
	weight   int
	from, to time.Duration
}{
	{deskKill, 4, 50 * time.Millisecond, 1500 * time.Millisecond},
	{deskFreeze, 3, 100 * time.Millisecond, 2 * time.Second},
	{diskFull, 2, 300 * time.Millisecond, 2 * time.Second},
	{crowdKill, 8, 10 * time.Millisecond, time.Second},
	{crowdStop, 8, 200 * time.Millisecond, 4 * time.Second},
	{cut, 14, 50 * time.Millisecond, 4 * time.Second},
	{reset, 8, 100 * time.Millisecond, time.Second},
	{halfOpen, 12, 500 * time.Millisecond, 8 * time.Second},
	{delay, 8, 500 * time.Millisecond, 4 * time.Second},
	{thin, 6, time.Second, 4 * time.Second},
	{torn, 10, 200 * time.Millisecond, 2 * time.Second},
	{crumbs, 4, 500 * time.Millisecond, 3 * time.Second},
	{slowReader, 6, 500 * time.Millisecond, 6 * time.Second},
	{copies, 8, time.Second, 4 * time.Second},
	{clockJump, 4, 0, 0},
}

// fault is one kind done to one target from an instant on.
type fault struct {
	kind
	at    time.Duration // from the start
	lasts time.Duration
	crowd int    // which process, for what is done to clients and links
	dice  uint64 // for what else it draws
}

func (f fault) String() string {
	return fmt.Sprintf("%7.2fs %-45s crowd %d for %v", f.at.Seconds(), f.kind, f.crowd, f.lasts)
}

// schedule is all that will be done, in order.
type schedule []fault

func (s schedule) length() time.Duration {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].at
}

// draw makes the schedule of a seed: every kind at least once when there are
// enough of them, the others by their weight.
func draw(s scale, fillDisk bool) schedule {
	dice := rand.New(rand.NewPCG(s.seed, 0))
	bag := make([]int, 0, 128)
	for i, share := range shares {
		if share.kind == diskFull && !fillDisk {
			continue
		}
		for range share.weight {
			bag = append(bag, i)
		}
	}
	order := slices.Compact(slices.Clone(bag))
	dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	plan := make(schedule, s.faults)
	for i := range plan {
		pick := bag[dice.IntN(len(bag))]
		if i < len(order) {
			pick = order[i]
		}
		share := shares[pick]
		plan[i] = fault{
			kind: share.kind, at: time.Duration(i) * s.every, crowd: dice.IntN(2 * s.crowds), dice: dice.Uint64(),
			lasts: share.from + upTo(dice, share.to-share.from),
		}
	}
	return plan
}

func upTo(dice *rand.Rand, most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return time.Duration(dice.Int64N(int64(most)))
}
