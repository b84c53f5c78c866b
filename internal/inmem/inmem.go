// Package inmem is a network inside the process: a listener whose connections are
// made by calling its Dial and never touch the system. Connections buffer like
// sockets do, so that two ends that both write do not wait for each other. It is
// no replacement for a socket in a test of what sockets do.
package inmem

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Listener accepts what its Dial connects. Make it with [Listen].
type Listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen opens a listener.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the listener, whatever address it is given: it has the form
// that clients want, and waits until the connection is accepted.
func (l *Listener) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	near, far := Pipe()
	var err error
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, &net.OpError{Op: "dial", Net: addr{}.Network(), Addr: addr{}, Err: err}
}

// Accept implements [net.Listener].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, fmt.Errorf("accepting in memory: %w", net.ErrClosed)
	}
}

// Close implements [net.Listener]. Connections stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements [net.Listener].
func (l *Listener) Addr() net.Addr { return addr{} }

// addr is the one address there is. It has no port, by which those who count
// callers by network tell that it is none.
type addr struct{}

func (addr) Network() string { return "memory" }
func (addr) String() string  { return "in-memory" }
