package server_test

import (
	"path/filepath"
	"sync"
	"testing"

	"ventanilla/client"
	"ventanilla/client/chat"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/backup"
	"ventanilla/internal/store/sqlite"
)

// heard is what a customer's page got.
type heard struct {
	mu   sync.Mutex
	n    map[string]int // how often each line came
	lost []string       // what the restored desk does not have
	told chan struct{}
}

func (h *heard) take(e chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := e.(type) {
	case chat.Line:
		h.n[e.Text]++
	case chat.Lost:
		h.lost = append(h.lost, e.Text)
	}
	select {
	case h.told <- struct{}{}:
	default:
	}
}

func (h *heard) until(t *testing.T, want func() bool) {
	t.Helper()
	for {
		h.mu.Lock()
		done := want()
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-h.told:
		case <-t.Context().Done():
			t.Fatal("the page never showed it")
		}
	}
}

// A desk is backed up while it runs, more is said, and the backup is restored: an
// agent and a customer that were there all the time come to what was restored,
// what waited is said once, and what the desk lost is told and not said by itself.
func TestARestoredDeskIsOneStateForEverybody(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	first := serve(t, data, "127.0.0.1:0")
	page := &heard{n: map[string]int{}, told: make(chan struct{}, 1)}
	customer, err := chat.New(chat.Config{URL: first.url, Name: "Rosa", Locale: "es-AR", Sink: page.take})
	if err != nil {
		t.Fatal(err)
	}
	run(t, customer.Run)
	ana := first.agent(t)
	say := func(text string) {
		t.Helper()
		if _, err := customer.Say(text); err != nil {
			t.Fatal(err)
		}
	}
	say("antes")
	var id wire.ConversationID
	ana.until(t, func(v mirror.View) bool {
		if rows := v.Rows(mirror.Unassigned, mirror.ByWaiting); rows.Len() == 1 && rows.At(0).Last.Text == "antes" {
			id = rows.At(0).ID
		}
		return id != ""
	})
	ana.Watch(id)
	ana.until(t, func(v mirror.View) bool { return texts(v, id)["antes"] == 1 })
	file := filepath.Join(t.TempDir(), "desk.tar")
	made, err := backup.Make(t.Context(), data, file, false)
	if err != nil {
		t.Fatal(err)
	}
	say("después")
	ana.until(t, func(v mirror.View) bool { return texts(v, id)["después"] == 1 })
	page.until(t, func() bool { return page.n["después"] == 1 })
	first.stop()
	say("mientras")
	restored, err := backup.Restore(t.Context(), file, data, true)
	if err != nil {
		t.Fatal(err)
	}
	second := serve(t, data, first.url[len("http://"):])

	// Her session ended with the restore: she signs in again before the same screen.
	again := &agent{events: make(chan client.Event, 4096), mirror: ana.mirror}
	again.Client = client.New(client.Config{URL: second.url, Token: second.token, Locale: "es-AR", Sink: func(u client.Update) {
		for _, e := range u.Events {
			again.events <- e
		}
	}})
	run(t, again.Run)
	again.Watch(id)
	again.until(t, func(v mirror.View) bool {
		got := texts(v, id)
		if v.At().Epoch == restored.At.Epoch && got["mientras"] > 0 && got["después"] > 0 {
			t.Fatalf("what was restored and what it lost are mixed: %v", got)
		}
		return v.At().Epoch == restored.At.Epoch && got["mientras"] == 1
	})
	if got := texts(again.mirror.View(), id); got["antes"] != 1 || got["después"] != 0 || got["mientras"] != 1 {
		t.Errorf("the agent's screen shows %v", got)
	}
	page.until(t, func() bool { return len(page.lost) > 0 && page.n["mientras"] > 0 })
	page.mu.Lock()
	defer page.mu.Unlock()
	if len(page.lost) != 1 || page.lost[0] != "después" || page.n["mientras"] != 1 {
		t.Errorf("the page was told of %q as lost, and its lines came %v", page.lost, page.n)
	}
	if restored.At.Seq != made.At.Seq {
		t.Errorf("restored up to %d, the backup ended at %d", restored.At.Seq, made.At.Seq)
	}
	if report, err := sqlite.Check(t.Context(), data); err != nil || report.Findings != nil {
		t.Errorf("the desk's data: %v, %v", report.Findings, err)
	}
}

// texts counts the messages that a screen shows of a conversation.
func texts(v mirror.View, id wire.ConversationID) map[string]int {
	n := map[string]int{}
	c, ok := v.Conversation(id)
	if !ok {
		return n
	}
	for i := range c.Len() {
		if said, ok := c.Line(i).Event.(wire.Said); ok {
			n[said.Text]++
		}
	}
	return n
}
