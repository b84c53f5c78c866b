package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// asks are the questions without an answer, in the order they were put, and the
// conversations to be watched. Both outlive a link: what has no answer is asked
// again over the next one.
type asks struct {
	last    uint64 // id given
	open    []*ask
	watched []*watched
	told    []wire.ConversationID // what the hello listed
	page    int                   // lines of a conversation that is opened; 0: as the desk likes
}

type ask struct {
	id    uint64
	ask   wire.Ask
	token any
	sent  bool
	due   time.Time   // not before; the desk was busy
	ours  bool        // watching and unwatching; nobody waits for an Answered
	stop  func() bool // ends the watch over the asker's ctx
}

type watched struct {
	id     wire.ConversationID
	opened bool
}

func (a *asks) put(q wire.Ask) *ask {
	a.last++
	p := &ask{id: a.last, ask: q, stop: func() bool { return true }}
	a.open = append(a.open, p)
	return p
}

func (a *asks) take(id uint64) (*ask, bool) {
	i := slices.IndexFunc(a.open, func(p *ask) bool { return p.id == id })
	if i < 0 {
		return nil, false
	}
	p := a.open[i]
	a.open = slices.Delete(a.open, i, i+1)
	p.stop()
	return p, true
}

func (a *asks) watching(id wire.ConversationID) *watched {
	for _, w := range a.watched {
		if w.id == id {
			return w
		}
	}
	return nil
}

// leanPage is what is opened of a conversation over a thin link: a screenful.
const leanPage = 15

func (a *asks) watch(id wire.ConversationID) {
	a.put(wire.Watch{Conversation: id, Limit: a.page}).ours = true
}

func (a *asks) unwatch(id wire.ConversationID) {
	a.watched = slices.DeleteFunc(a.watched, func(w *watched) bool { return w.id == id })
}

// tell lists what a hello asks to be watched.
func (a *asks) tell() []wire.ConversationID {
	a.told = nil
	for _, w := range a.watched {
		a.told = append(a.told, w.id)
	}
	return a.told
}

// begin prepares for a link that was just greeted. The desk watches what the
// hello listed; the lines of a conversation have to be asked for when they never
// came or when a snapshot jumps over some of them.
func (a *asks) begin(resumed bool) {
	for _, w := range a.watched {
		if !resumed {
			w.opened = false
		}
		if !w.opened {
			a.watch(w.id)
		}
	}
	for _, id := range a.told {
		if a.watching(id) == nil { // given up since the hello
			a.put(wire.Unwatch{Conversation: id}).ours = true
		}
	}
}

// end forgets what the next hello says better.
func (a *asks) end() {
	a.open = slices.DeleteFunc(a.open, func(p *ask) bool { return p.ours })
	for _, p := range a.open {
		p.sent = false
	}
}

func (a *asks) next(now time.Time) (*wire.AskFrame, error) {
	for _, p := range a.open {
		if !p.sent && !now.Before(p.due) {
			p.sent = true
			f, err := wire.NewAskFrame(p.id, p.ask)
			return &f, err
		}
	}
	return nil, nil
}

// later is when an ask that the desk was too busy for is put again.
func (a *asks) later() (at time.Time, any bool) {
	for _, p := range a.open {
		if !p.sent && (!any || p.due.Before(at)) {
			at, any = p.due, true
		}
	}
	return at, any
}

// busyPause is how long a conversation that the desk was too busy to open waits.
const busyPause = 2 * time.Second

// Watch asks for a conversation's latest lines and its records in full from then
// on, until [Client.Unwatch], over as many links as it takes. The lines come as
// [Opened], or [NotOpened] says why not; a desk that is only busy is asked again.
func (c *Client) Watch(id wire.ConversationID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asks.watching(id) != nil {
		return
	}
	if len(c.asks.watched) >= wire.MaxWatched {
		c.say(NotOpened{id, ErrTooManyWatched})
		return
	}
	c.asks.watched = append(c.asks.watched, &watched{id: id})
	if c.lane.greeted {
		c.asks.watch(id)
		c.stir()
	}
}

