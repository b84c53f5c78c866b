package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
)

// example is a part of a conversation between a client and the desk.
type example struct {
	name  string
	steps []step
}

// step is a frame, the body of a request, or a remark between them. Frames are
// values of the wire's own types, so that what stands in the document is what the
// encoders write.
type step struct {
	remark string
	sent   any // by the client
	came   any // from the desk
}

// text writes an example, an arrow before each frame.
func (e example) text() (string, error) {
	var b strings.Builder
	b.WriteString("```\n")
	for _, s := range e.steps {
		arrow, frame := "→", s.sent
		if frame == nil {
			arrow, frame = "←", s.came
		}
		if s.remark != "" {
			fmt.Fprintf(&b, "# %s\n", s.remark)
			if frame == nil {
				continue
			}
		}
		body, err := json.Marshal(frame)
		if err != nil {
			return "", fmt.Errorf("encoding the example %s: %w", e.name, err)
		}
		fmt.Fprintf(&b, "%s %s\n", arrow, body)
	}
	b.WriteString("```\n")
	return b.String(), nil
}

// examples are one story: Ana serves Vera.
var examples = []example{signIn, greeting, following, opening, sending, resuming, numbering, marking, ticket, chatting, chatResuming}

const (
	vera   wire.ConversationID = "1nq4yd8k2m"
	ana    wire.AgentID        = "1nq0000a7c"
	epoch                      = "k5qv2ma7c3xwz6p4tnbdy2hjrl"
	device                     = "h3ub6kqj5n2x7wvyc4ramz2dtp"
	lane                       = "w7ct2nqy4kzh5vxj3bmra6dpsu"
	rights                     = "agent[general]"
	clock  wire.Millis         = 1790000000000
)

