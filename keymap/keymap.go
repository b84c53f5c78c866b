// Package keymap says which key does what, where, and how the help describes
// it. It is a table: adding a key means adding a row, and help, footer and
// manual follow. It reads no keyboard, keeps no time and knows nothing of how
// an action is carried out.
package keymap

import (
	"slices"
	"strings"
)

//go:generate go run ventanilla/internal/keysdoc -o ../docs/keys.md

// Map answers what a key means. It does not change once made and may be used
// from several goroutines. Its zero value knows no keys.
type Map struct {
	rows  []Binding
	tries map[Scope]*node
}

// Default returns the built-in keys.
func Default() Map { return makeMap(table()) }

// Result is what a key came to. Keep Pending and hand it to the next Press: it
// is nil unless a sequence has begun. When there is neither an action nor
// anything pending the key is not a command, and where text is typed it is text.
type Result struct {
	Action  Action
	Pending []string
	Follow  []Follow // what may come after Pending, in table order
}

// Follow is one way to finish a sequence that has begun.
type Follow struct {
	Keys    string // the rest of the sequence
	Binding Binding
}

// Press judges one key, given the keys of a sequence that came before it. The
// caller decides how long a sequence may stay pending. A key that does not
// continue it means nothing, so a slip after the leader never does something
// else; but where text is typed it is judged by itself, so nothing typed is lost.
func (m Map) Press(s Scope, pending []string, key string) Result {
	keys := append(slices.Clone(pending), canonical(key))
	at := m.tries[s].find(keys)
	if at == nil && s.Typing() {
		keys = keys[len(pending):]
		at = m.tries[s].find(keys)
	}
	switch {
	case at == nil:
		return Result{}
	case at.row != nil:
		return Result{Action: at.row.Action}
	}
	return Result{Pending: keys, Follow: at.follow(nil, "")}
}

// Lookup reports the action bound to a key or sequence in s.
func (m Map) Lookup(s Scope, sequence string) (Action, bool) {
	if at := m.tries[s].find(split(sequence)); at != nil && at.row != nil {
		return at.row.Action, true
	}
	return "", false
}

// Help lists what can be pressed in s, in table order, each row with the keys
// that count there. Everywhere lists the whole table.
func (m Map) Help(s Scope) []Binding {
	var rows []Binding
	for _, b := range m.rows {
		b = b.clone()
		if s != Everywhere {
			b.Keys = b.KeysIn(s)
		}
		if len(b.Keys) > 0 {
			rows = append(rows, b)
		}
	}
	return rows
}

// Key is the key to show for an action in s, for footers and hints. It is
// empty when the action cannot be pressed there.
func (m Map) Key(s Scope, a Action) string {
	for _, b := range m.rows {
		if b.Action == a {
			if ks := b.KeysIn(s); len(ks) > 0 {
				return ks[0]
			}
		}
	}
	return ""
}

// makeMap builds a trie for each scope. Of two rows that clash the first in
// the table wins, as Check says which they are.
func makeMap(rows []Binding) Map {
	m := Map{rows: rows, tries: make(map[Scope]*node)}
	for _, s := range Scopes() {
		root := &node{}
		for i := range rows {
			for _, k := range rows[i].KeysIn(s) {
				root.add(split(k), &rows[i])
			}
		}
		m.tries[s] = root
	}
	return m
}

// node is a place in a sequence: at a row it ends, otherwise it goes on.
type node struct {
	row  *Binding
	next []edge // in table order
}

type edge struct {
	key string
	to  *node
}

// add returns the row that is in the way of this one, or nil.
func (n *node) add(keys []string, row *Binding) *Binding {
	for _, k := range keys {
		if n.row != nil {
			return n.row
		}
		to := n.child(k)
		if to == nil {
			to = &node{}
			n.next = append(n.next, edge{k, to})
		}
		n = to
	}
	if n.row != nil {
		return n.row
	}
	if len(n.next) > 0 {
		return n.first()
	}
	n.row = row
	return nil
}

func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.next {
		if e.key == key {
			return e.to
		}
	}
	return nil
}

func (n *node) find(keys []string) *node {
	for _, k := range keys {
		n = n.child(k)
	}
	return n
}

// first is the row of the first sequence that passes through n.
func (n *node) first() *Binding {
	for n.row == nil {
		n = n.next[0].to
	}
	return n.row
}

// follow appends every way on from n, whose sequence so far reads before.
func (n *node) follow(out []Follow, before string) []Follow {
	for _, e := range n.next {
		rest := strings.TrimSpace(before + " " + e.key)
		if e.to.row != nil {
			out = append(out, Follow{rest, e.to.row.clone()})
			continue
		}
		out = e.to.follow(out, rest)
	}
	return out
}
