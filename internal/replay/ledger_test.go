package replay

import (
	"strings"
	"testing"
	"time"

	"ventanilla/internal/dialogue"
)

// said enters a customer's message, as accepted at a seq and seen by everybody who
// should see it.
func said(l *Ledger, t *Thread, text string, seq uint64) place {
	now := time.Unix(0, 0)
	p := t.writes(customerSide, text, now)
	l.accepted(p, seq, now)
	t.cameBack(p.n, seq, text, now)
	l.sawSaid("c1", seq, text, false, now)
	return p
}

func TestTheLedgerSeesWhatGoesWrong(t *testing.T) {
	now := time.Unix(1, 0)
	long := strings.Repeat("ñ", 200)
	for name, tc := range map[string]struct {
		happens func(l *Ledger, th *Thread)
		want    Report // of the four counts only
	}{
		"nothing": {func(l *Ledger, th *Thread) { said(l, th, "a", 1) }, Report{}},
		"a message that no agent saw": {func(l *Ledger, th *Thread) {
			p := th.writes(customerSide, "a", now)
			l.accepted(p, 1, now)
			th.cameBack(1, 1, "a", now)
		}, Report{Lost: 1}},
		"a message that did not come back to its writer": {func(l *Ledger, th *Thread) {
			p := th.writes(customerSide, "a", now)
			l.accepted(p, 1, now)
			l.sawSaid("c1", 1, "a", false, now)
		}, Report{Lost: 1}},
		"a message that was never answered": {func(l *Ledger, th *Thread) { th.writes(customerSide, "a", now) }, Report{Lost: 1}},
		"an answer that the customer never saw": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 1)
			l.accepted(th.writes(agentSide, "b", now), 2, now)
		}, Report{Lost: 1}},
		"a refused message": {func(l *Ledger, th *Thread) { l.refused(th.writes(customerSide, "a", now)) }, Report{}},
		"a second copy in the writer's feed": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 1)
			th.cameBack(1, 2, "a", now)
			l.sawSaid("c1", 2, "a", false, now)
		}, Report{Doubled: 1}},
		"a second copy that only an agent saw": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 1)
			l.sawSaid("c1", 2, "a", false, now)
		}, Report{Doubled: 1}},
		"a second copy of an answer": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 1)
			l.accepted(th.writes(agentSide, "b", now), 2, now)
			th.sawAnswer(2, "Ana", "b", now)
			th.sawAnswer(3, "Ana", "b", now)
		}, Report{Doubled: 1}},
		"what somebody else says": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 2)
			th.sawAnswer(3, "a person at the desk", "b", now)
			l.sawSaid("another's conversation", 4, "b", false, now)
			l.sawSaid("c1", 1, "from an earlier visit", false, now)
		}, Report{}},
		"two in the wrong order": {func(l *Ledger, th *Thread) { said(l, th, "a", 2); said(l, th, "b", 1) }, Report{Reordered: 1}},
		"another text at the agent's": {func(l *Ledger, th *Thread) {
			l.accepted(th.writes(customerSide, "a", now), 1, now)
			th.cameBack(1, 1, "a", now)
			l.sawSaid("c1", 1, "A", false, now)
		}, Report{Altered: 1}},
		"the beginning of a long text": {func(l *Ledger, th *Thread) {
			l.accepted(th.writes(customerSide, long, now), 1, now)
			th.cameBack(1, 1, long, now)
			l.sawSaid("c1", 1, string([]rune(long)[:80]), true, now)
		}, Report{}},
		"an answer at another customer's": {func(l *Ledger, th *Thread) {
			said(l, th, "a", 1)
			l.accepted(th.writes(agentSide, "b", now), 2, now)
			l.open(dialogue.Dialogue{}, func() {}).sawAnswer(2, "Ana", "b", now)
		}, Report{Lost: 1, Altered: 1}},
		"seen before it was acknowledged": {func(l *Ledger, th *Thread) {
			p := th.writes(customerSide, "a", now)
			l.sawSaid("c1", 1, "a", false, now)
			th.cameBack(1, 1, "a", now)
			l.accepted(p, 1, now)
		}, Report{}},
	} {
		t.Run(name, func(t *testing.T) {
			l := NewLedger(true)
			l.enlist("Ana")
			th := l.open(dialogue.Dialogue{}, func() {})
			tc.happens(l, th)
			r := l.Report(false)
			got := Report{Lost: r.Lost, Doubled: r.Doubled, Reordered: r.Reordered, Altered: r.Altered}
			if got != tc.want {
				t.Errorf("judged %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestWhatTheDeskHasNotAnsweredIsNotLostWhenARunIsInterrupted(t *testing.T) {
	l := NewLedger(false)
	th := l.open(dialogue.Dialogue{}, func() {})
	th.writes(customerSide, "a", time.Unix(0, 0))
	if r := l.Report(true); r.Lost != 0 || r.Unanswered != 1 {
		t.Errorf("lost %d, unanswered %d; want 0 and 1", r.Lost, r.Unanswered)
	}
}

func TestQuantilesAreOfWhatWasMeasured(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Millisecond)
	}
	if got, want := quantiles(times), (Quantiles{50, 95, 99, 100}); got != want {
		t.Errorf("quantiles of 1…100 ms are %v, want %v", got, want)
	}
	if got := quantiles(nil); got != (Quantiles{}) {
		t.Errorf("quantiles of nothing are %v", got)
	}
}

func TestAScriptFollowsWhatWasSaid(t *testing.T) {
	turn := func(r dialogue.Role, text string) dialogue.Turn { return dialogue.Turn{Role: r, Text: text} }
	s := newScript(dialogue.Dialogue{Turns: []dialogue.Turn{
		turn(dialogue.Agent, "hello"), turn(dialogue.Customer, "a"), turn(dialogue.Customer, "b"),
		turn(dialogue.Action, "look-up"), turn(dialogue.Agent, "1"), turn(dialogue.Bot, "2"), turn(dialogue.Customer, "a"), turn(dialogue.Agent, "3"),
	}})
	n := 0
	for _, step := range []struct {
		text string
		due  int
	}{{"", 1}, {"a", 1}, {"a nudge", 1}, {"b", 3}, {"b", 3}, {"a", 4}, {"more", 4}} {
		n = s.heard(n, step.text, false)
		if got := s.due(n); got != step.due {
			t.Errorf("after %q %d answers are due, want %d", step.text, got, step.due)
		}
	}
}
