package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// metered is a client's connection that counts what comes and goes: everything above
// TCP, the upgrade and the websocket's headers too.
type metered struct {
	net.Conn
	in, out atomic.Int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	m.in.Add(int64(n))
	return n, err
}

func (m *metered) Write(b []byte) (int, error) {
	n, err := m.Conn.Write(b)
	m.out.Add(int64(n))
	return n, err
}

// dialMetered dials with a meter.
func (f *floor) dialMetered(token string) (socket, *metered) {
	f.t.Helper()
	var m *metered
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		m = &metered{Conn: c}
		return m, err
	}}
	ws, _, err := dialer.DialContext(f.t.Context(), strings.Replace(f.url, "http", "ws", 1)+wire.Path,
		http.Header{"Authorization": {"Bearer " + token}})
	f.must(err)
	f.t.Cleanup(func() { _ = ws.Close() })
	return socket{f.t, ws}, m
}

// within checks bytes against a budget, and says them: go test -v -run Bytes.
func within(t *testing.T, what string, bytes int64, budget int64) {
	t.Helper()
	t.Logf("%s: %d B of %d", what, bytes, budget)
	if bytes > budget {
		t.Errorf("%s: %d B, the budget is %d", what, bytes, budget)
	}
}

// eighty is a message of eighty characters.
const eighty = "Hola, este mes voy a pagar la cuota mas tarde, se puede hacer algo para el pago?"

// busyFloor has ten colleagues and fifty conversations, of which Ana has three.
func busyFloor(t *testing.T) (f *floor, ana string, ids []wire.ConversationID) {
	t.Helper()
	f = open(t)
	ana = f.hire("ana", wire.RoleAgent)
	for i := range 9 {
		f.hire(fmt.Sprint("agente-", i), wire.RoleAgent)
	}
	from := desk.Sender{Agent: "id-ana", Device: "device-1", Lane: "lane-of-ana"}
	for i := range 50 {
		_, id := f.conversation(eighty)
		ids = append(ids, id)
		if i%16 == 15 {
			f.command(from, uint64(i/16)+1, wire.Take{Conversation: id})
		}
	}
	return f, ana, ids
}

// From nothing to an inbox one can work with, in parts that come most needed first.
func TestBytesToAUsableInbox(t *testing.T) {
	f, ana, _ := busyFloor(t)
	s, m := f.dialMetered(ana)
	s.send(wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: "device-1", Lane: "lane-1-1", Locale: "es-AR"}})
	var got []wire.Summary
	parts, largest, agents, rows, first := 0, 0, 0, 0, 0
	for last := false; !last; {
		_, b, err := s.ReadMessage()
		f.must(err)
		var d wire.FromDesk
		f.must(json.Unmarshal(b, &d))
		if rows == 0 {
			first += len(b)
		}
		if d.Snapshot == nil {
			continue
		}
		rows += len(d.Snapshot.Conversations)
		if parts++; parts == 1 && (len(d.Snapshot.Agents) == 0 || len(d.Snapshot.Queues) == 0) {
			t.Error("the first part has no agents or no queues")
		}
		largest, last, agents = max(largest, len(b)), d.Snapshot.Last, agents+len(d.Snapshot.Agents)
		got = append(got, d.Snapshot.Conversations...)
	}
	if len(got) != 50 || agents != 10 {
		t.Fatalf("%d conversations and %d agents", len(got), agents)
	}
	for i := range got {
		if mine := got[i].Agent == "id-ana"; mine != (i < 3) {
			t.Errorf("conversation %d is Ana's: %v", i, mine)
		}
	}
	if !slices.IsSortedFunc(got[3:], func(a, b wire.Summary) int { return int(a.Waiting - b.Waiting) }) {
		t.Error("who waits longest does not come first")
	}
	within(t, "the first rows", int64(first), 2000)
	within(t, "the largest part", int64(largest), 8<<10+64)
	within(t, "a usable inbox of 50", m.in.Load(), 24_000)
	within(t, "… and what the client sent", m.out.Load(), 700)
}

