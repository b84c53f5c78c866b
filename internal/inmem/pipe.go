package inmem

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// capacity is how much one end may write before the other has read, as much as
// the desk leaves to a socket's buffer.
const capacity = 64 << 10

// Pipe returns the two ends of a connection.
func Pipe() (net.Conn, net.Conn) {
	there, back := newStream(), newStream()
	return &conn{in: back, out: there}, &conn{in: there, out: back}
}

// conn is one end. It is safe for concurrent use, as any [net.Conn].
type conn struct{ in, out *stream }

func (c *conn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *conn) Write(b []byte) (int, error) { return c.out.write(b) }

// Close ends both directions: the other end reads what was written and then EOF.
func (c *conn) Close() error {
	c.out.change(func() { c.out.ended = true })
	c.in.change(func() { c.in.left = true })
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return addr{} }
func (c *conn) RemoteAddr() net.Addr { return addr{} }

func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // neither fails
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.change(func() { c.in.readBy = t })
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.change(func() { c.out.writeBy = t })
	return nil
}

// stream is one direction.
type stream struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something below changed
	buf     []byte
	ended   bool // the writer has closed
	left    bool // the reader has closed
	readBy  time.Time
	writeBy time.Time
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

func (s *stream) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.tell()
}

// tell wakes those who wait. It is called with s.mu held.
func (s *stream) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.left:
			return 0, io.ErrClosedPipe
		case passed(s.readBy):
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case len(s.buf) > 0:
			n := copy(b, s.buf)
			if s.buf = s.buf[n:]; len(s.buf) == 0 {
				s.buf = nil // an idle connection holds no buffer
			}
			s.tell()
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.wait(s.readBy)
	}
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch room := capacity - len(s.buf); {
		case s.ended || s.left:
			return written, io.ErrClosedPipe
		case passed(s.writeBy):
			return written, os.ErrDeadlineExceeded
		case written == len(b):
			return written, nil
		case room > 0:
			n := min(room, len(b)-written)
			s.buf = append(s.buf, b[written:written+n]...)
			written += n
			s.tell()
			continue
		}
		s.wait(s.writeBy)
	}
}

// wait lets go of the lock until something changed or the time has come.
func (s *stream) wait(until time.Time) {
	changed := s.changed
	s.mu.Unlock()
	defer s.mu.Lock()
	if until.IsZero() {
		<-changed
		return
	}
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	}
}

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
