package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// inbox is how many conversations an inbox has, own how many of them are the
// workstation's person's, page how many messages one is opened with.
const (
	inbox = 50
	own   = 8
	page  = 20
)

// crowded fills a desk with conversations of one message each, but for one: that has
// twenty, and is the one that waits longest. Some have an agent.
func (p *process) crowded(ctx context.Context) ([]*sender, error) {
	first, err := p.sender(ctx)
	if err != nil {
		return nil, err
	}
	for n := range page - 1 {
		text := message
		if n == page-3 {
			text = deepText
		}
		if err := first.sayText(text); err != nil {
			return []*sender{first}, err
		}
	}
	others, err := p.senders(ctx, inbox-1)
	if err == nil {
		err = p.take(ctx, own)
	}
	return append([]*sender{first}, others...), err
}

// deepText is in a message that no row of the queue shows.
const deepText = "ψψψψψψ " + "Hola, ya pagué la cuota pero todavía me figura como pendiente. ¿Me ayudan?"

// bytes counts what crosses a link: one message, an inbox, a conversation that is
// opened, a link that comes back.
func (b *bench) bytes(ctx context.Context) error {
	bare, ours, err := b.pairOf(ctx, "team")
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	customers, err := ours.crowded(ctx)
	defer hangUp(customers)
	if err != nil {
		return err
	}
	from := customers[inbox-1]
	if err := b.bytesOfAMessage(ctx, bare, ours, from); err != nil {
		return err
	}
	if err := b.bytesToRows(ctx, ours); err != nil {
		return err
	}
	if err := b.bytesOfACut(ctx, ours, from); err != nil {
		return err
	}
	if err := b.bytesOnTheGlass(ctx, ours); err != nil {
		return err
	}
	return b.bytesOfALargeDesk(ctx)
}

// bytesOfALargeDesk counts the same inbox where there are many colleagues.
func (b *bench) bytesOfALargeDesk(ctx context.Context) error {
	ours, err := b.launch(ctx, "desk")
	if err != nil {
		return err
	}
	defer ours.stop()
	customers, err := ours.crowded(ctx)
	hangUp(customers)
	if err != nil {
		return err
	}
	return b.bytesToRows(ctx, ours)
}

// bytesOfAMessage counts one message that comes alone, to who watches and to who
// does not.
func (b *bench) bytesOfAMessage(ctx context.Context, bare, ours *process, from *sender) error {
	plain, err := bare.bytesOfBare(ctx)
	if err != nil {
		return err
	}
	for _, form := range []struct {
		what, target string
		watches      bool
	}{
		{"bytes of a message of 80 characters, to who watches the conversation", "≤ 330 B", true},
		{"… to who sees it in the queue", "≤ 160 B", false},
	} {
		took, err := ours.bytesOfOurs(ctx, from, form.watches)
		if err != nil {
			return err
		}
		b.report.add(form.what, bytesOf(plain), bytesOf(took), float64(took)/float64(plain), form.target)
	}
	return nil
}

func (p *process) bytesOfBare(ctx context.Context) (int64, error) {
	c, err := lay(p.addr, 0, 0)
	if err != nil {
		return 0, err
	}
	defer c.close()
	to := newSink()
	defer to.close()
	if err := to.follow(ctx, p.through(c), 1); err != nil {
		return 0, err
	}
	from, err := p.sender(ctx)
	if err != nil {
		return 0, err
	}
	defer hangUp([]*sender{from})
	return c.bytesOfOne(ctx, from)
}

func (p *process) bytesOfOurs(ctx context.Context, from *sender, watches bool) (int64, error) {
	c, err := lay(p.addr, 0, 0)
	if err != nil {
		return 0, err
	}
	defer c.close()
	m := newMate(ctx, c.addr, 1, nil)
	defer m.end()
	if err := m.untilLive(ctx); err != nil {
		return 0, err
	}
	if watches {
		for _, id := range m.ids() {
			m.Watch(id)
		}
	}
	return c.bytesOfOne(ctx, from)
}

