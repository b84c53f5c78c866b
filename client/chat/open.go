package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// busyError says that the desk asked for a pause.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string { return fmt.Sprintf("the desk is busy for %v", e.after) }

// open gets a ticket, dials, greets and returns the link once the desk has
// welcomed the customer.
func (c *Client) open(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticket, err := c.ticket(ctx)
	if err != nil {
		return nil, err
	}
	target := *c.base
	target.Scheme = "ws" + target.Scheme[len("http"):]
	target.Path, target.RawQuery = chatwire.Path, ""
	conn, resp, err := c.dialer.DialContext(ctx, target.String(), nil)
	if err != nil {
		if resp != nil {
			return nil, refusedBy(resp, nil)
		}
		return nil, fmt.Errorf("dialling the desk: %w", err)
	}
	conn.SetReadLimit(wire.MaxDeskFrame)
	l := &link{c: c, conn: conn}
	if err := l.greet(ctx, ticket); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

func (c *Client) ticket(ctx context.Context) (string, error) {
	body, err := json.Marshal(chatwire.TicketRequest{
		Token: c.token, Resume: c.resume, Name: c.cfg.Name, Locale: c.cfg.Locale,
	})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(chatwire.TicketPath).String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.post.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking for a ticket: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, chatwire.MaxFrame))
	if err != nil {
		return "", fmt.Errorf("asking for a ticket: %w", err)
	}
	if resp.StatusCode == http.StatusUnauthorized && c.token != "" && c.resume != "" {
		c.token = "" // too old by now, but the desk knows this customer from before
		return c.ticket(ctx)
	}
	if resp.StatusCode != http.StatusOK {
		return "", refusedBy(resp, answer)
	}
	var t chatwire.TicketResponse
	if err := json.Unmarshal(answer, &t); err != nil {
		return "", fmt.Errorf("reading the ticket: %w", err)
	}
	c.token, c.resume = "", t.Resume
	return t.Ticket, nil
}

// refusedBy turns an HTTP answer that is not the one hoped for into an error that
// says whether coming back makes sense.
func refusedBy(resp *http.Response, body []byte) error {
	var r wire.Refusal
	_ = json.Unmarshal(body, &r)
	switch s := resp.StatusCode; {
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &busyError{time.Duration(min(max(seconds, 1), 60)) * time.Second}
	case s >= 400 && s < 500:
		return &TurnedAwayError{s, r.Code}
	default:
		return fmt.Errorf("the desk answered %s", resp.Status)
	}
}

// greet says hello and waits for the welcome.
func (l *link) greet(ctx context.Context, ticket string) error {
	deadline, _ := ctx.Deadline()
	stop := context.AfterFunc(ctx, func() { _ = l.conn.Close() })
	defer stop()
	c := l.c
	c.mu.Lock()
	lane := c.lane.id
	c.mu.Unlock()
	hello := chatwire.Hello{Version: chatwire.Version, Ticket: ticket, Device: c.cfg.Device, Lane: lane, After: c.seen, Epoch: c.epoch}
	if err := l.write(chatwire.FromCustomer{Hello: &hello}); err != nil {
		return err
	}
	_ = l.conn.SetReadDeadline(deadline)
	var f chatwire.FromDesk
	for f.Welcome == nil {
		f = chatwire.FromDesk{}
		if err := l.conn.ReadJSON(&f); err != nil {
			return closing(err)
		}
	}
	_ = l.conn.SetReadDeadline(time.Time{})
	l.welcome = *f.Welcome
	return nil
}

// closing reads what the desk meant by closing.
func closing(err error) error {
	var e *websocket.CloseError
	if errors.As(err, &e) && !wire.ComeBack(e.Code) {
		return &TurnedAwayError{e.Code, e.Text}
	}
	return fmt.Errorf("the link ended: %w", err)
}
