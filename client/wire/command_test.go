package wire

import (
	"encoding/json"
	"testing"
)

func TestEveryCommandSaysWhatItIsAbout(t *testing.T) {
	for _, name := range CommandNames() {
		c, known, err := CommandFrame{Name: name, Args: json.RawMessage(`{"c":"c7"}`)}.Decode()
		if !known || err != nil {
			t.Fatal(name, known, err)
		}
		about, some := CommandAbout(c)
		if want := name != CommandName(SetPresence{}); some != want || want && about != "c7" {
			t.Errorf("%s is about %q, %v", name, about, some)
		}
	}
}