// One message to who watches, and to who does not.
func TestBytesOfAMessage(t *testing.T) {
	f := open(t)
	from, id := f.conversation("hola")
	for i, c := range []struct {
		form   string
		watch  []wire.ConversationID
		text   string
		budget int64
	}{
		{"in full", []wire.ConversationID{id}, eighty, 330},
		{"as a summary", nil, eighty, 220},
		{"of 800 characters as a summary", nil, strings.Repeat(eighty, 10), 240},
	} {
		s, m := f.dialMetered(f.hire(fmt.Sprint("ana", i), wire.RoleAgent))
		s.send(wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: "device-1", Lane: "lane-1-1", Watch: c.watch}})
		s.until(func(d wire.FromDesk) bool { return d.Viewing != nil })
		s.ping(1) // what came before is here
		before := m.in.Load()
		f.say(from, uint64(i)+2, c.text)
		s.until(func(d wire.FromDesk) bool { return d.Feed != nil && holdsSaid(d.Feed) })
		within(t, "a message "+c.form, m.in.Load()-before, c.budget)
	}
}

// Opening a conversation is one question and one answer.
func TestBytesToOpenAConversation(t *testing.T) {
	f := open(t)
	from, id := f.conversation(eighty)
	for n := range uint64(19) {
		f.say(from, n+2, eighty)
	}
	s, m := f.dialMetered(f.hire("ana", wire.RoleAgent))
	s.greets("lane-1-1")
	s.until(func(d wire.FromDesk) bool { return d.Viewing != nil })
	s.ping(1)
	in, out := m.in.Load(), m.out.Load()
	if a := s.ask(1, wire.Watch{Conversation: id, Limit: 20}); a.Refused != nil {
		t.Fatal(a.Refused)
	}
	within(t, "twenty messages", m.in.Load()-in, 4_500)
	within(t, "… and the question", m.out.Load()-out, 120)
}

// An idle minute is its pings: three at most, at a beat of 25 s.
func TestBytesOfAnIdleMinute(t *testing.T) {
	f := open(t)
	s, m := f.dialMetered(f.hire("ana", wire.RoleAgent))
	s.greets("lane-1-1")
	s.until(func(d wire.FromDesk) bool { return d.Viewing != nil })
	s.ping(1)
	in, out := m.in.Load(), m.out.Load()
	for n := range wire.Millis(3) {
		s.ping(1_790_000_000_000 + n)
	}
	within(t, "an idle minute, received", m.in.Load()-in, 400)
	within(t, "an idle minute, sent", m.out.Load()-out, 160)
}

// After a cut in which nothing happened, what the client has does not come again:
// neither the queue nor the lines of what it watches.
func TestBytesOfAResumeWithNothingMissed(t *testing.T) {
	f, ana, ids := busyFloor(t)
	s := f.dial(ana)
	w := s.hello(nil, "")
	s.until(func(d wire.FromDesk) bool { return d.Viewing != nil })
	at := wire.Position{Epoch: w.Epoch, Seq: s.ping(1).UpTo}
	f.must(s.Close())
	again, m := f.dialMetered(ana)
	again.send(wire.FromClient{Hello: &wire.Hello{
		Version: wire.Version, Device: "device-1", Lane: "lane-1-1", Locale: "es-AR", At: &at, Rights: w.Rights, Watch: ids[:5],
	}})
	again.until(func(d wire.FromDesk) bool {
		if d.Snapshot != nil || d.Answer != nil {
			t.Errorf("it came again: %+v", d)
		}
		return d.Viewing != nil
	})
	if p := again.ping(2); p.UpTo != p.Head {
		t.Errorf("the feed is at %d of %d", p.UpTo, p.Head)
	}
	within(t, "a resume with nothing missed, received", m.in.Load(), 1_500)
	within(t, "a resume with nothing missed, sent", m.out.Load(), 800)
}
