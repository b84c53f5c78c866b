package deskmodel

import (
	"context"
	"slices"

	"pgregory.net/rapid"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
)

// page is a customer's browser: the lines it shows, and where it stopped.
type page struct {
	customer int
	at       wire.Position
	lines    []string
	feed     *desk.CustomerFeed
}

func (p *page) leave() {
	if p.feed != nil {
		p.feed.Close()
		p.feed = nil
	}
}

// comeBack takes up the link and gets the lines that were missed.
func (p *page) comeBack(t *rapid.T, w *world) {
	p.leave()
	from := desk.Sender{Customer: customer(p.customer), Device: "device-1", Lane: "lane-of-a-page"}
	feed, start, err := w.desk.Greet(context.Background(), from, p.at)
	must(t, err)
	p.feed = feed
	if start.Welcome.Epoch != p.at.Epoch {
		p.lines, p.at = nil, wire.Position{Epoch: start.Welcome.Epoch}
	}
	p.add(t, start.Lines.Lines)
	p.at.Seq = max(p.at.Seq, start.UpTo)
}

// add shows lines: none twice, and none that was not public and this customer's.
func (p *page) add(t *rapid.T, lines []chatwire.Line) {
	for _, l := range lines {
		if l.Seq <= p.at.Seq {
			t.Fatalf("customer %d at %d gets line %d", p.customer, p.at.Seq, l.Seq)
		}
		p.at.Seq = l.Seq
		p.lines = append(p.lines, l.Text)
	}
}

// settle brings the page level and compares it with what was said.
func (p *page) settle(t *rapid.T, w *world) {
	if p.feed == nil {
		p.comeBack(t, w)
	}
	frames, err := p.feed.Next()
	must(t, err)
	for _, f := range frames {
		if f.Lines != nil {
			p.add(t, f.Lines.Lines)
		}
	}
	var want []string
	for _, l := range w.ref.said {
		if !l.note && w.ref.talks[l.talk].customer == p.customer {
			want = append(want, l.text)
		}
	}
	if len(p.lines) < min(len(want), 50) || len(p.lines) > len(want) || !slices.Equal(p.lines, want[len(want)-len(p.lines):]) {
		t.Fatalf("customer %d reads %.20q, want %.20q", p.customer, p.lines, want)
	}
}
