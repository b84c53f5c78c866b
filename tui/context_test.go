package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

func TestALateContextOfAnotherConversationIsDropped(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	first := b.desk.contexts()[0]
	b.open("c2")
	b.events(client.Answered{Token: first.token, Answer: sampleContext("c1")})
	b.hides("13.229,84")
	b.answer(sampleContext("c2"))
	b.shows("13.229,84")
	b.open("c3")
	b.hides("13.229,84") // gone before the next answer comes
	b.open("c1")
	b.events(client.Answered{Token: first.token, Answer: sampleContext("c1")}) // the same conversation, an earlier visit
	b.hides("13.229,84")
	stray := sampleContext("c2")
	b.answer(stray) // the right ticket with the wrong customer's file
	b.hides("13.229,84")
}

func TestAContextIsAskedForAgainWhenItIsOldOrTheConversationChangesHands(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.answer(sampleContext("c1"))
	n := len(b.desk.contexts())
	b.now = b.now.Add(30 * time.Second)
	b.send(clockTick{})
	if len(b.desk.contexts()) != n {
		t.Error("a fresh context was asked for again")
	}
	b.now = b.now.Add(30 * time.Second)
	b.send(clockTick{})
	b.send(clockTick{})
	if len(b.desk.contexts()) != n+1 {
		t.Errorf("asked %d times for an old one, want once", len(b.desk.contexts())-n)
	}
	b.shows("13.229,84") // what is old stays, with its age
	b.records(wire.Routed{Conversation: "c1", How: wire.Transferred, By: "ana", Agent: "leo", Queue: "q1"})
	if len(b.desk.contexts()) != n+2 {
		t.Error("whoever has it now decides what may be seen, and nobody asked")
	}
}

func TestContextsThatCannotBeHadSayWhy(t *testing.T) {
	for want, answer := range map[string]client.Answered{
		"Visitante anónimo": {Answer: wire.Context{Conversation: "c1", None: "anonymous"}},
		"al tomar la":       {Answer: wire.Context{Conversation: "c1", None: "unassigned"}},
		"no conoce a este":  {Answer: wire.Context{Conversation: "c1", None: "unknown"}},
		"Tu rol no ve":      {Err: &client.AskError{Refusal: wire.Refusal{Kind: wire.Denied, Code: "denied"}}},
		"la fuente duerme":  {Err: &client.AskError{Refusal: wire.Refusal{Kind: wire.Busy, Code: "busy", Text: "la fuente duerme"}}},
		"no respondió":      {Err: errors.New("dial tcp: secret detail")},
	} {
		b := start(t, setup{})
		b.open("c1")
		b.shows("Consultando la fuente")
		answer.Token = b.desk.contexts()[0].token
		b.events(answer)
		b.shows(want)
		b.hides("secret")
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	c := sampleContext("c1")
	c.Now.Amount.V, c.Now.Payoff.V, c.Loans[0].Balance.V, c.Loans[0].TEA.V, c.Now.Due.V = nil, nil, nil, nil, nil
	c.Problems = map[string]string{"payments": "unavailable"}
	c.Payments = nil
	b.answer(c)
	if n := strings.Count(b.screen(), "s/d"); n < 6 {
		t.Errorf("%d figures say s/d, want at least 6:\n%s", n, b.screen())
	}
	b.hides("$ 0,00")
	b.shows("la fuente no respondió")
}

func TestDaysThatAreNotToldAreNotZero(t *testing.T) {
	for state, want := range map[string]string{"due_in": "VENCE PRONTO", "late": "CON ATRASO"} {
		b := start(t, setup{})
		b.open("c1")
		c := sampleContext("c1")
		c.Hidden, c.Now = true, &wire.Now{State: state}
		c.Loans, c.Payments, c.Offer = nil, nil, nil
		b.answer(c)
		b.shows(want)
		b.hides("0 DÍAS")
	}
}

func TestAConversationThatMayNoLongerBeSeenTakesItsContextAlong(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.answer(sampleContext("c1"))
	b.press("r")
	b.write("a medias")
	b.records(wire.Gone{Conversation: "c1"})
	b.hides("13.229,84")
	b.hides("a medias")
	b.shows("ya no se puede ver")
	if b.m.v.focus == ComposerPart || b.m.v.drafts.count() != 1 {
		t.Errorf("focus %v, %d drafts", b.m.v.focus, b.m.v.drafts.count())
	}
}
