package storetest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// stocked is a store with searchable conversations:
//
//	c1, general, nobody's: 1 opening of «Zoë Ñandú», 2 and 3 messages, 4 a note
//	c2, mora, a1's: 5 a message
//	c3, mora, nobody's: 6 a message
func stocked(t *testing.T, open Open) kit {
	k := start(t, open)
	place := func(id wire.ConversationID, q wire.QueueID, a wire.AgentID) desk.Conversation {
		return desk.Conversation{Customer: "u", Summary: wire.Summary{ID: id, Customer: "Zoë Ñandú", Queue: q, Agent: a, Status: wire.Resolved}}
	}
	save(k, place("c1", "general", ""), place("c2", "mora", "a1"), place("c3", "mora", ""))
	opening := entry(t, 1, "u", wire.Opened{Summary: wire.Summary{ID: "c1", Customer: "Zoë Ñandú"}})
	opening.Text = "Zoë Ñandú"
	note := entry(t, 1, "u", wire.Noted{Conversation: "c1", Agent: "a9", Text: "pidió un CRÉDITO nuevo"})
	note.Text = "pidió un CRÉDITO nuevo"
	k.append(opening, said(t, "c1", "u", "Quiero un crédito personal"), said(t, "c1", "u", "el pago no se acreditó"), note,
		said(t, "c2", "u", "crédito en mora"), said(t, "c3", "u", "otro credito en mora"))
	return k
}

// everywhere may look into both queues.
func everywhere(words ...string) desk.SearchQuery {
	return desk.SearchQuery{Words: words, Queues: []wire.QueueID{"general", "mora"}, Limit: 100}
}

func hits(k kit, q desk.SearchQuery) []uint64 {
	k.Helper()
	var out []uint64
	for _, f := range get(k, func(r desk.Reader) ([]desk.Found, error) { return r.Search(q) }) {
		out = append(out, f.Entry.Seq)
	}
	return out
}

func searchWords(t *testing.T, open Open) {
	k := stocked(t, open)
	for _, tt := range []struct {
		words string
		want  []uint64
	}{
		{"credito", []uint64{6, 5, 4, 2}},
		{"CRÉDITO", []uint64{6, 5, 4, 2}},
		{"cre\u0301dito", []uint64{6, 5, 4, 2}},
		{"credito mora", []uint64{6, 5}},
		{"mora credito", []uint64{6, 5}},
		{"cred", []uint64{6, 5, 4, 2}},
		{"cred mora", nil}, // only the last word is a prefix
		{"mora cred", []uint64{6, 5}},
		{"nandu", []uint64{1}},
		{"zoe ñan", []uint64{1}},
		{"acredito", []uint64{3}},
		{"ausente", nil},
		{"", nil},
	} {
		same(t, fmt.Sprintf("%q", tt.words), hits(k, everywhere(strings.Fields(tt.words)...)), tt.want)
	}

	found := get(k, func(r desk.Reader) ([]desk.Found, error) { return r.Search(everywhere("personal")) })
	want := said(t, "c1", "u", "Quiero un crédito personal")
	want.Seq, want.Text = 2, ""
	same(t, "found", found, []desk.Found{{Entry: want, Customer: "Zoë Ñandú", Snippet: "Quiero un crédito personal"}})
}

func searchPages(t *testing.T, open Open) {
	k := stocked(t, open)
	q := everywhere("credito")
	q.Limit = 2
	same(t, "first page", hits(k, q), []uint64{6, 5})
	q.Before = 5
	same(t, "second page", hits(k, q), []uint64{4, 2})
	q.Before = 2
	same(t, "after the last", hits(k, q), []uint64(nil))
	q.Before, q.Limit = 0, 0
	same(t, "nothing asked for", hits(k, q), []uint64(nil))
	q.Limit = -1
	same(t, "less than nothing asked for", hits(k, q), []uint64(nil))
}

