package client

import (
	"context"
	"crypto/tls"
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

// handshakeLimit is how long dialling and upgrading may take.
const handshakeLimit = 15 * time.Second

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

// dialNet counts what passes below TLS and the websocket.
func (c *Client) dialNet(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := c.cfg.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &counted{Conn: conn, c: c}, nil
}

// counted counts bytes and remembers when the last one came.
type counted struct {
	net.Conn
	c *Client
}

func (n *counted) Read(b []byte) (int, error) {
	read, err := n.Conn.Read(b)
	if read > 0 {
		n.c.bytesIn.Add(int64(read))
		n.c.hear(time.Now())
	}
	return read, err
}

func (n *counted) Write(b []byte) (int, error) {
	written, err := n.Conn.Write(b)
	n.c.bytesOut.Add(int64(written))
	return written, err
}

func (c *Client) hear(now time.Time) { c.heard.Store(&now) }

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
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return nil, &StopError{Code: resp.StatusCode}
	}
	if after := retryAfter(resp, time.Now()); after > 0 {
		return nil, &busyError{resp.StatusCode, after}
	}
	return nil, fmt.Errorf("upgrading: the server answered %d", resp.StatusCode)
}

// retryAfter reads the header in both of its forms.
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	header := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestAsked)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestAsked)
	}
	return 0
}
