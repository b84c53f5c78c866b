package webchat

import (
	"context"
	"net"
	"net/http"
	"slices"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/caller"

	"github.com/gorilla/websocket"
)

// serveSocket returns after the upgrade; the connection lives on in two goroutines.
func (c *Channel) serveSocket(w http.ResponseWriter, r *http.Request) {
	if network, counted := caller.Network(r, c.cfg.BehindProxy); counted {
		if wait := c.networks.Take(network, 0, c.cfg.Now()); wait > 0 {
			busy(w, http.StatusTooManyRequests, wait, "")
			return
		}
	}
	if !c.arrive() {
		busy(w, http.StatusServiceUnavailable, 10*time.Second, "")
		return
	}
	ws, err := c.upgrader.Upgrade(w, r, nil)
	if err != nil {
		c.leave(nil)
		return // Upgrade has answered
	}
	if ws.Subprotocol() != chatwire.Subprotocol {
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(wire.CloseVersion, "subprotocol"), time.Now().Add(writeTime))
		_ = ws.Close()
		c.leave(nil)
		return
	}
	ws.SetReadLimit(chatwire.MaxFrame)
	limitSendBuffer(ws.NetConn())
	ctx, end := context.WithCancelCause(c.ctx)
	k := &conn{ch: c, ws: ws, out: make(chan *chatwire.FromDesk, outbox), end: end}
	go k.run(ctx)
}

func limitSendBuffer(conn net.Conn) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(sendBuffer)
	}
}

// arrive counts a socket in; false when there are too many or the desk stops.
func (c *Channel) arrive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.open >= c.cfg.Limits.Sockets {
		return false
	}
	c.open++
	c.conns.Add(1)
	return true
}

// greeted notes a socket's visitor. The tab's earlier socket and any beyond the
// allowed number are closed: they are most likely dead and do not know it.
func (c *Channel) greeted(k *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mine := slices.DeleteFunc(c.present[k.who.ID], func(other *conn) bool {
		if other.tab == k.tab {
			other.end(closing{wire.CloseTooMany, "another socket of this tab"})
			return true
		}
		return false
	})
	for len(mine) >= c.cfg.Limits.PerVisitor {
		mine[0].end(closing{wire.CloseTooMany, "too many windows"})
		mine = slices.Delete(mine, 0, 1)
	}
	c.present[k.who.ID] = append(mine, k)
}

// leave counts a socket out; k is nil when there never was a connection.
func (c *Channel) leave(k *conn) {
	c.mu.Lock()
	c.open--
	if k != nil && k.who.ID != "" {
		left := slices.DeleteFunc(c.present[k.who.ID], func(other *conn) bool { return other == k })
		if c.present[k.who.ID] = left; len(left) == 0 {
			delete(c.present, k.who.ID)
		}
	}
	c.mu.Unlock()
	c.conns.Done()
}