func searchVisibility(t *testing.T, open Open) {
	k := stocked(t, open)
	for _, tt := range []struct {
		queues []wire.QueueID
		agent  wire.AgentID
		want   []uint64
	}{
		{nil, "", nil},
		{[]wire.QueueID{}, "a1", []uint64{5}},
		{[]wire.QueueID{"general"}, "", []uint64{4, 2}},
		{[]wire.QueueID{"general"}, "a1", []uint64{5, 4, 2}},
		{[]wire.QueueID{"mora"}, "a2", []uint64{6, 5}},
		{[]wire.QueueID{"mora", "none", `"`}, "", []uint64{6, 5}},
		{[]wire.QueueID{""}, "", nil},
	} {
		q := desk.SearchQuery{Words: []string{"credito"}, Queues: tt.queues, Agent: tt.agent, Limit: 100}
		same(t, fmt.Sprintf("%q and %q", tt.queues, tt.agent), hits(k, q), tt.want)
	}

	// What counts is where the conversation is now.
	save(k, desk.Conversation{Customer: "u", Summary: wire.Summary{ID: "c1", Queue: "mora", Status: wire.Open}})
	q := desk.SearchQuery{Words: []string{"credito"}, Queues: []wire.QueueID{"general"}, Limit: 100}
	same(t, "after a transfer", hits(k, q), []uint64(nil))
}

func searchAnything(t *testing.T, open Open) {
	k := stocked(t, open)
	words := []string{
		`" OR *`, `"`, `""`, `"""`, `'`, `*`, `^`, `-`, `+`, `(`, `)`, `NEAR(`, `NEAR(a b, 2)`, `a:b`, `text:credito`, `{text}:x`, `AND`, `OR`, `NOT`,
		"\x00", "a\x00b", "\x1b[2J", "👍", "👨‍💻", "\u0301", "\u202e", "ß", "漢字", "ﷺ", "\xff\xfe", " ", "\n", "--", ";", "%", "_", `\`,
		"U+1F600", "1.500,50", "a-b", strings.Repeat("x", 8000), strings.Repeat(`"`, 999), hostile,
	}
	for _, w := range words {
		for _, q := range [][]string{{w}, {w, "credito"}, {"credito", w}, {w, w, w}} {
			err := k.View(t.Context(), func(r desk.Reader) error {
				_, err := r.Search(everywhere(q...))
				return err
			})
			if err != nil {
				t.Errorf("searching %.40q: %v", q, err)
			}
		}
	}
	if got := hits(k, everywhere(words...)); len(got) != 0 {
		t.Errorf("all of them together found %v", got)
	}
	many := strings.Fields(strings.Repeat("credito mora ", 2000))
	same(t, "4,000 words", hits(k, everywhere(many...)), []uint64{6, 5})
	same(t, "a word beside signs", hits(k, everywhere("👍", "-", "credito", "*")), []uint64{6, 5, 4, 2})
	same(t, "a word in signs", hits(k, everywhere("«mora»")), []uint64{6, 5})
	same(t, "signs only", hits(k, everywhere("👍", "-")), []uint64(nil))
}

func searchSnippet(t *testing.T, open Open) {
	k := stocked(t, open)
	long := strings.Repeat("bla ", 1000) + "la cuota que falta " + strings.Repeat("bla ", 1000)
	k.append(said(t, "c1", "u", long), said(t, "c1", "u", "acá mi refinanciación "+strings.Repeat("ü👍", 2000)))
	for word, want := range map[string]string{"cuota": "cuota que falta", "REFINANCIACION": "refinanciación"} {
		found := get(k, func(r desk.Reader) ([]desk.Found, error) { return r.Search(everywhere(word)) })
		if len(found) != 1 {
			t.Fatalf("%s: %d found", word, len(found))
		}
		s := found[0].Snippet
		if !strings.Contains(s, want) || utf8.RuneCountInString(s) > 2*wire.PreviewLength || !utf8.ValidString(s) {
			t.Errorf("snippet for %s: %q", word, s)
		}
	}
	found := get(k, func(r desk.Reader) ([]desk.Found, error) { return r.Search(everywhere("nandu")) })
	same(t, "a name's snippet", found[0].Snippet, "Zoë Ñandú")
}