// bytesOfOne is what one message is on the cable: the middle one of some, since a
// ping may come between.
func (c *cable) bytesOfOne(ctx context.Context, from *sender) (int64, error) {
	if err := c.settled(ctx, 200*time.Millisecond); err != nil {
		return 0, err
	}
	var sizes []int64
	for range 9 {
		before := c.meter()
		if err := from.say(); err != nil {
			return 0, err
		}
		if err := c.settled(ctx, 30*time.Millisecond); err != nil {
			return 0, err
		}
		sizes = append(sizes, c.since(before).in)
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2], nil
}

// bytesToRows counts what comes until the first conversations are there, and until
// all are: frame by frame, so that nothing after them counts.
func (b *bench) bytesToRows(ctx context.Context, ours *process) error {
	c, err := lay(ours.addr, 0, 0)
	if err != nil {
		return err
	}
	defer c.close()
	ws, err := ours.through(c).greeted(ctx, nil, "")
	if err != nil {
		return err
	}
	defer ws.Close()
	first, rows, all, err := snapshotBytes(ws)
	if err != nil {
		return err
	}
	b.report.alone(fmt.Sprintf("bytes to the first %d rows of an inbox of %d, %d colleagues", rows, inbox, staff(ours.kind)), bytesOf(first), "")
	b.report.alone(fmt.Sprintf("… to all %d", inbox), bytesOf(all), "≤ 40 kB")
	return nil
}

// snapshotBytes reads a snapshot and counts the frames up to its first rows, and up
// to its end.
func snapshotBytes(ws *websocket.Conn) (first int64, rows int, all int64, err error) {
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			return 0, 0, 0, err
		}
		all += int64(len(frame)) + frameHead
		var f wire.FromDesk
		if err := json.Unmarshal(frame, &f); err != nil {
			return 0, 0, 0, err
		}
		if f.Snapshot == nil {
			continue
		}
		if first == 0 && len(f.Snapshot.Conversations) > 0 {
			first, rows = all, len(f.Snapshot.Conversations)
		}
		if f.Snapshot.Last {
			return first, rows, all, nil
		}
	}
}

// frameHead is what the websocket puts before a frame of 126 bytes or more.
const frameHead = 4

// bytesOfACut counts a link that comes back, with nothing missed and with something.
func (b *bench) bytesOfACut(ctx context.Context, ours *process, from *sender) error {
	for _, missed := range []int{0, 20} {
		took, err := ours.bytesOfReturn(ctx, from, missed)
		if err != nil {
			return err
		}
		b.report.alone(fmt.Sprintf("bytes of a cut and its resume, %s missed", counted(missed, "message")), bothWays(took), "")
	}
	return nil
}

func (p *process) bytesOfReturn(ctx context.Context, from *sender, missed int) (meter, error) {
	c, err := lay(p.addr, 0, 0)
	if err != nil {
		return meter{}, err
	}
	defer c.close()
	m := newMate(ctx, c.addr, 2, nil)
	defer m.end()
	if err := m.untilLive(ctx); err != nil {
		return meter{}, err
	}
	for _, id := range m.ids()[:5] {
		m.Watch(id)
	}
	if err := c.settled(ctx, 200*time.Millisecond); err != nil {
		return meter{}, err
	}
	before, said := c.meter(), m.said
	c.cut()
	if err := m.until(ctx, "the cut to be noticed", func() bool { return m.state != client.Live }); err != nil {
		return meter{}, err
	}
	for range missed {
		if err := from.say(); err != nil {
			return meter{}, err
		}
	}
	if err := c.mend(); err != nil {
		return meter{}, err
	}
	err = m.until(ctx, "what was missed", func() bool { return m.state == client.Live && m.said >= said+missed })
	if err == nil {
		err = c.settled(ctx, 200*time.Millisecond)
	}
	return c.since(before), err
}

// bothWays writes what came and what went.
func bothWays(m meter) string {
	return strings.Join([]string{bytesOf(m.in), "in,", bytesOf(m.out), "out"}, " ")
}
