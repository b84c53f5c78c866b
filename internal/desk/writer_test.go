package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// failing is a store that cannot write down one text, and cannot commit at all
// while it is told so.
type failing struct {
	desk.Store
	full func() bool
	why  error
}

type failingTx struct {
	desk.Tx
	why error
}

var errWrite = errors.New("the disk says no")

func (s failing) Update(ctx context.Context, fn func(desk.Tx) error) error {
	return s.Store.Update(ctx, func(tx desk.Tx) error {
		err := fn(failingTx{tx, s.why})
		if err == nil && s.full() {
			err = s.why
		}
		return err
	})
}

func (tx failingTx) Append(e desk.Entry) (uint64, error) {
	if strings.Contains(e.Text, "veneno") {
		return 0, tx.why
	}
	return tx.Tx.Append(e)
}

// A message that cannot be written costs those it shares a transaction with
// nothing: each is in the log once, is answered once, and none is answered that is
// not there.
func TestOneFailureInAGroupCostsTheOthersNothing(t *testing.T) {
	for name, why := range map[string]error{"a fault without a name": errWrite, "a damaged page": desk.ErrDamaged} {
		t.Run(name, func(t *testing.T) { oneFails(t, why) })
	}
}

func oneFails(t *testing.T, why error) {
	f := open(t)
	fails := 2 // of the messages written alone, after the group failed
	d, err := desk.Open(t.Context(), desk.Config{Bus: new(local.Bus), Provider: bookOf(t), Store: failing{f.store, func() bool {
		fails--
		return fails >= 0
	}, why}})
	f.must(err)
	type answer struct {
		text string
		desk.Reply
	}
	texts := []string{"uno", "dos", "veneno", "tres", "cuatro"}
	answers := make(chan answer, 2*len(texts))
	var people []desk.Sender
	for range texts {
		from, _ := f.customer("", "hola")
		people = append(people, from)
	}
	for i, text := range texts {
		f.must(d.Say(t.Context(), people[i], chatwire.Say{N: 2, Text: text}, func(r desk.Reply) { answers <- answer{text, r} }))
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for range texts {
		a := <-answers
		written := a.text == "tres" || a.text == "cuatro"
		if (a.Outcome != nil) != written || (a.Resend != nil) == written {
			t.Errorf("%q is answered %+v", a.text, a.Reply)
		}
	}
	stop()
	f.must(<-done)
	if len(answers) > 0 {
		t.Errorf("answered twice: %+v", <-answers)
	}
	for i, text := range texts {
		page, err := f.desk.Older(t.Context(), people[i].Customer, 0)
		f.must(err)
		lines := 1 // hola
		if text == "tres" || text == "cuatro" {
			lines = 2
		}
		if len(page.Lines) != lines || page.Lines[0].By != wire.ByCustomer {
			t.Errorf("%q left %+v", text, page.Lines)
		}
	}
}
