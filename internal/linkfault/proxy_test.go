package linkfault

import (
	"fmt"
	"testing"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// ordeal is a fault and what is waited for before it ends.
type ordeal struct {
	hurt  func(*proxy)
	until func(*agent) bool
}

const blackhole = `{"timeout":0}`

// ordeals are all that a proxy can do to a link.
func ordeals() map[string]ordeal {
	bears := func(a *agent) bool { return len(a.settled) == typedBefore+typedDuring }
	dies := func(a *agent) bool { return a.silences() > 0 }
	breaks := func(a *agent) bool { return a.welcome > 1 || len(a.links) > 5 }
	return map[string]ordeal{
		"latency":         {func(p *proxy) { p.hurt("latency", `{"latency":300,"jitter":150}`) }, bears},
		"two kB a second": {func(p *proxy) { p.hurt("bandwidth", `{"rate":2}`) }, bears},
		"crumbs":          {func(p *proxy) { p.hurt("slicer", `{"average_size":7,"size_variation":3,"delay":200}`) }, bears},
		"torn downstream": {func(p *proxy) { p.hurtOne("downstream", "limit_data", `{"bytes":1333}`); p.cut() }, breaks},
		"torn upstream":   {func(p *proxy) { p.hurtOne("upstream", "limit_data", `{"bytes":700}`); p.cut() }, breaks},
		"slow to close":   {func(p *proxy) { p.hurt("slow_close", `{"delay":500}`); p.cut() }, breaks},
		"reset":           {func(p *proxy) { p.hurt("reset_peer", `{"timeout":0}`) }, breaks},
		"cut":             {func(p *proxy) { p.cut() }, breaks},
		"half-open":       {func(p *proxy) { p.hurt("timeout", blackhole) }, dies},
		"deaf":            {func(p *proxy) { p.hurtOne("upstream", "timeout", blackhole) }, dies},
		"mute":            {func(p *proxy) { p.hurtOne("downstream", "timeout", blackhole) }, dies},
	}
}

// How much is typed on each side before a fault and during it: together no more
// than what a conversation opens with.
const typedBefore, typedDuring = 3, 5

// After each fault everything typed on either side is in the log once, and who
// lived through it shows what somebody shows who comes afterwards.
func TestNoFaultOfANetworkLosesOrDoublesAWord(t *testing.T) {
	for name, ordeal := range ordeals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			p := o.proxy(t)
			a := o.agent(t, p.Listen)
			a.Watch(o.conversation)
			a.untilLive(t)
			var texts []string
			typed := func(i int) {
				texts = append(texts, fmt.Sprint("agente ", i, "."), fmt.Sprint("cliente ", i, "."))
				a.Do(wire.Reply{Conversation: o.conversation, Text: texts[len(texts)-2]})
				o.say(t, texts[len(texts)-1])
			}
			for i := range typedBefore {
				typed(i)
			}
			ordeal.hurt(p)
			for i := range typedDuring {
				typed(typedBefore + i)
			}
			a.until(t, "the fault to show", func(mirror.View) bool { return ordeal.until(a) })
			p.heal()
			a.until(t, "every outcome", func(mirror.View) bool { return len(a.settled) == typedBefore+typedDuring })
			o.audit(t, a, texts)
			for _, s := range a.settled {
				if s.Entry.State != client.Accepted {
					t.Errorf("%v was refused: %+v", s.Entry.Command, s.Outcome.Refused)
				}
			}
		})
	}
}

// Nothing arrives, nothing is closed, and a word is on its way.
func TestAHalfOpenLinkIsLeftAndTheWordArrives(t *testing.T) {
	o := open(t)
	p := o.proxy(t)
	a := o.agent(t, p.Listen)
	a.Watch(o.conversation)
	a.untilLive(t)
	p.hurt("timeout", blackhole)
	a.Do(wire.Reply{Conversation: o.conversation, Text: "¿me lees?"})
	a.until(t, "the silence noticed", func(mirror.View) bool { return a.silences() > 0 })
	a.mu.Lock()
	if len(a.settled) > 0 {
		t.Error("an outcome came through a dead link")
	}
	a.mu.Unlock()
	p.heal()
	o.audit(t, a, []string{"¿me lees?"})
}
