package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
)

const (
	staffOf = 340 // accounts; three sockets each
	perUser = 3
	teamOf  = 10 // accounts of a small desk, whose inbox is counted
)

// token is the session of a member of the staff, the same in every process.
func token(user int) string { return fmt.Sprintf("bench-session-%038d", user) }

// staff is how many accounts a kind of desk has.
func staff(kind string) int {
	if kind == "team" {
		return teamOf
	}
	return staffOf
}

// startDesk serves the real desk, put together as the product puts it together.
func startDesk(ctx context.Context, dir string, staff int) (*host, error) {
	cfg := server.Config{Data: dir, Name: "bench", Unlimited: true}
	if err := hire(ctx, cfg, staff); err != nil {
		return nil, err
	}
	s, err := server.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	l, err := listen()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	account := func(login, password string) error {
		_, err := desk.AddUser(ctx, s.Store(), time.Now(), desk.NewUser{Login: login, Name: login, Role: wire.RoleAgent, Password: password})
		return err
	}
	return &host{addr: l.Addr().String(), hire: account, close: func() error {
		stop()
		return errors.Join(<-served, s.Close())
	}}, nil
}

// hire makes the accounts and their sessions, once.
func hire(ctx context.Context, cfg server.Config, staff int) error {
	s, err := server.Open(ctx, cfg)
	if err != nil {
		return err
	}
	now := time.Now()
	err = s.Store().Update(ctx, func(tx desk.Tx) error {
		if users, err := tx.Users(); err != nil || len(users) > 0 {
			return err
		}
		for i := range staff {
			u := desk.User{Login: fmt.Sprintf("agent%d", i), Agent: wire.Agent{
				ID: wire.AgentID(fmt.Sprintf("agent%05d", i)), Name: fmt.Sprintf("Agent %d", i), Role: wire.RoleAgent,
				Queues: []wire.QueueID{desk.DefaultQueue}, State: wire.Offline,
			}}
			session := desk.Session{Hash: desk.Digest(token(i)), User: u.ID, Created: now, Expires: now.Add(time.Hour)}
			if err := errors.Join(tx.SaveUser(u), tx.SaveSession(session)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, s.Close())
}
