package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
)

// The examples are written by hand and encoded by the wire's types, so their form is
// right. That the desk answers so is tried here: it is sent what the examples send,
// and each frame that an example shows must have come with all the members it shows.
func TestTheDeskAnswersAsTheExamplesSay(t *testing.T) {
	addr := serve(t)
	d := talk{t: t, addr: addr, seen: make(map[string]map[string]bool)}
	token := d.post(wire.LoginPath, wire.Login{Login: "ana", Password: "correct horse battery"})["token"].(string)

	entry := d.post(chatwire.TicketPath, chatwire.TicketRequest{Name: "Vera", Locale: "es-AR"})
	chat := d.dial(chatwire.Path, chatwire.Subprotocol, "")
	chat.send(chatwire.FromCustomer{Hello: &chatwire.Hello{Version: chatwire.Version, Ticket: entry["ticket"].(string), Device: "d7xw4kqa", Lane: "t2nv5cyb"}})
	chat.until("welcome", "lines")
	chat.send(chatwire.FromCustomer{Say: &chatwire.Say{N: 1, Text: "Hola, ¿cuánto debo?"}})
	chat.until("outcome", "service", "lines")

	hello := wire.Hello{Version: wire.Version, Device: device, Lane: lane, Locale: "es-AR"}
	staff := d.dial(wire.Path, wire.Subprotocol, token)
	staff.send(wire.FromClient{Hello: &hello})
	got := staff.until("welcome", "snapshot")
	welcome := got["welcome"].(map[string]any)
	snapshot := got["snapshot"].(map[string]any)
	id := wire.ConversationID(snapshot["conversations"].([]any)[0].(map[string]any)["id"].(string))
	seq := uint64(snapshot["seq"].(float64))

	chat.send(chatwire.FromCustomer{Say: &chatwire.Say{N: 2, Settled: 1, Text: long}})
	staff.until("feed")
	chat.send(chatwire.FromCustomer{Typing: &struct{}{}})
	staff.until("typing")
	staff.send(wire.FromClient{Ping: &wire.Ping{Sent: clock}})
	staff.until("pong")
	staff.send(wire.FromClient{Ask: asked(1, wire.Watch{Conversation: id, Limit: 30})})
	staff.until("answer")
	staff.send(wire.FromClient{Command: ordered(1, 0, wire.Take{Conversation: id})})
	staff.until("outcome", "feed")
	staff.send(wire.FromClient{Command: ordered(2, 1, wire.Reply{Conversation: id, Text: "Hola Vera, ya lo miro."})})
	staff.until("outcome", "feed")
	staff.send(wire.FromClient{Command: ordered(3, 2, wire.Resolve{Conversation: id, Disposition: "listo"})})
	staff.until("outcome")
	staff.send(wire.FromClient{Command: ordered(6, 3, wire.Release{Conversation: id})})
	staff.until("resend")
	staff.send(wire.FromClient{Command: ordered(3, 3, wire.Release{Conversation: id})})
	staff.until("outcome")
	chat.until("service", "lines")
	chat.send(chatwire.FromCustomer{Say: &chatwire.Say{N: 3, Settled: 2, Text: "Gracias"}})
	staff.until("feed")
	staff.send(wire.FromClient{Command: ordered(4, 3, wire.MarkSeen{Conversation: id, UpTo: 1 << 30})})
	staff.until("outcome")
	chat.send(chatwire.FromCustomer{Ping: &chatwire.Ping{Sent: clock}})
	chat.until("marks", "pong")
	entry = d.post(chatwire.TicketPath, chatwire.TicketRequest{Resume: entry["resume"].(string)})
	back := d.dial(chatwire.Path, chatwire.Subprotocol, "")
	back.send(chatwire.FromCustomer{Hello: &chatwire.Hello{Version: chatwire.Version, Ticket: entry["ticket"].(string), Device: "d7xw4kqa", Lane: "t2nv5cyb", After: 1}})
	back.until("welcome", "lines")

	again := d.dial(wire.Path, wire.Subprotocol, token)
	hello.At = &wire.Position{Epoch: welcome["epoch"].(string), Seq: seq}
	hello.Rights, hello.Watch = welcome["rights"].(string), []wire.ConversationID{id}
	again.send(wire.FromClient{Hello: &hello})
	again.until("welcome", "feed")
	d.compare()
}

