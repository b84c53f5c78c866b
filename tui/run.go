package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"ventanilla/client"
	"ventanilla/tui/firewall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Inbox takes the client's updates to the workstation. Its Put is a
// [client.Config] Sink: it waits until the workstation has taken the update, so
// that what comes meanwhile queues up as one, and returns at once when there is
// no workstation any more.
type Inbox struct {
	updates chan client.Update
	done    chan struct{}
	once    sync.Once
}

// NewInbox returns an inbox for one [Run].
func NewInbox() *Inbox {
	return &Inbox{updates: make(chan client.Update), done: make(chan struct{})}
}

// Put hands over an update.
func (b *Inbox) Put(u client.Update) {
	select {
	case b.updates <- u:
	case <-b.done:
	}
}

// Close ends the waiting of everybody who puts something in. Run does it; who
// never gets to Run has to.
func (b *Inbox) Close() { b.once.Do(func() { close(b.done) }) }

// pump feeds a program until the inbox is closed.
func (b *Inbox) pump(send func(tea.Msg)) {
	for {
		select {
		case u := <-b.updates:
			send(u)
		case <-b.done:
			return
		}
	}
}

// door is what stands between the program and the terminal.
type door interface {
	Arm(sequence string)
	Dropped() uint64
}

// Run shows the workstation on a terminal until the agent leaves or ctx ends.
// All that is written passes the firewall. It closes the inbox.
func Run(ctx context.Context, cfg Config, inbox *Inbox, in io.Reader, out firewall.File) error {
	defer inbox.Close()
	m, err := New(cfg)
	if err != nil {
		return err
	}
	wall := firewall.New(out)
	m.door = wall
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(wall),
		tea.WithFPS(120), tea.WithoutSignalHandler(), tea.WithEnvironment(environment()))
	var pumping sync.WaitGroup
	pumping.Go(func() { inbox.pump(p.Send) })
	_, err = p.Run()
	_, _ = io.WriteString(wall, ansi.ResetModeLightDark) // Init set it; nobody else takes it back
	inbox.Close()
	pumping.Wait()
	m.offer() // what was typed since the last second
	unsaved := m.v.drafts.scribe.drain()
	if err != nil && ctx.Err() == nil && !errors.Is(err, tea.ErrInterrupted) {
		return errors.Join(fmt.Errorf("running the workstation: %w", err), unsaved)
	}
	return unsaved
}

// environment is ours without the mark of an ssh session, because of which
// Bubble Tea would not ask the terminal what it can do.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "SSH_TTY=") })
}
