package client

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
)

const (
	// connectLimit is how long a connection may take to open. Beyond that a new one
	// is quicker than what the kernel still tries.
	connectLimit = 10 * time.Second
	// handshakeLimit is how long all may take up to the upgrade: TLS alone is four
	// kilobytes and two round trips.
	handshakeLimit = 30 * time.Second
)

// target is where and how to dial.
type target struct {
	url    string
	dialer websocket.Dialer
}

// target checks the address before anything is sent.
func (c *Client) target() (target, error) {
	u, err := url.Parse(c.cfg.URL)
	if err != nil {
		return target{}, errors.New("reading the desk's address: not a URL")
	}
	switch {
	case u.Host == "":
		return target{}, errors.New("reading the desk's address: it names no host")
	case u.Scheme == "https":
		u.Scheme = "wss"
	case u.Scheme != "http":
		return target{}, fmt.Errorf("reading the desk's address: scheme %q", u.Scheme)
	case c.cfg.Dial == nil && !onThisMachine(u.Hostname()):
		return target{}, ErrPlain
	default:
		u.Scheme = "ws"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	u = u.JoinPath(wire.Path)
	t := target{url: u.String(), dialer: websocket.Dialer{
		NetDialContext:   c.dialNet,
		TLSClientConfig:  c.tls(),
		HandshakeTimeout: handshakeLimit,
		Subprotocols:     []string{wire.Subprotocol},
	}}
	if c.cfg.Dial == nil {
		t.dialer.Proxy = http.ProxyFromEnvironment
	}
	return t, nil
}

func onThisMachine(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (c *Client) tls() *tls.Config {
	if c.cfg.TLS == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return c.cfg.TLS.Clone()
}

// dialNet opens what lies below TLS and the websocket.
func (c *Client) dialNet(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := c.cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectLimit}).DialContext
	}
	conn, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // the system's own, where it cannot be chosen
	}
	return &counted{Conn: conn, c: c}, nil
}

// dial opens a websocket, or says what the desk's HTTP answer means.
func (c *Client) dial(ctx context.Context, t target) (*websocket.Conn, error) {
	header := http.Header{"Authorization": {"Bearer " + c.cfg.Token}}
	conn, resp, err := t.dialer.DialContext(ctx, t.url, header)
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close()
	}
	switch {
	case err == nil && conn.Subprotocol() != wire.Subprotocol:
		_ = conn.Close()
		return nil, fmt.Errorf("upgrading: the server does not speak %s", wire.Subprotocol)
	case err == nil:
		conn.SetReadLimit(wire.MaxDeskFrame)
		return conn, nil
	case resp == nil || !errors.Is(err, websocket.ErrBadHandshake):
		return nil, fmt.Errorf("dialling the desk: %w", err)
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden && saysRevoked(resp):
		return nil, &StopError{Code: resp.StatusCode}
	}
	if after := retryAfter(resp, c.clock.Now()); after > 0 {
		return nil, &busyError{resp.StatusCode, after}
	}
	return nil, fmt.Errorf("upgrading: the server answered %d", resp.StatusCode)
}

// saysRevoked reports whether it is the desk that forbids. A proxy on the way may as
// well, and nothing that was typed is thrown away because of that.
func saysRevoked(resp *http.Response) bool {
	var no wire.Refusal
	return json.NewDecoder(resp.Body).Decode(&no) == nil && no.Code == "revoked"
}

// retryAfter reads the header in both of its forms.
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	header := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestAsked)
	}
	if at, err := http.ParseTime(header); err == nil {
		if theirs, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			now = theirs // our clock may lie
		}
		return min(max(at.Sub(now), 0), longestAsked)
	}
	return 0
}
