package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
)

// writeError is a socket that would not take a frame.
type writeError struct{ err error }

func (e *writeError) Error() string { return "writing: " + e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// write greets, then sends what there is to send and keeps the heartbeat until
// ctx ends. It returns what is wrong with the link.
func (l *link) write(ctx context.Context, hello wire.Hello) error {
	if err := l.send(wire.FromClient{Hello: &hello}); err != nil {
		return err
	}
	timer := l.c.clock.NewTimer(0)
	defer timer.Stop()
	for {
		f, wait, err := l.c.next(l.c.clock.instant())
		switch {
		case err != nil:
			return err
		case f != nil:
			if err := l.send(*f); err != nil {
				return err
			}
			if ctx.Err() == nil {
				continue
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-l.c.wake:
		case <-timer.C:
		}
	}
}

func (l *link) send(f wire.FromClient) error {
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encoding a frame: %w", err)
	}
	if err := l.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		return &writeError{err}
	}
	return nil
}

// next returns the frame to send now, or how long there is nothing to do.
func (c *Client) next(now time.Time) (*wire.FromClient, time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	heard := c.traffic.heard.Load().instant // the answer to our upgrade, at least
	if !c.lane.greeted {
		dead := heard.Add(greetLimit)
		if !now.Before(dead) {
			return nil, 0, fmt.Errorf("%w before its welcome", ErrSilent)
		}
		return nil, dead.Sub(now), nil
	}
	f, err := c.compose(now)
	if f != nil || err != nil {
		return f, 0, err
	}
	v := vitals{heard: heard, progress: c.lane.progress, active: c.active, back: c.back}
	if until := c.traffic.leaving.Load(); until != nil {
		v.leaving = *until
	}
	dead := c.beat.deadline(v, now)
	if !now.Before(dead) {
		return nil, 0, fmt.Errorf("%w for %v", ErrSilent, now.Sub(heard).Round(time.Second))
	}
	wake := earlier(dead, c.beat.due(c.active, now))
	if c.lane.hold.After(now) {
		wake = earlier(wake, c.lane.hold)
	}
	if due, any := c.look.due(); any {
		wake = earlier(wake, due)
	}
	if due, any := c.asks.later(); any {
		wake = earlier(wake, due)
	}
	return nil, wake.Sub(now), nil
}

// compose picks what goes first: the heartbeat, which also proves that the link
// lives, then commands, questions and signs.
func (c *Client) compose(now time.Time) (*wire.FromClient, error) {
	if !now.Before(c.beat.due(c.active, now)) {
		return &wire.FromClient{Ping: c.beat.ping(c.active, now)}, nil
	}
	command, err := c.lane.next(now)
	switch {
	case errors.Is(err, errNewLane):
		return nil, err
	case err != nil:
		c.stall(err, now)
	}
	if command != nil {
		c.sayOutbox()
		return &wire.FromClient{Command: command}, nil
	}
	ask, err := c.asks.next(now)
	if err != nil {
		return nil, err
	}
	if ask != nil {
		return &wire.FromClient{Ask: ask}, nil
	}
	if t := c.typing.next(); t != nil {
		return &wire.FromClient{Typing: t}, nil
	}
	if l := c.look.next(now); l != nil {
		return &wire.FromClient{Looking: l}, nil
	}
	return nil, nil
}
