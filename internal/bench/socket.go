package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// message is what everybody writes here: 80 characters, the first of which is in no
// other text, so that deliveries can be counted in raw bytes.
const message = "^Hola, ya pagué la cuota pero todavía me figura como pendiente. ¿Me ayudan? Grac"

var marker = []byte("^")

// patience bounds every wait for the other side.
const patience = 20 * time.Second

var errPatience = errors.New("waited too long")

// open upgrades a connection by hand and sends one frame: reading raw bytes costs
// the measuring side least.
func open(ctx context.Context, addr, path string, header http.Header, hello any) (*bufio.Reader, net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	r := bufio.NewReaderSize(conn, 8<<10)
	err = upgrade(r, conn, path, header)
	if err == nil && hello != nil {
		err = writeMasked(conn, hello)
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return r, conn, nil
}

func upgrade(r *bufio.Reader, conn net.Conn, path string, header http.Header) error {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	req, err := http.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
	if err != nil {
		return err
	}
	req.Header = header.Clone()
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(key))
	if err := req.Write(conn); err != nil {
		return err
	}
	resp, err := http.ReadResponse(r, req)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("upgrading %s: %s", path, resp.Status)
	}
	return err
}

// writeMasked sends one text frame as clients must: masked, here with zeros.
func writeMasked(conn net.Conn, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	frame := []byte{0x81, 0x80 | 126}
	frame = binary.BigEndian.AppendUint16(frame, uint16(len(b)))
	frame = append(frame, 0, 0, 0, 0)
	_, err = conn.Write(append(frame, b...))
	return err
}

// until reads raw bytes until a text has come.
func until(r *bufio.Reader, conn net.Conn, text string) error {
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	defer conn.SetReadDeadline(time.Time{})
	var seen []byte
	buf := make([]byte, 4<<10)
	for !bytes.Contains(seen, []byte(text)) {
		n, err := r.Read(buf)
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", text, err)
		}
		seen = append(seen[max(0, len(seen)-len(text)):], buf[:n]...)
	}
	return nil
}

// sink is a number of reading sockets. It counts the messages that came to all of
// them together and notes when a number was reached.
type sink struct {
	count  atomic.Int64
	target atomic.Int64
	hit    chan time.Time
	mu     sync.Mutex
	conns  []net.Conn
	all    sync.WaitGroup
}

func newSink() *sink { return &sink{hit: make(chan time.Time, 1)} }

// add lets the sink read a socket from now on.
func (s *sink) add(r *bufio.Reader, conn net.Conn) {
	s.mu.Lock()
	s.conns = append(s.conns, conn)
	s.mu.Unlock()
	s.all.Go(func() {
		buf := make([]byte, 8<<10)
		for {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			if found := bytes.Count(buf[:n], marker); found > 0 {
				s.note(int64(found))
			}
		}
	})
}

func (s *sink) note(found int64) {
	total := s.count.Add(found)
	if t := s.target.Load(); t > 0 && total >= t && s.target.CompareAndSwap(t, 0) {
		s.hit <- time.Now()
	}
}

// expect is called before what causes n more deliveries.
func (s *sink) expect(n int) { s.target.Store(s.count.Load() + int64(n)) }

// wait returns when what was expected had come.
func (s *sink) wait(ctx context.Context) (time.Time, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case at := <-s.hit:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	case <-timer.C:
		return time.Time{}, fmt.Errorf("%w: %d of %d deliveries", errPatience, s.count.Load(), s.target.Load())
	}
}

func (s *sink) close() {
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.all.Wait()
}

// follow adds n reading clients of a process to the sink, each ready for what comes.
func (s *sink) follow(ctx context.Context, p *process, n int) error {
	return each(n, func(i int) error {
		r, conn, err := p.reader(ctx, i, nil, "")
		if err == nil {
			s.add(r, conn)
		}
		return err
	})
}

// each runs fn for 0 to n-1, some at a time, and returns the first error.
func each(n int, fn func(i int) error) error {
	var wait sync.WaitGroup
	errs := make([]error, n)
	slots := make(chan struct{}, 32)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			errs[i] = fn(i)
			<-slots
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// reader opens reading client number i, at a position or at the head.
func (p *process) reader(ctx context.Context, i int, at *wire.Position, rights string) (*bufio.Reader, net.Conn, error) {
	if p.kind == "bare" {
		if at != nil {
			return open(ctx, p.addr, fmt.Sprintf("/follow?after=%d", at.Seq), http.Header{}, nil)
		}
		r, conn, err := open(ctx, p.addr, "/follow?head", http.Header{}, nil)
		return ready(r, conn, err, joined)
	}
	header := http.Header{"Authorization": {"Bearer " + token(i/perUser)}, "Sec-Websocket-Protocol": {wire.Subprotocol}}
	hello := wire.FromClient{Hello: &wire.Hello{
		Version: wire.Version, Device: fmt.Sprintf("bench-device-%d", i), Lane: fmt.Sprintf("bench-lane-%d", i),
		Locale: "es-AR", At: at, Rights: rights,
	}}
	r, conn, err := open(ctx, p.addr, wire.Path, header, hello)
	if err != nil || at != nil {
		return r, conn, err
	}
	return ready(r, conn, nil, `"last":true`)
}

// ready waits for the text that says that a reader misses nothing from now on.
func ready(r *bufio.Reader, conn net.Conn, err error, text string) (*bufio.Reader, net.Conn, error) {
	if err != nil {
		return nil, nil, err
	}
	if err := until(r, conn, text); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return r, conn, nil
}

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
	resp, err := http.Post("http://"+p.addr+chatwire.TicketPath, "application/json", bytes.NewBufferString(`{"name":"Vera"}`))
	if err != nil {
		return nil, err
	}
	var ticket chatwire.TicketResponse
	err = json.NewDecoder(resp.Body).Decode(&ticket)
	_ = resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("asking for a ticket: %w", err)
	}
	dialer.Subprotocols = []string{chatwire.Subprotocol}
	ws, _, err := dialer.DialContext(ctx, "ws://"+p.addr+chatwire.Path, nil)
	if err != nil {
		return nil, err
	}
	s := &sender{ws: ws}
	hello := chatwire.FromCustomer{Hello: &chatwire.Hello{
		Version: chatwire.Version, Ticket: ticket.Ticket, Device: wire.NewToken(), Lane: wire.NewToken(),
	}}
	if err := ws.WriteJSON(hello); err != nil {
		return nil, err
	}
	return s, s.say() // the first message opens the conversation
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
		case f.Outcome != nil && f.Outcome.Refused != nil, f.Resend != nil, f.Refused != nil:
			return errors.New("a message was not taken")
		case f.Outcome != nil && f.Outcome.N == n:
			return nil
		}
	}
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
