package server_test

import (
	"context"
	"net"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/chat"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
)

// serving is a desk on a loopback address with one agent.
type serving struct {
	url   string
	token string
	stop  func()
}

func serve(t *testing.T, data, addr string) serving {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{Data: data, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	var user desk.User
	err = s.Store().View(t.Context(), func(r desk.Reader) error {
		var err error
		user, _, err = r.UserByLogin("ana")
		return err
	})
	if err == nil && user.ID == "" {
		user, err = desk.AddUser(t.Context(), s.Store(), time.Now(), desk.NewUser{
			Login: "ana", Name: "Ana", Role: wire.RoleAgent, Password: "una contraseña larga",
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	in, err := desk.StartSession(t.Context(), s.Store(), time.Now(), user)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
	t.Cleanup(stop)
	return serving{"http://" + l.Addr().String(), in.Token, stop}
}

// agent is a client with its mirror, as a bot would be.
type agent struct {
	*client.Client
	events chan client.Event
	mirror *mirror.Mirror
}

func (s serving) agent(t *testing.T) *agent {
	t.Helper()
	a := &agent{events: make(chan client.Event, 4096), mirror: mirror.New()}
	a.Client = client.New(client.Config{URL: s.url, Token: s.token, Locale: "es-AR", Sink: func(u client.Update) {
		for _, e := range u.Events {
			a.events <- e
		}
	}})
	run(t, a.Run)
	return a
}

func run(t *testing.T, f func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
}

// until folds events until the mirror shows what is wanted.
func (a *agent) until(t *testing.T, want func(mirror.View) bool) {
	t.Helper()
	late := time.After(20 * time.Second) // a bound for a broken build, not a measure
	for !want(a.mirror.View()) {
		select {
		case e := <-a.events:
			if err := client.Fold(a.mirror, e); err != nil {
				t.Fatal(err)
			}
		case <-late:
			t.Fatal("the mirror never showed it")
		}
	}
}

// A customer writes, the agent sees it, answers, and the customer gets the answer:
// over real sockets, through the log, with the desk stopped and started in between.
func TestACustomerAndAnAgentTalk(t *testing.T) {
	data := t.TempDir()
	first := serve(t, data, "127.0.0.1:0")
	lines := make(chan chat.Line, 64)
	customer, err := chat.New(chat.Config{URL: first.url, Name: "Rosa 家 👨‍👩‍👧", Locale: "es-AR", Sink: func(e chat.Event) {
		if l, ok := e.(chat.Line); ok {
			lines <- l
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, customer.Run)
	ana := first.agent(t)
	if _, err := customer.Say("hola, ¿este mes puedo pagarte más tarde? 🙏"); err != nil {
		t.Fatal(err)
	}
	var id wire.ConversationID
	ana.until(t, func(v mirror.View) bool {
		rows := v.Rows(mirror.Unassigned, mirror.ByWaiting)
		if rows.Len() == 1 && rows.At(0).Last.Text != "" {
			id = rows.At(0).ID
		}
		return id != ""
	})
	ana.Watch(id)
	ana.until(t, func(v mirror.View) bool {
		c, _ := v.Conversation(id)
		return c.Opened() && c.Len() == 2 // opened, said
	})
	first.stop()
	addr := first.url[len("http://"):]
	if _, err := customer.Say("¿hola?"); err != nil { // while nobody is there
		t.Fatal(err)
	}
	ana.Do(wire.Reply{Conversation: id, Text: "¡Hola Rosa! Sí, podés."})
	serve(t, data, addr)
	ana.until(t, func(v mirror.View) bool {
		c, _ := v.Conversation(id)
		return c.Len() == 5 // … said, taken, said in some order
	})
	got := map[string]int{}
	for len(got) < 3 {
		l := <-lines
		got[l.Text]++
	}
	for text, n := range got {
		if n != 1 {
			t.Errorf("%q came %d times", text, n)
		}
	}
}
