// Package tui is the agent's workstation: the live queue, the conversation and
// the customer's financial context, side by side. One value, [Model], owns all
// state and is the only place where anything is done; panes read and draw.
//
// It is not a client: it is told what the desk said through [client.Update] and
// wishes through [Desk]. It decides nothing about rights, it only does not offer
// what the desk has said this role may not do.
package tui

import (
	"context"
	"net/url"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/theme"
	"ventanilla/tui/locale"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// Desk is what the workstation asks of whoever it is connected to.
// [*client.Client] is one. None of its methods may wait.
type Desk interface {
	Do(wire.Command) client.EntryID
	Watch(wire.ConversationID)
	Unwatch(wire.ConversationID)
	Ask(ctx context.Context, q wire.Ask, token any)
	Typing(wire.ConversationID)
	Resync()
	Active()
	// Look says what is in front of the agent; Heard and Beat are by what one knows
	// whether the link still stands.
	Look(wire.Looking)
	Heard() time.Time
	Beat() time.Duration
	// Change, TakeBack and Hold are for what has not left yet.
	Change(id client.EntryID, c wire.Command) error
	TakeBack(client.EntryID) error
	Hold(id client.EntryID, held bool) error
	// SendAgain and LetGo are for what the desk lost.
	SendAgain(client.EntryID) error
	LetGo(client.EntryID) error
}

var _ Desk = (*client.Client)(nil)

// Config is what a workstation needs. Desk is required.
type Config struct {
	Desk Desk
	Keys keymap.Map // the zero value means the built-in keys
	// Theme is the theme to use whatever the terminal looks like; nil means dark
	// or light, as the terminal is, also when it changes.
	Theme  *theme.Theme
	Locale locale.Locale
	Drafts Drafts // nil means that drafts end with the program
	// Server is the desk's address, to be shown.
	Server string
	// Lean asks for less over a thin link: the context only when it is wanted, short
	// pages of history, no figures by themselves. The badge says so.
	Lean bool
	// Now is our own clock, in the zone to show; nil means the machine's.
	Now func() time.Time
}

// Model is the whole workstation as one [charm.land/bubbletea/v2.Model].
type Model struct {
	desk   Desk
	now    func() time.Time
	door   door // nil in tests: nothing stands before the terminal
	mirror *mirror.Mirror
	offset time.Duration // the desk's clock minus ours
	v      look          // what panes may see, and the root's own state
	panes  panes
	asks   tickets
	places places
	screen screen
	keys   typedKeys
	themes themes
}

// panes are the parts that can have the focus. counts takes the queue's place
// for those who see numbers only; sheet is in front of all when there is one.
type panes struct {
	queue    *queue
	talk     *talk
	customer *customer
	counts   *counts
	footer   footer
	sheet    Sheet
}

// New returns a workstation that knows nothing yet.
func New(cfg Config) (*Model, error) {
	catalogue, err := words.Load(cfg.Locale.String())
	if err != nil {
		return nil, err
	}
	choice, err := newThemes(cfg.Theme)
	if err != nil {
		return nil, err
	}
	if len(cfg.Keys.Help(keymap.Everywhere)) == 0 {
		cfg.Keys = keymap.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m := &Model{desk: cfg.Desk, now: cfg.Now, mirror: mirror.New(), themes: choice,
		panes:  panes{queue: newQueue(), talk: newTalk(), customer: &customer{}, counts: &counts{}},
		places: places{seen: make(map[wire.ConversationID]uint64)}}
	m.v = look{View: m.mirror.View(), words: catalogue, locale: cfg.Locale, pens: choice.pens(), keys: cfg.Keys,
		measure: text.Wcwidth, focus: QueuePart, outbox: &outbox{}, drafts: newDrafts(cfg.Drafts), file: &file{}}
	m.v.link = link{lean: cfg.Lean, story: &linkStory{desk: address(cfg.Server)}}
	m.tick()
	return m, nil
}

// tick reads the clock: everything drawn until the next message has one time, and
// what is called live is live at that time.
func (m *Model) tick() {
	now := m.now()
	m.v.now = now.Add(m.offset)
	if m.v.link.watch(now, m.desk.Heard(), m.desk.Beat()) {
		m.screen.mark(statusPart, QueuePart, TalkPart, customerLine, CustomerPart)
	}
}

// address is where a desk is, without what may be secret in the way there.
func address(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
