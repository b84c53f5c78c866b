package keymap

import "testing"

// Whatever a configuration file asks for, a map that Rebind accepts has every
// action within reach and leaves letters alone where text is typed.
func FuzzRebind(f *testing.F) {
	for _, k := range []string{"x", "g g", "space x y", "ctrl+x ctrl+e", "+", "ctrl++", "", " ", "ctrl+_", "shift+é", "alt+ctrl+", "\x00", "👩‍👩‍👧", "G G"} {
		f.Add(k, "f2")
		f.Add("f2", k)
	}
	f.Fuzz(func(t *testing.T, copyKeys, sendKeys string) {
		m, err := Default().Rebind(map[Action][]string{Copy: {copyKeys}, Send: {sendKeys}})
		if err != nil {
			return
		}
		if !reached(m, Queue, Copy) || !reached(m, Composer, Send) {
			t.Fatalf("accepted %q and %q, which reach nothing", copyKeys, sendKeys)
		}
		for r := rune(' '); r <= '~'; r++ {
			if got := m.Press(Composer, nil, string(r)); got.Action != "" || got.Pending != nil {
				t.Fatalf("%q and %q take %q from who is typing", copyKeys, sendKeys, r)
			}
		}
	})
}
