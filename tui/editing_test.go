package tui

import (
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// stubborn is a desk whose outbox has room for marks and not for texts.
type stubborn struct{ *fakeDesk }

func (stubborn) Change(client.EntryID, wire.Command) error { return client.ErrOutboxFull }

func TestAnotherTextIsNotEditedBeforeTheFirstIsKept(t *testing.T) {
	b := offline(t, waits("1", "uno", 0), waits("2", "dos", 0))
	b.press("r", "up")
	b.write(" más")
	b.m.desk = stubborn{b.desk}
	b.m.carryOut(EditEntry{"1"})
	if e := b.m.v.editing(); e == nil || e.id != "2" || e.buffer.Text() != "dos más" {
		t.Errorf("what was typed is gone: %+v", e)
	}
}

func TestATextThatWasEmptiedAndLeftIsAsItWas(t *testing.T) {
	b := offline(t, waits("1", "uno", 0))
	b.press("r", "up", "backspace", "backspace")
	second(b.m) // puts down what is left
	b.press("backspace", "esc")
	if len(b.desk.edited) != 3 {
		t.Fatalf("asked for %+v", b.desk.edited)
	}
	if _, text, _ := textOf(b.desk.edited[2].command); text != "uno" {
		t.Errorf("held is %q", text)
	}
}