// serve runs a desk for which Ana works and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	cfg := server.Config{Data: t.TempDir(), Name: "Mesa de ayuda"}
	open := func() *server.Server {
		s, err := server.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	_, err := desk.AddUser(t.Context(), s.Store(), time.Now(), desk.NewUser{
		Login: "ana", Name: "Ana Sosa", Role: wire.RoleAgent, Password: "correct horse battery",
	})
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open() // and knows her from the start
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// talk notes which members each kind of frame came with.
type talk struct {
	t    *testing.T
	addr string
	seen map[string]map[string]bool
}

func (d *talk) note(protocol string, frame map[string]any) {
	for kind := range frame {
		name := protocol + " " + kind
		if d.seen[name] == nil {
			d.seen[name] = make(map[string]bool)
		}
		for path := range paths(frame[kind], "") {
			d.seen[name][path] = true
		}
	}
}

// paths yields the place of every member of a value.
func paths(v any, at string) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if !yield(at+"."+name) || !each(paths(inner, at+"."+name), yield) {
					return
				}
			}
		case []any:
			for _, inner := range v {
				if !each(paths(inner, at+"[]"), yield) {
					return
				}
			}
		}
	}
}

func each(all iter.Seq[string], yield func(string) bool) bool {
	for s := range all {
		if !yield(s) {
			return false
		}
	}
	return true
}

// compare looks for what the examples show and the desk never sent.
func (d *talk) compare() {
	for _, e := range examples {
		for _, s := range e.steps {
			protocol := "staff"
			switch s.came.(type) {
			case nil:
				continue
			case wire.LoggedIn, chatwire.TicketResponse:
				protocol = "http"
			case chatwire.FromDesk:
				protocol = "chat"
			}
			var frame map[string]any
			if err := json.Unmarshal(encoded(s.came), &frame); err != nil {
				d.t.Fatal(err)
			}
			for kind, holds := range frame {
				seen := d.seen[protocol+" "+kind]
				if seen == nil {
					d.t.Errorf("%s: no %s came from the desk", e.name, kind)
				}
				for path := range paths(holds, "") {
					if !seen[path] {
						d.t.Errorf("%s: %s%s is shown, but never came", e.name, kind, path)
					}
				}
			}
		}
	}
}

func (d *talk) post(path string, body any) map[string]any {
	d.t.Helper()
	resp, err := http.Post("http://"+d.addr+path, "application/json", bytes.NewReader(encoded(body)))
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%s answers %d, %v", path, resp.StatusCode, err)
	}
	d.note("http", answer)
	return answer
}

// socket is one connection of an outsider's client: JSON and nothing of ours.
type socket struct {
	*talk
	protocol string
	ws       *websocket.Conn
}

func (d *talk) dial(path, subprotocol, token string) *socket {
	d.t.Helper()
	s := &socket{talk: d, protocol: "chat"}
	header := http.Header{}
	if token != "" {
		s.protocol = "staff"
		header.Set("Authorization", "Bearer "+token)
	}
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}}
	ws, _, err := dialer.DialContext(d.t.Context(), "ws://"+d.addr+path, header)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = ws.Close() })
	s.ws = ws
	return s
}

func (s *socket) send(frame any) {
	s.t.Helper()
	if err := s.ws.WriteJSON(frame); err != nil {
		s.t.Fatal(err)
	}
}

// until reads frames until one of each kind has come, and returns the last of each.
func (s *socket) until(kinds ...string) map[string]any {
	s.t.Helper()
	_ = s.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	got := make(map[string]any)
	for slices.ContainsFunc(kinds, func(kind string) bool { return got[kind] == nil }) {
		var frame map[string]any
		if err := s.ws.ReadJSON(&frame); err != nil {
			s.t.Fatalf("waiting for %v: %v", kinds, err)
		}
		s.note(s.protocol, frame)
		maps.Copy(got, frame)
	}
	return got
}
