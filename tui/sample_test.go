package tui

import (
	"fmt"
	"time"

	"ventanilla/client/wire"
)

func ago(d time.Duration) wire.Millis { return wire.At(noon.Add(-d)) }

// sampleRows is a morning's queue: Spanish, emoji, CJK, and one who attacks.
func sampleRows() []wire.Summary {
	var out []wire.Summary
	for i, r := range []struct {
		customer, channel, text string
		agent                   wire.AgentID
		wait                    time.Duration
		priority                wire.Priority
		unread                  int
	}{
		{"Rosa P.", "web", "este mes voy a pagarte más tarde, se puede?", "ana", 42 * time.Second, wire.High, 2},
		{"Bruno D. 🎉", "web", "¿puedo pedirte un préstamo? 😊🙏🏽", "ana", 130 * time.Second, 0, 1},
		{"Carla Montenegro de la Fuente", "email", "adjunto el comprobante", "ana", 331 * time.Second, 0, 0},
		{"王小明", "web", "我想知道我的貸款什麼時候到期？謝謝", "ana", 0, 0, 0},
		{"Ernesto", "web", "gracias!", "ana", 0, wire.Low, 0},
		{"Luciana", "web", "no reconozco este préstamo!!", "", 25 * time.Minute, wire.Urgent, 3},
		{"Martín Ortega", "web", "me llaman de cobranzas todos los días", "", 12 * time.Minute, 0, 1},
		{"👩‍👩‍👧 Familia", "web", "hola ❤️ 1️⃣ \x1b[31mrojo\x07\u202etxt", "", 3 * time.Minute, 0, 1},
	} {
		s := wire.Summary{ID: wire.ConversationID(fmt.Sprintf("c%d", i+1)), Customer: r.customer, Known: true, Channel: r.channel,
			Queue: "q1", Agent: r.agent, Status: wire.Open, Priority: r.priority, Unread: r.unread, Created: ago(26 * time.Hour),
			Last:      wire.Preview{By: wire.ByCustomer, Text: r.text, At: ago(r.wait), Seq: 20},
			Delivered: 15, Read: 12}
		if r.wait > 0 {
			s.Waiting = ago(r.wait)
		} else {
			s.Last.By = wire.ByAgent
		}
		out = append(out, s)
	}
	out[0].Tags = []string{"mora", "promesa"}
	return append(out, wire.Summary{ID: "t1", Customer: "Nora", Channel: "web", Queue: "q1", Agent: "leo", Status: wire.Open,
		Created: ago(time.Hour), Last: wire.Preview{By: wire.ByAgent, Text: "Listo, queda imputado.", At: ago(5 * time.Minute)}},
		wire.Summary{ID: "s1", Customer: "Pablo", Channel: "web", Queue: "q1", Agent: "ana", Status: wire.Snoozed, Until: wire.At(noon.Add(3 * time.Hour)),
			Created: ago(time.Hour), Last: wire.Preview{By: wire.ByCustomer, Text: "el lunes te confirmo", At: ago(50 * time.Minute)}})
}

func sampleTimeline(s wire.Summary) wire.Timeline {
	id := s.ID
	t := wire.Timeline{Summary: s}
	for i, e := range []struct {
		ago   time.Duration
		event wire.Event
	}{
		{26 * time.Hour, wire.Opened{Summary: s}},
		{26 * time.Hour, wire.Said{Conversation: id, By: wire.ByCustomer, Text: "Hola! Tomé un préstamo el mes pasado y quería saber cuándo vence la cuota."}},
		{25 * time.Hour, wire.Routed{Conversation: id, How: wire.Took, By: "leo", Agent: "leo", Queue: "q1"}},
		{25 * time.Hour, wire.Said{Conversation: id, By: wire.ByAgent, Agent: "leo", Text: "¡Hola! Tu cuota vence el domingo 10/05. 👍"}},
		{24 * time.Hour, wire.StatusChanged{Conversation: id, Status: wire.Resolved, By: "leo", Disposition: "vencimiento y monto"}},
		{10 * time.Minute, wire.StatusChanged{Conversation: id, Status: wire.Open}},
		{10 * time.Minute, wire.Said{Conversation: id, By: wire.ByCustomer, Text: "hola moni, este mes voy a pagarte más tarde, se puede?"}},
		{9 * time.Minute, wire.Routed{Conversation: id, How: wire.Transferred, By: "leo", Agent: "ana", Queue: "q1", Reason: "la conocés del mes pasado"}},
		{9 * time.Minute, wire.Noted{Conversation: id, Agent: "leo", Text: "Ojo: ya usó una prórroga este año.\nNo ofrecer refinanciación todavía."}},
		{8 * time.Minute, wire.Said{Conversation: id, By: wire.ByAgent, Agent: "ana", Text: "¡Hola! Gracias por avisar. ¿Qué día podrías pagarla?"}},
		{2 * time.Minute, wire.Said{Conversation: id, By: wire.ByCustomer, Text: "cobro el 20"}},
		{2 * time.Minute, wire.Said{Conversation: id, By: wire.ByCustomer, Text: "我也可以說中文 y emojis 🎉🇦🇷 jaja"}},
		{90 * time.Second, wire.Said{Conversation: id, By: wire.ByAgent, Agent: "ana", Text: "Perfecto 🙌"}},
		{42 * time.Second, wire.Said{Conversation: id, By: wire.ByCustomer, Text: "entonces la paso al 20?\x1b[31m"}},
	} {
		t.Records = append(t.Records, wire.Record{Seq: uint64(i + 5), Prev: uint64(i + 4), At: ago(e.ago), Event: e.event})
	}
	t.Records[0].Prev = 0
	return t
}

