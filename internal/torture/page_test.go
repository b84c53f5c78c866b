package torture

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ventanilla/client/chat"
)

// page is a customer. It is a program and not a browser: what it typed and the
// desk has not answered goes with the process, as in a browser without storage.
type page struct {
	who  string
	c    *chat.Client
	j    *journal
	dice *dice
	pace time.Duration
	slow slowness
	run  int

	mu    sync.Mutex
	up    bool
	lines []line
	texts map[uint64]string // by the number Say gave
}

func newPage(o *order, m member, j *journal, before []note, i int) (*page, error) {
	p := &page{who: m.Name, j: j, dice: newDice(o, i), pace: o.Typists, run: o.Run, texts: make(map[uint64]string)}
	var token string
	for _, n := range before {
		if n.What == resume && n.Who == m.Name {
			token = n.Text
		}
	}
	var err error
	p.c, err = chat.New(chat.Config{
		URL: "http://" + o.Bytes, Dial: o.dialer(p.dice), Resume: token, Name: m.Name, Locale: "es-AR", Sink: p.sink,
	})
	return p, err
}

func (p *page) link(ctx context.Context) error {
	err := p.c.Run(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = false
	return err
}

func (p *page) play(ctx context.Context) {
	for n := 1; ; n++ {
		rest(ctx, p.dice.pause(p.pace))
		if ctx.Err() != nil {
			return
		}
		text := fmt.Sprintf("%s/%d/%d ¿cuánto debo? 家族", p.who, p.run, n)
		p.j.add(note{What: typed, Who: p.who, Text: text})
		p.mu.Lock()
		number, err := p.c.Say(text)
		p.texts[number] = text
		p.mu.Unlock()
		if err != nil {
			panic(err)
		}
	}
}

func (p *page) sink(e chat.Event) {
	p.slow.suffer()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case chat.Line:
		p.lines = append(p.lines, line{e.Seq, e.Text})
	case chat.Link:
		p.up = e.Up
		if e.Anew {
			p.lines = nil
		}
		if e.Resume != "" {
			p.j.add(note{What: resume, Who: p.who, Text: e.Resume})
		}
	case chat.Outcome:
		n := note{What: out, Who: p.who, Text: p.texts[e.N], Seq: e.Seq}
		if e.Refused != nil {
			n.Code = e.Refused.Code
		}
		p.j.add(n)
	}
}

func (p *page) state(s *state) {
	s.Waiting += p.c.Waiting()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.up {
		s.Behind = append(s.Behind, p.who+" is not connected")
	}
}

func (p *page) screen() screen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return screen{Who: p.who, Threads: map[string][]line{"": p.lines}}
}

func (p *page) hurt(w wish) {
	if w.Do == "slow" {
		p.slow.millis.Store(w.Millis)
	}
}
