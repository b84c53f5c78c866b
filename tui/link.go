package tui

import (
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// link is how the connection stands. Its times are by our own clock, which is
// compared with nothing but itself.
type link struct {
	state   linkState
	latency time.Duration
	behind  uint64 // records still missing while catching up
	retry   time.Time
	fatal   bool // it will not come back by itself
	lean    bool
	// fresh says that what is shown is what the desk has, as far as one can know.
	fresh   bool
	heard   time.Time // when the last byte came
	beat    time.Duration
	current time.Time // when what is shown was last known to be what the desk has
	looked  time.Time // when the clock was last read
	// doubted is what the desk must be heard after to be believed: since then it was
	// silent for too long, or we stood still.
	doubted time.Time
	story   *linkStory
}

type linkState int8

const (
	connectingState linkState = iota
	catchingUpState
	liveState
	downState
)

const (
	// grace is how long a heartbeat may take.
	grace = 2 * time.Second
	// stoodStill is how late the tick of a second may be before it means that this
	// program, or the machine, was stopped.
	stoodStill = 4 * time.Second
)

func (l *link) change(e client.LinkChanged, now time.Time) {
	l.story.note(e, l.state, now)
	l.latency, l.retry, l.behind = e.Latency, e.Retry, e.Behind
	switch e.State {
	case client.Live:
		l.state = liveState
	case client.CatchingUp:
		l.state = catchingUpState
	case client.Connecting:
		l.state = connectingState
	default:
		l.state = downState
		l.fatal = e.Retry.IsZero() && e.Err != nil
	}
}

// watch judges again what is shown, and reports whether the verdict changed. A
// link that is said to be live is believed only as long as the desk is heard, and
// after we stood still only when it was heard since.
func (l *link) watch(now, heard time.Time, beat time.Duration) (changed bool) {
	silent := elapsed(heard, now) > min(beat+grace, beat*5/2)
	switch {
	case !l.looked.IsZero() && elapsed(l.looked, now) > stoodStill:
		l.doubted = now
	case silent && l.state == liveState: // a slower beat must not make it live again
		l.doubted = heard.Add(1)
	}
	l.looked, l.heard, l.beat = now, heard, beat
	fresh := false
	if l.state == liveState {
		l.current = heard
		fresh = !silent && !heard.Before(l.doubted)
	}
	changed, l.fresh = fresh != l.fresh, fresh
	return changed
}

// elapsed is the time between two readings of the clock. The steady clock stands
// still while the machine sleeps, the other one may be set back: the longer time
// is the honest one.
func elapsed(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}

// age is how old what is shown is; ok is false when it is not old, or nothing
// was ever known.
func (l *link) age() (d time.Duration, ok bool) {
	if l.fresh || l.current.IsZero() {
		return 0, false
	}
	return max(elapsed(l.current, l.looked), 0), true
}

// offline reports whether there is no link that could carry something now.
func (l *link) offline() bool { return l.state == downState || l.state == connectingState }

// badge says how fresh the screen is, by a glyph, words and a colour. The short
// one leaves out what can be done without.
func badge(v *look, short bool) (text.Line, ink.Pen) {
	line, pen := linkLine(v, short)
	if v.link.lean && !v.link.fatal {
		line = text.Concat(line, text.Literal(" · "), v.say(words.LinkLean))
	}
	return line, pen
}

func linkLine(v *look, short bool) (text.Line, ink.Pen) {
	l := &v.link
	age, old := l.age()
	switch {
	case l.fatal:
		return text.Concat(text.Literal("✘ "), v.say(words.LinkEnded)), v.pens.offline
	case l.fresh && l.latency > 0:
		return v.with(words.LinkLiveLatency, words.Args{"Ms": max(1, l.latency.Milliseconds())}), v.pens.live
	case l.fresh:
		return v.say(words.LinkLive), v.pens.live
	case l.state == liveState && old:
		return v.with(words.LinkOld, words.Args{"Time": v.locale.Span(age)}), v.pens.behind
	case l.state == liveState, l.state == catchingUpState && l.behind == 0:
		return v.say(words.LinkCatchingUp), v.pens.behind
	case l.state == catchingUpState:
		return v.with(words.LinkBehind, words.Args{"N": v.locale.Number(int(l.behind))}), v.pens.behind
	}
	return offlineLine(v, short)
}

// offlineLine says what waits for the link, and when it is tried again.
func offlineLine(v *look, short bool) (text.Line, ink.Pen) {
	l, n := &v.link, waiting(v.outbox)
	if l.state == connectingState {
		line, pen := v.say(words.LinkConnecting), v.pens.behind
		if n > 0 {
			line, pen = v.with(words.LinkConnectingWith, words.Args{"N": v.locale.Number(n)}), v.pens.offline
		}
		return line, pen
	}
	line := v.say(words.LinkDown)
	if n > 0 {
		line = v.with(words.LinkDownWith, words.Args{"N": v.locale.Number(n)})
	}
	if left := l.retry.Sub(l.looked); left > 0 {
		line = text.Concat(line, text.Literal(", "), retryLine(v, left, short))
	}
	return line, v.pens.offline
}

func retryLine(v *look, left time.Duration, short bool) text.Line {
	span := v.locale.Span(left + time.Second - 1)
	if short {
		return text.Clean(span)
	}
	return v.with(words.LinkRetry, words.Args{"Time": span})
}

// waiting counts what has no outcome yet, without what no key asked for.
func waiting(o *outbox) (n int) {
	for _, e := range o.entries {
		if _, unasked := e.Command.(wire.MarkSeen); !unasked {
			n++
		}
	}
	return n
}

// staleness says how old a pane is while it is not live. It counts the first
// minute in tens of seconds: the badge counts the seconds.
func staleness(v *look) []seg {
	age, old := v.link.age()
	if !old {
		return nil
	}
	return []seg{{v.pens.plain.warn, v.with(words.StaleSince, words.Args{"Ago": agoOf(age, v)})}}
}

// stillWorks says what can be done while there is no link.
func stillWorks(v *look) text.Line {
	if v.link.fatal {
		return v.say(words.EndedWorks)
	}
	if v.writes() {
		return v.say(words.OfflineWorks)
	}
	return v.say(words.OfflineReads)
}
