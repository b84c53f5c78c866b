package keymap

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// What can be wrong with a table of keys.
var (
	ErrUnknownAction = errors.New("no such action")
	ErrUnknownKey    = errors.New("no such key")
	ErrClash         = errors.New("the key already means something else")
	ErrUnreachable   = errors.New("no key reaches the action")
	ErrSameKey       = errors.New("a terminal sends the same for another key")
	ErrMultiplexer   = errors.New("tmux, screen, zellij or flow control keep this key")
)

// Problem is one thing wrong with a table. Err is one of the errors above, so
// that a configuration reader can point at the line that has Action.
type Problem struct {
	Err    error
	Action Action
	Scope  Scope  // where it matters, if only in one
	Key    string // the key or sequence, if it is one
	Other  string // the action or key in the way, if there is one
}

// Error names the action, the key and what is in the way.
func (p Problem) Error() string {
	text := fmt.Sprintf("keymap: %s", p.Action)
	if p.Key != "" {
		text += fmt.Sprintf(" on %q", p.Key)
	}
	if p.Scope != "" {
		text += fmt.Sprintf(" in %s", p.Scope)
	}
	text += ": " + p.Err.Error()
	if p.Other != "" {
		text += fmt.Sprintf(" (%s)", p.Other)
	}
	return text
}

// Unwrap gives the kind of problem to errors.Is.
func (p Problem) Unwrap() error { return p.Err }

// Check lists everything wrong with the table, in its order.
func (m Map) Check() []Problem {
	var found []Problem
	for _, b := range m.rows {
		for _, sequence := range b.Keys {
			found = append(found, checkKeys(b.Action, sequence)...)
		}
		if len(b.Keys) == 0 {
			found = append(found, Problem{Err: ErrUnreachable, Action: b.Action})
		}
	}
	for _, s := range Scopes() {
		found = append(found, m.checkScope(s)...)
	}
	return found
}

func checkKeys(a Action, sequence string) []Problem {
	ks := split(sequence)
	if len(ks) == 0 {
		return []Problem{{Err: ErrUnknownKey, Action: a, Key: sequence}}
	}
	var found []Problem
	for _, k := range ks {
		switch {
		case !wellFormed(k):
			found = append(found, Problem{Err: ErrUnknownKey, Action: a, Key: k})
		case twin(k) != "":
			found = append(found, Problem{Err: ErrSameKey, Action: a, Key: k, Other: twin(k)})
		case multiplexer(k):
			found = append(found, Problem{Err: ErrMultiplexer, Action: a, Key: k})
		}
	}
	return found
}

// checkScope finds keys with two meanings, keys that hide a sequence they
// begin, and rows whose keys are all letters in a scope where text is typed.
func (m Map) checkScope(s Scope) []Problem {
	var found []Problem
	root := &node{}
	for i := range m.rows {
		b := &m.rows[i]
		ks := b.KeysIn(s)
		if b.In(s) && len(b.Keys) > 0 && len(ks) == 0 {
			found = append(found, Problem{Err: ErrUnreachable, Action: b.Action, Scope: s, Other: "only chords count where text is typed"})
		}
		for _, k := range ks {
			if len(split(k)) == 0 {
				continue // checkKeys has said so
			}
			if other := root.add(split(k), b); other != nil {
				found = append(found, Problem{ErrClash, b.Action, s, k, string(other.Action)})
			}
		}
	}
	return found
}

// Rebind returns m with the keys of the named actions replaced, or m itself and
// everything that is wrong with the wish, one [Problem] after another. Keys of
// multiplexers pass: the user knows whether one is running, and Check still
// names them.
func (m Map) Rebind(wish map[Action][]string) (Map, error) {
	rows := make([]Binding, len(m.rows))
	for i, b := range m.rows {
		rows[i] = b.clone()
		if ks, ok := wish[b.Action]; ok {
			rows[i].Keys = slices.Clone(ks)
		}
	}
	var wrong []error
	for _, a := range slices.Sorted(maps.Keys(wish)) {
		if !slices.ContainsFunc(rows, func(b Binding) bool { return b.Action == a }) {
			wrong = append(wrong, Problem{Err: ErrUnknownAction, Action: a})
		}
	}
	out := makeMap(rows)
	for _, p := range out.Check() {
		if !errors.Is(p, ErrMultiplexer) {
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return m, errors.Join(wrong...)
	}
	return out, nil
}
