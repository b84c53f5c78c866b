package tui

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// screenFile stands for a terminal that only shows.
type screenFile struct {
	mu  sync.Mutex
	out strings.Builder
}

func (f *screenFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.Write(p)
}
func (f *screenFile) Read([]byte) (int, error) { return 0, io.EOF }
func (f *screenFile) Close() error             { return nil }
func (f *screenFile) Fd() uintptr              { return ^uintptr(0) }
func (f *screenFile) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.String()
}

func TestRunTakesWhatCameBeforeItAndLetsGoOfWhatComesAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := NewInbox()
		early := make(chan struct{})
		go func() {
			defer close(early)
			inbox.Put(client.Update{Events: []client.Event{client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana"}, Epoch: "e"}}}})
		}()
		synctest.Wait()
		select {
		case <-early:
			t.Fatal("an update was taken with nobody there")
		default:
		}
		ctx, cancel := context.WithCancel(t.Context())
		in, keys := io.Pipe()
		out := &screenFile{}
		ended := make(chan error)
		go func() {
			ended <- Run(ctx, Config{Desk: &fakeDesk{}, Now: func() time.Time { return noon }}, inbox, in, out)
		}()
		<-early
		time.Sleep(time.Second)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		inbox.Put(client.Update{}) // must not wait for anybody
		if !strings.HasSuffix(out.String(), "\x1b[?2031l") {
			t.Errorf("the terminal is left reporting its colours: %q", out.String())
		}
		_ = keys.Close()
		time.Sleep(time.Minute) // for the ticks that were asked for
	})
}

func TestAClosedInboxKeepsNobodyWaiting(t *testing.T) {
	inbox := NewInbox()
	inbox.Close()
	inbox.Close() // twice is harmless
	inbox.Put(client.Update{})
}
