package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// sender is a customer who waits for the answer to each message.
type sender struct {
	ws   *websocket.Conn
	bare bool
	n    uint64
}

// sender opens a customer's socket and brings it to where messages are taken.
func (p *process) sender(ctx context.Context) (*sender, error) {
	dialer := websocket.Dialer{HandshakeTimeout: patience, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
	if p.kind == "bare" {
		ws, _, err := dialer.DialContext(ctx, "ws://"+p.addr+"/follow", nil)
		return &sender{ws: ws, bare: true}, err
	}
	ticket, err := p.ticket(ctx)
	if err != nil {
		return nil, err
	}
	dialer.Subprotocols = []string{chatwire.Subprotocol}
	ws, _, err := dialer.DialContext(ctx, "ws://"+p.addr+chatwire.Path, nil)
	if err != nil {
		return nil, err
	}
	s := &sender{ws: ws}
	hello := chatwire.FromCustomer{Hello: &chatwire.Hello{
		Version: chatwire.Version, Ticket: ticket, Device: wire.NewToken(), Lane: wire.NewToken(),
	}}
	if err := ws.WriteJSON(hello); err != nil {
		return nil, err
	}
	return s, s.say() // the first message opens the conversation
}

// ticket is what a customer enters with. A desk that is busy lets nobody new in and
// is asked again.
func (p *process) ticket(ctx context.Context) (string, error) {
	for until := time.Now().Add(patience); ; {
		resp, err := http.Post("http://"+p.addr+chatwire.TicketPath, "application/json", bytes.NewBufferString(`{"name":"Vera"}`))
		if err != nil {
			return "", err
		}
		var ticket chatwire.TicketResponse
		err = json.NewDecoder(resp.Body).Decode(&ticket)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusOK && err != nil:
			return "", fmt.Errorf("asking for a ticket: %w", err)
		case resp.StatusCode == http.StatusOK:
			return ticket.Ticket, nil
		case time.Now().After(until):
			return "", fmt.Errorf("asking for a ticket: %s", resp.Status)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return "", err
		}
	}
}

// write sends a message and does not wait.
func (s *sender) write() error {
	s.n++
	if s.bare {
		return s.ws.WriteJSON(bareSay{N: s.n, Text: message})
	}
	return s.ws.WriteJSON(chatwire.FromCustomer{Say: &chatwire.Say{N: s.n, Settled: s.n - 1, Text: message}})
}

// acknowledged reads until message n is known to be on the disk.
func (s *sender) acknowledged(n uint64) error {
	_ = s.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		var f struct {
			chatwire.FromDesk
			Ack uint64 `json:"ack"`
		}
		if err := s.ws.ReadJSON(&f); err != nil {
			return fmt.Errorf("waiting for an answer: %w", err)
		}
		switch {
		case s.bare && f.Ack == n:
			return nil
		case f.Outcome != nil && f.Outcome.Refused != nil:
			return notTaken(f.Outcome.Refused)
		case f.Resend != nil:
			return notTaken(f.Resend.Why)
		case f.Refused != nil:
			return notTaken(f.Refused)
		case f.Outcome != nil && f.Outcome.N == n:
			return nil
		}
	}
}

// notTaken says what the desk has against a message.
func notTaken(why *wire.Refusal) error {
	if why == nil {
		return errors.New("a message was not taken")
	}
	return fmt.Errorf("a message was not taken: %s", why.Code)
}

func (s *sender) say() error {
	if err := s.write(); err != nil {
		return err
	}
	return s.acknowledged(s.n)
}

// burst sends several messages and then waits for the last answer.
func (s *sender) burst(n int) error {
	for range n {
		if err := s.write(); err != nil {
			return err
		}
	}
	return s.acknowledged(s.n)
}

// senders opens n customers' sockets.
func (p *process) senders(ctx context.Context, n int) ([]*sender, error) {
	all := make([]*sender, n)
	err := each(n, func(i int) error {
		var err error
		all[i], err = p.sender(ctx)
		return err
	})
	return all, err
}

func hangUp(all []*sender) {
	for _, s := range all {
		if s != nil {
			_ = s.ws.Close()
		}
	}
}

// sayText sends a text and waits for the answer. The bare program's teller too.
func (s *sender) sayText(text string) error {
	s.n++
	var frame any = chatwire.FromCustomer{Say: &chatwire.Say{N: s.n, Settled: s.n - 1, Text: text}}
	if s.bare {
		frame = bareSay{N: s.n, Text: text}
	}
	if err := s.ws.WriteJSON(frame); err != nil {
		return err
	}
	return s.acknowledged(s.n)
}