// Unwatch ends [Client.Watch].
func (c *Client) Unwatch(id wire.ConversationID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asks.watching(id) == nil {
		return
	}
	c.asks.unwatch(id)
	if c.lane.greeted {
		c.asks.put(wire.Unwatch{Conversation: id}).ours = true
		c.stir()
	}
}

// Ask puts a question. It ends in one [Answered] with the same token, also when
// ctx ends first; a question whose link breaks is put again over the next one.
// Conversations are opened with [Client.Watch] instead.
func (c *Client) Ask(ctx context.Context, q wire.Ask, token any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := wire.NewAskFrame(0, q)
	if err == nil && len(f.Args)+envelope > wire.MaxClientFrame {
		err = ErrTooLarge
	}
	if err != nil {
		c.say(Answered{Token: token, Err: err})
		return
	}
	p := c.asks.put(q)
	p.token = token
	p.stop = context.AfterFunc(ctx, func() { c.giveUp(p.id, context.Cause(ctx)) })
	c.stir()
}

func (c *Client) giveUp(id uint64, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.asks.take(id); ok {
		c.say(Answered{Token: p.token, Err: cause})
	}
}

// answered is called with c.mu held. An answer that cannot be read ends its ask
// and not the link, which would only ask for it again.
func (c *Client) answered(a wire.Answer, size int) error {
	p, ok := c.asks.take(a.ID)
	if !ok {
		return nil // given up
	}
	result, err := decodeAnswer(p.ask, a)
	if page, ok := result.(wire.Timeline); ok && page.Summary.ID != conversationOf(p.ask) {
		result, err = nil, fmt.Errorf("%w: lines of another conversation", ErrBadFrame)
	}
	if p.ours {
		return c.opened(p.ask, result, err, size)
	}
	if older, isPage := result.(wire.Timeline); isPage && c.asks.watching(older.Summary.ID) != nil {
		c.mail.put(Older{older}, size)
	}
	c.mail.put(Answered{p.token, result, err}, size)
	return nil
}

// opened is the answer to watching; that to unwatching says nothing. Lines that are
// ahead of the feed have overtaken it.
func (c *Client) opened(q wire.Ask, result any, err error, size int) error {
	watch, ok := q.(wire.Watch)
	if !ok {
		return nil
	}
	page, _ := result.(wire.Timeline)
	w := c.asks.watching(watch.Conversation)
	no, refused := errors.AsType[*AskError](err)
	switch {
	case w == nil: // unwatched meanwhile
	case refused && no.Refusal.Kind == wire.Busy:
		p := c.asks.put(watch)
		p.ours, p.due = true, c.clock.instant().Add(busyPause)
	case err != nil:
		c.asks.unwatch(watch.Conversation)
		c.say(NotOpened{watch.Conversation, err})
	case page.UpTo > c.cursor.At().Seq:
		return mirror.ErrGap
	default:
		w.opened = true
		c.mail.put(Opened{page}, size)
	}
	return nil
}

func conversationOf(q wire.Ask) wire.ConversationID {
	switch q := q.(type) {
	case wire.Watch:
		return q.Conversation
	case wire.Older:
		return q.Conversation
	}
	return ""
}

func decodeAnswer(q wire.Ask, a wire.Answer) (any, error) {
	if a.Refused != nil {
		return nil, &AskError{*a.Refused}
	}
	switch q.(type) {
	case wire.Watch, wire.Older:
		return decode[wire.Timeline](a.Result)
	case wire.Search:
		return decode[wire.Hits](a.Result)
	case wire.GetContext:
		return decode[wire.Context](a.Result)
	case wire.GetCounts:
		return decode[wire.Counts](a.Result)
	}
	return nil, nil
}

func decode[T any](b json.RawMessage) (any, error) {
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, fmt.Errorf("reading an answer: %w", err)
	}
	return v, nil
}
