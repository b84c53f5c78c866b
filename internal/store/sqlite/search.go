package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// The words come first and in their own order, whatever the planner thinks of
// the rest: then the newest matches are found without reading the others.
const selectFound = "select " + entryColumns + `, c.summary from words
	cross join log on log.seq = words.rowid
	cross join conversations c on c.id = log.conv
	where words match ? and words.rowid < ?
	and (c.queue in (select value from json_each(?)) or (c.agent = ? and c.agent <> ''))
	order by words.rowid desc limit ?`

// Search implements [desk.Reader].
func (r *reader) Search(q desk.SearchQuery) ([]desk.Found, error) {
	expr := matchAll(q.Words)
	if expr == "" {
		return nil, nil
	}
	queues, err := encoded(q.Queues)
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	var found []desk.Found
	args := []any{expr, below(q.Before), queues, string(q.Agent), max(q.Limit, 0)}
	err = r.rows(selectFound, args, func(scan scan) error {
		f, err := scanFound(scan, q.Words)
		found = append(found, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	return found, nil
}

func scanFound(scan scan, words []string) (desk.Found, error) {
	var summary []byte
	e, err := scanEntry(scan, &summary)
	if err != nil {
		return desk.Found{}, err
	}
	var s struct{ Customer string }
	if err := json.Unmarshal(summary, &s); err != nil {
		return desk.Found{}, fmt.Errorf("summary: %w", err)
	}
	return desk.Found{Entry: e, Customer: s.Customer, Snippet: snippet(searched(e.Event), words)}, nil
}

// searched is the text of an event that people search for.
func searched(e wire.Event) string {
	switch e := e.(type) {
	case wire.Said:
		return e.Text
	case wire.Noted:
		return e.Text
	case wire.Opened:
		return e.Summary.Customer
	}
	return ""
}

// matchAll writes an FTS5 query for all the words, the last one as a prefix. In
// quotes nothing is syntax but the quote itself, and a zero byte ends a query.
// A word without a letter or digit has no token to find and is left out.
func matchAll(words []string) string {
	var b strings.Builder
	quote := strings.NewReplacer(`"`, `""`, "\x00", " ")
	for _, w := range words {
		if strings.IndexFunc(w, isToken) < 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(`"` + quote.Replace(w) + `"`)
	}
	if b.Len() > 0 {
		b.WriteByte('*')
	}
	return b.String()
}

// isToken reports whether unicode61 takes a character for part of a word.
func isToken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}
