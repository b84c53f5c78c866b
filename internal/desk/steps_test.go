package desk

import (
	"testing"
	"time"
)

// A writer that hangs makes no commit to measure: its inbox alone says so, and so do
// too many links. A step is taken a second at most, and undone after ten of calm.
func TestEachMeasureTakesEveryStepAndLetsGoSlowly(t *testing.T) {
	for name, m := range map[string]measures{"inbox": {waiting: inboxSize}, "links": {links: 9_900}} {
		var l load
		now := time.Now()
		steps := 0
		for second := range 30 {
			if l.weigh(now.Add(time.Duration(second)*time.Second), m.waiting, m.links) {
				steps++
			}
			if steps > second+1 {
				t.Fatalf("%s: %d steps after %d s", name, steps, second)
			}
		}
		if got := Load(l.step.Load()); got != NoMonitors || steps != 3 {
			t.Fatalf("%s: at %s after %d steps", name, got, steps)
		}
		for second := range 60 { // one busy moment in the middle
			waiting := 0
			if second == 35 {
				waiting = heavy[NoHistory].waiting
			}
			l.weigh(now.Add(time.Duration(30+second)*time.Second), waiting, 0)
			want := max(Calm, NoMonitors-Load(second/10))
			if got := Load(l.step.Load()); second < 30 && got != want {
				t.Fatalf("%s: after %d s of calm at %s, want %s", name, second, got, want)
			}
		}
	}
}

// What is still half as heavy as it was is no calm.
func TestAStepIsKeptWhileItIsHalfAsHeavy(t *testing.T) {
	var l load
	now := time.Now()
	l.weigh(now, heavy[NoNewChats].waiting, 0)
	for second := range 100 {
		l.weigh(now.Add(time.Duration(second)*time.Second), heavy[NoNewChats].waiting/2, 0)
	}
	if got := Load(l.step.Load()); got != NoNewChats {
		t.Errorf("at %s", got)
	}
}