var (
	arriving = wire.Agent{ID: ana, Name: "Ana Sosa", Role: wire.RoleAgent, Queues: []wire.QueueID{"general"}, State: wire.Offline}
	you      = wire.Agent{ID: ana, Name: "Ana Sosa", Role: wire.RoleAgent, Queues: []wire.QueueID{"general"}, State: wire.Online, Since: clock}
	waiting  = wire.Summary{
		ID: vera, Customer: "Vera", Channel: "web", Lang: "es-AR", Queue: "general", Status: wire.Open, Unread: 1,
		Waiting: clock - 60_000, Created: clock - 60_000,
		Last: wire.Preview{By: wire.ByCustomer, Text: "Hola, ¿cuánto debo?", At: clock - 60_000, Seq: 40},
	}
	signIn = example{name: "signing in", steps: []step{
		{sent: wire.Login{Login: "ana", Password: "correct horse battery"}},
		{came: wire.LoggedIn{Token: "q3…52 characters…7x", You: arriving, Expires: clock + 12*3_600_000, Workspace: "Mesa de ayuda"}},
	}}
	greeting = example{name: "greeting", steps: []step{
		{sent: wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: device, Lane: lane, Locale: "es-AR"}}},
		{came: wire.FromDesk{Welcome: &wire.Welcome{
			You: you, Can: desk.Can(wire.RoleAgent), Epoch: epoch, Rights: rights, Head: 41, Clock: clock,
			Beat: 25_000, Name: "Mesa de ayuda", Dispositions: []string{"pago no acreditado", "otro"},
		}}},
		{remark: "no position was given, so a snapshot follows; this one has a single part"},
		{came: wire.FromDesk{Snapshot: &wire.Snapshot{
			Seq: 41, Part: 1, Agents: []wire.Agent{you}, Queues: []wire.Queue{{ID: "general", Name: "General"}},
			Conversations: []wire.Summary{waiting}, Last: true,
		}}},
	}}
	following = example{name: "following", steps: []step{
		{came: feed(43, wire.Record{Seq: 43, Prev: 41, At: clock + 5000, Event: wire.Said{
			Conversation: vera, By: wire.ByCustomer, Text: wire.Cut(long), Cut: true,
		}})},
		{remark: "43 is the first record after the snapshot at 41: 42 was not for Ana; cut, because she does not watch"},
		{came: wire.FromDesk{Typing: &wire.Typing{Conversation: vera, By: wire.ByCustomer}}},
		{sent: wire.FromClient{Ping: &wire.Ping{Sent: clock + 6000}}},
		{came: wire.FromDesk{Pong: &wire.Pong{Sent: clock + 6000, Clock: clock + 6002, Head: 43, UpTo: 43}}},
	}}
	opening = example{name: "opening", steps: []step{
		{sent: wire.FromClient{Ask: asked(1, wire.Watch{Conversation: vera, Limit: 30})}},
		{came: wire.FromDesk{Answer: &wire.Answer{ID: 1, Result: encoded(wire.Timeline{
			Summary: folded(waiting, 43, clock+5000, wire.Said{Conversation: vera, By: wire.ByCustomer, Text: long}),
			Records: []wire.Record{
				{Seq: 39, At: clock - 60_000, Event: wire.Opened{Summary: opened}},
				{Seq: 40, Prev: 39, At: clock - 60_000, Event: wire.Said{Conversation: vera, By: wire.ByCustomer, Text: "Hola, ¿cuánto debo?"}},
				{Seq: 43, Prev: 40, At: clock + 5000, Event: wire.Said{Conversation: vera, By: wire.ByCustomer, Text: long}},
			},
			UpTo: 43,
		})}}},
	}}
	sending = example{name: "sending", steps: []step{
		{sent: wire.FromClient{Command: ordered(1, 0, wire.Take{Conversation: vera})}},
		{sent: wire.FromClient{Command: ordered(2, 0, wire.Reply{Conversation: vera, Text: "Hola Vera, ya lo miro."})}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 1, Seq: 44}}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 2, Seq: 45}}},
		{came: feed(45,
			wire.Record{Seq: 44, Prev: 43, At: clock + 7000, Event: wire.Routed{Conversation: vera, How: wire.Took, By: ana, Agent: ana, Queue: "general"}},
			wire.Record{Seq: 45, Prev: 44, At: clock + 7000, Event: wire.Said{Conversation: vera, By: wire.ByAgent, Agent: ana, Text: "Hola Vera, ya lo miro."}},
		)},
		{remark: "outcomes and feed are two streams: either may come first"},
		{sent: wire.FromClient{Command: ordered(3, 2, wire.Resolve{Conversation: vera, Disposition: "listo"})}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 3, Refused: &wire.Refusal{Kind: wire.Invalid, Code: "bad_disposition", Text: "Esa tipificación no existe."}}}},
	}}
	resuming = example{name: "resuming", steps: []step{
		{remark: "the desk closes the socket with 4000; the client waits, dials again and says where it stopped"},
		{sent: wire.FromClient{Hello: &wire.Hello{
			Version: wire.Version, Device: device, Lane: lane, Locale: "es-AR",
			At: &wire.Position{Epoch: epoch, Seq: 45}, Rights: rights, Watch: []wire.ConversationID{vera},
		}}},
		{came: wire.FromDesk{Welcome: &wire.Welcome{
			You: you, Can: desk.Can(wire.RoleAgent), Epoch: epoch, Rights: rights, Head: 52, Clock: clock + 20_000,
			Resumed: true, LaneLast: 3, Beat: 25_000, Name: "Mesa de ayuda", Dispositions: []string{"pago no acreditado", "otro"},
		}}},
		{remark: "no snapshot: the first record names 45 as the one before it"},
		{came: feed(52, wire.Record{Seq: 50, Prev: 45, At: clock + 15_000, Event: wire.Said{Conversation: vera, By: wire.ByCustomer, Text: "Gracias"}})},
	}}
	numbering = example{name: "numbering", steps: []step{
		{remark: "the answer to 4 was lost with the link; it is sent again and gives the stored outcome"},
		{sent: wire.FromClient{Command: ordered(4, 3, wire.Note{Conversation: vera, Text: "Prometió pagar el viernes."})}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 4, Seq: 51}}},
		{remark: "6 before 5 is not taken"},
		{sent: wire.FromClient{Command: ordered(6, 4, wire.Release{Conversation: vera})}},
		{came: wire.FromDesk{Resend: &wire.Resend{From: 5}}},
		{remark: "3 was confirmed by settled and is forgotten"},
		{sent: wire.FromClient{Command: ordered(3, 4, wire.Resolve{Conversation: vera, Disposition: "listo"})}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 3, Settled: true}}},
	}}
	marking = example{name: "typing", steps: []step{
		{sent: wire.FromClient{Typing: &wire.ClientTyping{Conversation: vera}}},
		{sent: wire.FromClient{Command: ordered(5, 4, wire.MarkSeen{Conversation: vera, UpTo: 50})}},
		{came: wire.FromDesk{Outcome: &wire.Outcome{N: 5, Seq: 53}}},
	}}
)

