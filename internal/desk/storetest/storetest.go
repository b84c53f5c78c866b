// Package storetest says what a desk.Store must do, as tests every
// implementation runs. It knows none of them.
package storetest

import (
	"errors"
	"reflect"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// Open returns an empty store that is closed when the test ends, and a function
// that closes it and opens the same data again.
type Open func(t *testing.T) (store desk.Store, reopen func() desk.Store)

// Run tests the stores that open returns.
func Run(t *testing.T, open Open) {
	tests := []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"a new store", newStore},
		{"entries come back as they went in", entriesComeBack},
		{"seqs are dense", denseSeqs},
		{"epochs follow each other", epochs},
		{"entries are paged", pagedEntries},
		{"a conversation's timeline", timeline},
		{"a customer's lines", lines},
		{"conversations", conversations},
		{"unresolved, due and counted", unresolved},
		{"users", users},
		{"queues", queues},
		{"sessions", sessions},
		{"customers", customers},
		{"resume tokens", resumeTokens},
		{"lanes", lanes},
		{"what is not there", nothingThere},
		{"hostile text survives", hostileText},
		{"search finds words", searchWords},
		{"search pages from the newest", searchPages},
		{"search shows what the asker may see", searchVisibility},
		{"search takes anything", searchAnything},
		{"search shows where it matched", searchSnippet},
		{"an update reads its own writes", ownWrites},
		{"an update that fails leaves nothing", rollback},
		{"an update that panics leaves nothing", rollbackOnPanic},
		{"a cancelled context", cancelled},
		{"a context cancelled midway", cancelledMidway},
		{"a view is one position", consistentView},
		{"updates are serialised", serialised},
		{"everything is there after reopening", reopened},
		{"a closed store refuses", closed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// kit is a store with which a test cannot fail silently.
type kit struct {
	*testing.T
	desk.Store
}

func start(t *testing.T, open Open) kit {
	t.Helper()
	store, _ := open(t)
	return kit{t, store}
}

// update commits what fn writes.
func (k kit) update(fn func(desk.Tx) error) {
	k.Helper()
	if err := k.Update(k.Context(), fn); err != nil {
		k.Fatalf("update: %v", err)
	}
}

// view reads in one view.
func (k kit) view(fn func(desk.Reader) error) {
	k.Helper()
	if err := k.View(k.Context(), fn); err != nil {
		k.Fatalf("view: %v", err)
	}
}

// append commits entries and returns the last seq.
func (k kit) append(entries ...desk.Entry) (last uint64) {
	k.Helper()
	k.update(func(tx desk.Tx) (err error) {
		for _, e := range entries {
			if last, err = tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	})
	return last
}

// get reads one value in a view of its own.
func get[T any](k kit, read func(desk.Reader) (T, error)) T {
	k.Helper()
	var v T
	k.view(func(r desk.Reader) (err error) {
		v, err = read(r)
		return err
	})
	return v
}

// find reads one thing that must be there.
func find[T any](k kit, read func(desk.Reader) (T, bool, error)) T {
	k.Helper()
	return get(k, func(r desk.Reader) (T, error) {
		v, ok, err := read(r)
		if err == nil && !ok {
			err = errors.New("it is not there")
		}
		return v, err
	})
}

// missing checks that a lookup finds nothing.
func missing[T any](k kit, what string, read func(desk.Reader) (T, bool, error)) {
	k.Helper()
	k.view(func(r desk.Reader) error {
		v, ok, err := read(r)
		if err != nil || ok {
			k.Errorf("%s: %+v, %v, %v; want nothing", what, v, ok, err)
		}
		return nil
	})
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// entry makes a log entry of an event.
func entry(t testing.TB, at wire.Millis, customer wire.CustomerID, e wire.Event) desk.Entry {
	t.Helper()
	body, err := wire.EncodeEvent(at, e)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := wire.About(e)
	return desk.Entry{At: at, Event: e, Body: body, Customer: customer, Conversation: c}
}

// said makes the entry of a customer's message, searchable.
func said(t testing.TB, c wire.ConversationID, customer wire.CustomerID, text string) desk.Entry {
	t.Helper()
	e := entry(t, 1000, customer, wire.Said{Conversation: c, By: wire.ByCustomer, Text: text})
	e.Text = text
	return e
}

func seqs(entries []desk.Entry) []uint64 {
	var out []uint64
	for _, e := range entries {
		out = append(out, e.Seq)
	}
	return out
}

func position(r desk.Reader) (wire.Position, error) { return r.Position() }