func known[T any](v T) wire.Val[T] {
	return wire.Val[T]{V: &v, Src: "libro", AsOf: ago(12 * time.Second), Kind: "core"}
}

func ars(minor int64) wire.Val[wire.Amount] {
	return known(wire.Amount{Minor: minor, Currency: "ARS"})
}

// sampleContext is the worked example of a customer three days before an instalment.
func sampleContext(id wire.ConversationID) wire.Context {
	loan := wire.Loan{ID: "P-1001", Active: true, Original: ars(5000000), Balance: ars(4382591), TNA: known("145"), TEA: known("293.50"),
		Promises:   []wire.Promise{{Date: known("2026-05-20"), Amount: ars(1322984), State: "open"}},
		Extensions: []wire.Extension{{Number: 1, From: known("2026-04-05"), To: known("2026-04-10"), Cost: ars(33215)}}}
	for i, d := range []string{"2026-04-10", "2026-05-10", "2026-06-10", "2026-07-10", "2026-08-10", "2026-09-10"} {
		in := wire.Instalment{Number: i + 1, State: "pending", Due: known(d), Total: ars(1322984), Unpaid: ars(1322984)}
		if i == 0 {
			in.State = "paid"
		}
		loan.Instalments = append(loan.Instalments, in)
	}
	return wire.Context{Conversation: id, Date: "2026-05-07", AsOf: ago(12 * time.Second), Src: "libro",
		Who: &wire.Who{Name: known("Rosa P."), FullName: known("Rosa Pérez"), Country: "AR", Evidence: "app", Level: 2,
			Documents: []wire.Document{{Kind: "DNI", Masked: known("··.···.678")}, {Kind: "CUIL", Masked: known("20-··-6")}}},
		Stops: []wire.Stop{{Kind: "account_changed", Since: known(ago(50 * time.Hour))}},
		Now: &wire.Now{State: "due_in", Days: 3, Loan: "P-1001", Number: 2, Of: 6, Amount: ars(1322984), Due: known("2026-05-10"),
			Payoff: ars(4951385), PayoffPerDay: ars(19873)},
		Loans: []wire.Loan{loan, {ID: "P-0877", Original: ars(2000000), TNA: known("120")}},
		Payments: []wire.Payment{{ID: "a", Date: known("2026-05-06"), Amount: ars(500000), Rail: "cvu", State: "received"},
			{ID: "b", Date: known("2026-04-10"), Amount: ars(1338436), Rail: "debit", State: "applied"}},
		Offer: &wire.Offer{Reason: "overdue"},
	}
}

// time100k spreads a long conversation over weeks, newest last.
func time100k(i int) time.Duration { return time.Duration(100_000-i) * time.Minute }

// manyRows is the sample and n more that wait.
func manyRows(n int) []wire.Summary {
	out := sampleRows()
	for i := range n {
		out = append(out, wire.Summary{ID: wire.ConversationID(fmt.Sprintf("m%d", i)), Customer: fmt.Sprintf("María Ñandú %d", i), Channel: "web", Queue: "q1", Agent: "ana",
			Status: wire.Open, Created: ago(time.Hour), Waiting: ago(time.Duration(i) * time.Second), Last: wire.Preview{By: wire.ByCustomer, Text: "¿cuándo vence mi cuota? gracias ✨", At: ago(time.Minute)}})
	}
	return out
}