const long = "Hola, quería saber cuánto debo de mi préstamo y si puedo pagar la semana que viene sin intereses."

var opened = wire.Summary{
	ID: vera, Customer: "Vera", Channel: "web", Lang: "es-AR", Queue: "general", Status: wire.Open, Created: clock - 60_000,
}

func feed(upTo uint64, records ...wire.Record) wire.FromDesk {
	return wire.FromDesk{Feed: &wire.Feed{Records: records, UpTo: upTo}}
}

func folded(s wire.Summary, seq uint64, at wire.Millis, e wire.Event) wire.Summary {
	s.Fold(seq, at, e)
	return s
}

// encoded, ordered and asked encode what was written above, which cannot fail.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func ordered(n, settled uint64, c wire.Command) *wire.CommandFrame {
	return &wire.CommandFrame{N: n, Settled: settled, Name: wire.CommandName(c), Args: encoded(c)}
}

func asked(id uint64, a wire.Ask) *wire.AskFrame {
	return &wire.AskFrame{ID: id, Name: wire.AskName(a), Args: encoded(a)}
}

var (
	ticket = example{name: "ticket", steps: []step{
		{sent: chatwire.TicketRequest{Name: "Vera", Locale: "es-AR"}},
		{came: chatwire.TicketResponse{Ticket: "m6…26 characters…2p", Resume: "z4…26 characters…c7"}},
	}}
	chatting = example{name: "chatting", steps: []step{
		{sent: chatwire.FromCustomer{Hello: &chatwire.Hello{Version: chatwire.Version, Ticket: "m6…26 characters…2p", Device: "d7xw4kqa", Lane: "t2nv5cyb"}}},
		{came: chatwire.FromDesk{Welcome: &chatwire.Welcome{Name: "Vera", Clock: clock - 61_000, Beat: 25_000}}},
		{came: chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{}}}},
		{sent: chatwire.FromCustomer{Typing: &struct{}{}}},
		{sent: chatwire.FromCustomer{Say: &chatwire.Say{N: 1, Text: "Hola, ¿cuánto debo?"}}},
		{came: chatwire.FromDesk{Outcome: &chatwire.Outcome{N: 1, Seq: 40}}},
		{came: chatwire.FromDesk{Service: &chatwire.Service{}}},
		{came: chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{
			{Seq: 40, At: clock - 60_000, By: wire.ByCustomer, Text: "Hola, ¿cuánto debo?", Lane: "t2nv5cyb", N: 1},
		}}}},
		{remark: "an agent takes the conversation and answers"},
		{came: chatwire.FromDesk{Service: &chatwire.Service{Agent: "Ana Sosa"}}},
		{came: chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{
			{Seq: 45, At: clock + 7000, By: wire.ByAgent, Name: "Ana Sosa", Text: "Hola Vera, ya lo miro."},
		}}}},
		{sent: chatwire.FromCustomer{Marks: &chatwire.Marks{Delivered: 45, Read: 45}}},
		{remark: "the staff has read up to 45"},
		{came: chatwire.FromDesk{Marks: &chatwire.Marks{Delivered: 45, Read: 45}}},
		{sent: chatwire.FromCustomer{Ping: &chatwire.Ping{Sent: clock + 9000}}},
		{came: chatwire.FromDesk{Pong: &chatwire.Pong{Sent: clock + 9000, Clock: clock + 9001}}},
	}}
	chatResuming = example{name: "coming back", steps: []step{
		{remark: "a new ticket was had with the resume token; 45 is the last line the page holds, number 2 had no answer"},
		{sent: chatwire.FromCustomer{Hello: &chatwire.Hello{Version: chatwire.Version, Ticket: "b5…26 characters…7w", Device: "d7xw4kqa", Lane: "t2nv5cyb", After: 45}}},
		{came: chatwire.FromDesk{Welcome: &chatwire.Welcome{
			Name: "Vera", Clock: clock + 14_000, Beat: 25_000, LaneLast: 1,
			Service: chatwire.Service{Agent: "Ana Sosa"}, Marks: chatwire.Marks{Delivered: 45, Read: 45},
		}}},
		{came: chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{}}}},
		{sent: chatwire.FromCustomer{Say: &chatwire.Say{N: 2, Settled: 1, Text: "Gracias"}}},
		{came: chatwire.FromDesk{Outcome: &chatwire.Outcome{N: 2, Seq: 50}}},
	}}
)
