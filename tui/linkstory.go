package tui

import (
	"errors"
	"slices"
	"strings"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// linkStory is what the sheet of the link tells: how it has been since the start.
type linkStory struct {
	since   time.Time       // of the present state, by the desk's clock
	trips   []time.Duration // the last round trips, the newest last
	in, out meter
	cuts    int
	cut     error     // why the last link ended
	cutAt   time.Time // by the desk's clock
	head    uint64    // of the log, at the last greeting
	desk    string    // its address, without secrets
}

const (
	keptTrips   = 31
	keptMinutes = 15
)

// meter counts bytes, in all and by the minute.
type meter struct {
	total   int64
	minute  int64 // the last one in minutes
	minutes [keptMinutes]int64
}

// note takes what is new in a change of the link.
func (s *linkStory) note(e client.LinkChanged, before linkState, now time.Time) {
	if s.since.IsZero() || e.State != before.client() {
		s.since = now
	}
	if n := len(s.trips); e.Latency > 0 && (n == 0 || s.trips[n-1] != e.Latency) { // a change of state repeats the last one
		s.trips = append(s.trips, e.Latency)
		s.trips = s.trips[max(0, len(s.trips)-keptTrips):]
	}
	if held := before == liveState || before == catchingUpState; held && e.State == client.Down && e.Err != nil { // a failed attempt cuts nothing
		s.cut, s.cutAt = e.Err, now
		s.cuts++
	}
	s.in.count(e.BytesIn, now)
	s.out.count(e.BytesOut, now)
}

func (s linkState) client() client.State {
	return [...]client.State{connectingState: client.Connecting, catchingUpState: client.CatchingUp, liveState: client.Live, downState: client.Down}[s]
}

// median is the round trip in the middle of the last ones.
func (s *linkStory) median() time.Duration {
	if len(s.trips) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(s.trips))[len(s.trips)/2]
}

// count takes the bytes there were until now.
func (m *meter) count(total int64, now time.Time) {
	m.turn(now)
	m.minutes[keptMinutes-1] += total - m.total
	m.total = total
}

// turn makes the present minute the last one.
func (m *meter) turn(now time.Time) {
	minute := now.Unix() / 60
	for range min(minute-m.minute, keptMinutes) {
		copy(m.minutes[:], m.minutes[1:])
		m.minutes[keptMinutes-1] = 0
	}
	m.minute = minute
}

// sparkline draws the minutes as heights, the present one last.
func (m *meter) sparkline() string {
	heights := []rune("▁▂▃▄▅▆▇█")
	most := max(slices.Max(m.minutes[:]), 1)
	var b strings.Builder
	for _, n := range m.minutes {
		b.WriteRune(heights[int(n*int64(len(heights)-1)/most)])
	}
	return b.String()
}

// cutKind names why a link ended, as the catalogue does.
func cutKind(err error) string {
	switch {
	case errors.Is(err, client.ErrSilent):
		return "silent"
	case errors.Is(err, client.ErrSignedOut), errors.Is(err, client.ErrRevoked), errors.Is(err, client.ErrRefused):
		return "refused"
	case errors.Is(err, client.ErrBadFrame), errors.Is(err, mirror.ErrGap), errors.Is(err, client.ErrStuck):
		return "doubt"
	case errors.Is(err, client.ErrBehind):
		return "behind"
	}
	switch client.CloseCode(err) {
	case wire.CloseRestart:
		return "restart"
	case wire.CloseSlow:
		return "slow"
	case wire.CloseRights:
		return "rights"
	case wire.CloseTrouble:
		return "trouble"
	}
	return "network"
}
