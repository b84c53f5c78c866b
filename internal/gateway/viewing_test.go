package gateway_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// conversation lets somebody write and returns their conversation.
func (f *floor) conversation(text string) (desk.Sender, wire.ConversationID) {
	f.t.Helper()
	from := f.customer(text)
	var id wire.ConversationID
	f.must(f.store.View(f.t.Context(), func(r desk.Reader) error {
		c, _, err := r.LatestOf(from.Customer)
		id = c.Summary.ID
		return err
	}))
	return from, id
}

// enters greets as a lane of its own and returns when the feed is live.
func (f *floor) enters(token, lane string, hello wire.Hello) socket {
	f.t.Helper()
	s := f.dial(token)
	hello.Version, hello.Device, hello.Lane, hello.Locale = wire.Version, "device-1", lane, "en"
	s.send(wire.FromClient{Hello: &hello})
	s.until(func(d wire.FromDesk) bool { return d.Viewing != nil && d.Viewing.Whole })
	return s
}

// toldOf reads to what is told of a conversation that fits.
func (s socket) toldOf(id wire.ConversationID, want ...wire.Viewer) {
	s.t.Helper()
	s.until(func(f wire.FromDesk) bool {
		if f.Viewing == nil {
			return false
		}
		for _, v := range f.Viewing.Conversations {
			if v.Conversation != id || len(v.Agents) != len(want) {
				continue
			}
			same := true
			for i := range want {
				same = same && v.Agents[i] == want[i]
			}
			if same {
				return true
			}
		}
		return false
	})
}

func TestLookingIsRelayedAndEndsWithTheLink(t *testing.T) {
	f := open(t)
	_, id := f.conversation("hola")
	ana, bruno := f.hire("ana", wire.RoleAgent), f.hire("bruno", wire.RoleAgent)
	sees := f.enters(bruno, "lane-b-1", wire.Hello{})
	looks := f.enters(ana, "lane-a-1", wire.Hello{})
	looks.send(wire.FromClient{Looking: &wire.Looking{Conversation: id}})
	sees.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.LooksAt})
	looks.send(wire.FromClient{Looking: &wire.Looking{Conversation: id, Doing: wire.Types}})
	sees.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.Types})

	begins := f.dial(bruno) // a feed that begins is told the whole
	begins.send(wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: "device-1", Lane: "lane-b-2"}})
	begins.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.Types})
	f.must(looks.Close())
	sees.toldOf(id)
	begins.toldOf(id)
}

// A client whose link died unnoticed is not taken out of its conversation when the
// desk at last notices the old one.
func TestAClientThatCameBackStaysInItsConversation(t *testing.T) {
	f := open(t)
	_, id := f.conversation("hola")
	ana, bruno := f.hire("ana", wire.RoleAgent), f.hire("bruno", wire.RoleAgent)
	sees := f.enters(bruno, "lane-b-1", wire.Hello{})
	before := f.enters(ana, "lane-a-1", wire.Hello{})
	before.send(wire.FromClient{Looking: &wire.Looking{Conversation: id}})
	sees.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.LooksAt})
	now := f.enters(ana, "lane-a-1", wire.Hello{})
	now.send(wire.FromClient{Looking: &wire.Looking{Conversation: id, Doing: wire.Edits}})
	if code := before.closed(); code != wire.CloseTooMany {
		t.Fatalf("the link before closes with %d", code)
	}
	for f.gate.Links() > 2 { // it is gone from the desk too
		now.ping(1)
	}
	again := f.enters(bruno, "lane-b-2", wire.Hello{})
	again.send(wire.FromClient{Ping: &wire.Ping{}})
	sees.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.Edits})
}

func (s socket) ping(n wire.Millis) wire.Pong {
	s.t.Helper()
	s.send(wire.FromClient{Ping: &wire.Ping{Sent: n}})
	return *s.until(func(f wire.FromDesk) bool { return f.Pong != nil && f.Pong.Sent == n }).Pong
}

