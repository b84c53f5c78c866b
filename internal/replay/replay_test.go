package replay_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/dialogue"
	"ventanilla/internal/replay"
	"ventanilla/internal/server"
)

// startDesk opens a desk in this process and returns its address and its store.
func startDesk(t *testing.T) (url string, store desk.Store) {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{Data: t.TempDir(), Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return "http://" + l.Addr().String(), s.Store()
}

// hire makes agents and returns their sessions.
func hire(t *testing.T, store desk.Store, n int) (tokens []string) {
	t.Helper()
	for i := range n {
		u, err := desk.AddUser(t.Context(), store, time.Now(), desk.NewUser{
			Login: fmt.Sprint("agent", i), Name: fmt.Sprint("Agente ", i), Role: wire.RoleAgent, Password: wire.NewToken(),
		})
		if err != nil {
			t.Fatal(err)
		}
		in, err := desk.StartSession(t.Context(), store, time.Now(), u)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, in.Token)
	}
	return tokens
}

// ours returns the first n of our own dialogues, and how many messages of either
// side are in them.
func ours(t *testing.T, n int) (all []dialogue.Dialogue, customers, agents int) {
	t.Helper()
	all, err := dialogue.Own()
	if err != nil {
		t.Fatal(err)
	}
	all = all[:n]
	for i := range all {
		all[i].Nudges = nil // what is sent would depend on the machine's speed
		customers += all[i].Sent()
		for _, turn := range all[i].Turns {
			if turn.Role == dialogue.Agent {
				agents++
			}
		}
	}
	return all, customers, agents
}

// kept fails the test unless all that was sent arrived once and in order.
func kept(t *testing.T, r replay.Report, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("the run ended with: %v", err)
	}
	if r.Broken() || r.Delivered != r.Sent || r.Acknowledged != r.Sent || r.Finished != r.Customers {
		t.Errorf("not every message arrived once and in order:\n%+v", r)
	}
}

func TestAgentsAnswerEveryDialogueToItsEnd(t *testing.T) {
	url, store := startDesk(t)
	dialogues, customers, agents := ours(t, 20)
	r, err := replay.Run(t.Context(), replay.Config{
		URL: url, Dialogues: dialogues, AtOnce: 20, Speed: 400, Seed: 1, Agents: hire(t, store, 2),
		Patience: time.Hour,
	})
	kept(t, r, err)
	if r.FromCustomers.Sent != customers || r.FromAgents.Sent != agents {
		t.Errorf("customers said %d and agents %d, want %d and %d as in the dialogues", r.FromCustomers.Sent, r.FromAgents.Sent, customers, agents)
	}
	t.Logf("%+v", r)
}

func TestCustomersAloneSayEverything(t *testing.T) {
	url, _ := startDesk(t)
	dialogues, customers, _ := ours(t, 40)
	r, err := replay.Run(t.Context(), replay.Config{URL: url, Dialogues: dialogues, AtOnce: 10, Speed: 1000})
	kept(t, r, err)
	if r.Sent != customers || r.Customers != 40 {
		t.Errorf("%d customers said %d, want 40 and %d", r.Customers, r.Sent, customers)
	}
}