// Over a thin link only what is watched is told, and at once when it is opened.
func TestALeanLinkIsToldWhatItOpens(t *testing.T) {
	f := open(t)
	_, id := f.conversation("hola")
	lean := f.enters(f.hire("bruno", wire.RoleAgent), "lane-b-1", wire.Hello{Lean: true})
	all := f.enters(f.hire("leo", wire.RoleLead), "lane-l-1", wire.Hello{})
	looks := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{})
	looks.send(wire.FromClient{Looking: &wire.Looking{Conversation: id}})
	all.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.LooksAt})
	lean.send(wire.FromClient{Ping: &wire.Ping{Sent: 1}})
	lean.until(func(d wire.FromDesk) bool {
		if d.Viewing != nil {
			t.Errorf("told %+v", d.Viewing)
		}
		return d.Pong != nil
	})
	ask, err := wire.NewAskFrame(1, wire.Watch{Conversation: id})
	f.must(err)
	lean.send(wire.FromClient{Ask: &ask})
	lean.toldOf(id, wire.Viewer{Agent: "id-ana", Doing: wire.LooksAt})

	// It does not hear when they leave what it has closed, so it is told nobody now.
	ask, err = wire.NewAskFrame(2, wire.Unwatch{Conversation: id})
	f.must(err)
	lean.send(wire.FromClient{Ask: &ask})
	lean.toldOf(id)
}

func TestWhoOnlyMonitorsIsNotSeenLooking(t *testing.T) {
	f := open(t)
	_, id := f.conversation("hola")
	sara := f.enters(f.hire("sara", wire.RoleSupervisor), "lane-s-1", wire.Hello{})
	sara.send(wire.FromClient{Looking: &wire.Looking{Conversation: id}})
	if r := sara.until(func(d wire.FromDesk) bool { return d.Refused != nil }).Refused; r.Code != "no_right" {
		t.Errorf("refused with %s", r.Code)
	}
}

// slowDisk makes every commit take as long as it is told, by the desk's clock.
type slowDisk struct {
	desk.Store
	takes, ahead atomic.Int64
}

func (s *slowDisk) Update(ctx context.Context, fn func(desk.Tx) error) error {
	s.ahead.Add(s.takes.Load())
	return s.Store.Update(ctx, fn)
}

func (s *slowDisk) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// At the last step those who look on are sent away and kept out for a while, and an
// agent's replies go through as ever.
func TestUnderLoadMonitorsGoAndRepliesPass(t *testing.T) {
	disk := new(slowDisk)
	f := openWith(t, func(s desk.Store) desk.Store { disk.Store = s; return disk }, disk.now, func(l net.Listener) net.Listener { return l })
	_, id := f.conversation("hola")
	sara := f.hire("sara", wire.RoleSupervisor)
	watches := f.enters(sara, "lane-s-1", wire.Hello{})
	ana := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{})
	replies := uint64(0)
	reply := func() {
		t.Helper()
		replies++
		frame, err := wire.NewCommandFrame(replies, 0, wire.Reply{Conversation: id, Text: "ya te contesto"})
		f.must(err)
		ana.send(wire.FromClient{Command: &frame})
		if o := ana.until(func(d wire.FromDesk) bool { return d.Outcome != nil || d.Resend != nil }).Outcome; o == nil || o.Refused != nil {
			t.Fatalf("reply %d: %+v", replies, o)
		}
	}
	disk.takes.Store(int64(4 * time.Second))
	for !f.desk.Sheds(desk.NoMonitors) {
		reply()
	}
	if code := watches.closed(); code != wire.CloseRestart {
		t.Errorf("who looks on is closed with %d", code)
	}
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	_, res, err := dialer.Dial(strings.Replace(f.url, "http", "ws", 1)+wire.Path, http.Header{"Authorization": {"Bearer " + sara}})
	if err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("coming back: %v", err)
	}
	if after, err := strconv.Atoi(res.Header.Get("Retry-After")); err != nil || after < 10 {
		t.Errorf("asked to come back after %q", res.Header.Get("Retry-After"))
	}
	reply()
	disk.takes.Store(0)
	for f.desk.Sheds(desk.NoMonitors) {
		disk.ahead.Add(int64(2 * time.Second))
		reply()
	}
	f.enters(sara, "lane-s-1", wire.Hello{})
}
