package keymap

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"unicode"
)

func TestDefaultsHaveNothingWrong(t *testing.T) {
	for _, p := range Default().Check() {
		t.Error(p)
	}
}

func TestEveryActionHasOneRowAndAKeyThatReachesIt(t *testing.T) {
	m := Default()
	seen := map[Action]bool{}
	for _, b := range m.Help(Everywhere) {
		if seen[b.Action] {
			t.Errorf("%s has two rows: rebinding it would lose one", b.Action)
		}
		seen[b.Action] = true
		if b.Doc == "" {
			t.Errorf("%s has no words for the manual", b.Action)
		}
		for _, s := range Scopes() {
			if b.In(s) && !reached(m, s, b.Action) {
				t.Errorf("no key reaches %s in %s", b.Action, s)
			}
		}
	}
	for _, a := range []Action{Quit, Reply, Note, Send, Transfer, Release, ToggleContext, GoUnread} {
		if !seen[a] {
			t.Errorf("%s is not in the table", a)
		}
	}
}

// reached presses every listed key of a in s, one key at a time.
func reached(m Map, s Scope, a Action) bool {
	for _, b := range m.Help(s) {
		if b.Action != a {
			continue
		}
		for _, sequence := range b.Keys {
			var r Result
			for _, k := range split(sequence) {
				r = m.Press(s, r.Pending, k)
			}
			if r.Action != a {
				return false
			}
		}
		return true
	}
	return false
}

func TestPrintableKeysAreTextWhereTextIsTyped(t *testing.T) {
	m := Default()
	keys := []string{"space", "shift+space", "ñ", "Á", "¿", "日", "👩‍👩‍👧", "e\u0301"}
	for r := rune(0x21); r < 0x250; r++ {
		if unicode.IsPrint(r) {
			keys = append(keys, string(r))
		}
	}
	for _, s := range []Scope{Composer, Input} {
		for _, pending := range [][]string{nil, {"ctrl+c"}, {"space"}} {
			for _, k := range keys {
				if r := m.Press(s, pending, k); r.Action != "" || r.Pending != nil {
					t.Errorf("%q after %v in %s is %+v, want text", k, pending, s, r)
				}
			}
		}
	}
}

func TestTheLeaderShowsWhatMayFollow(t *testing.T) {
	m := Default()
	r := m.Press(Queue, nil, " ")
	if r.Action != "" || !slices.Equal(r.Pending, []string{"space"}) {
		t.Fatalf("space in the queue: %+v, want it pending", r)
	}
	next := map[string]Action{}
	for _, f := range r.Follow {
		next[f.Keys] = f.Binding.Action
	}
	want := map[string]Action{"a": Release, "e": Reopen, "c": ToggleContext, "s": CycleSort, "p": CyclePresence}
	if !maps.Equal(next, want) {
		t.Errorf("may follow: %v, want %v", next, want)
	}
	if got := m.Press(Queue, r.Pending, "p").Action; got != CyclePresence {
		t.Errorf("space p is %q, want %q", got, CyclePresence)
	}
	if got := m.Press(Queue, r.Pending, "r"); got.Action != "" || got.Pending != nil {
		t.Errorf("space r is bound to nothing but came to %+v", got)
	}
	if got := m.Press(Sheet, nil, "space"); got.Pending != nil {
		t.Errorf("the leader is pending in a sheet, where nothing may follow: %+v", got)
	}
}

func TestLongSequencesGoOneKeyAtATime(t *testing.T) {
	m, err := Default().Rebind(map[Action][]string{Tags: {"space t t"}, Copy: {"space t c"}})
	if err != nil {
		t.Fatal(err)
	}
	first := m.Press(Queue, nil, "space")
	if !slices.ContainsFunc(first.Follow, func(f Follow) bool { return f.Keys == "t t" && f.Binding.Action == Tags }) {
		t.Errorf("after space: %+v, want t t among them", first.Follow)
	}
	second := m.Press(Queue, first.Pending, "t")
	if len(second.Follow) != 2 || len(second.Pending) != 2 {
		t.Fatalf("after space t: %+v, want two ways on", second)
	}
	if got := m.Press(Queue, second.Pending, "c").Action; got != Copy {
		t.Errorf("space t c is %q, want %q", got, Copy)
	}
}

func TestPressDoesNotWriteIntoThePendingKeysOfItsCaller(t *testing.T) {
	pending := append(make([]string, 0, 4), "space")
	Default().Press(Queue, pending, "p")
	if full := pending[:2]; full[1] != "" {
		t.Errorf("pending was extended in place with %q", full[1])
	}
}

func TestQuittingTakesTwoPressesEvenWhileTyping(t *testing.T) {
	for _, s := range Scopes() {
		r := Default().Press(s, nil, "ctrl+c")
		if r.Action != "" || r.Pending == nil {
			t.Errorf("one ctrl+c in %s: %+v, want it pending", s, r)
		}
		if got := Default().Press(s, r.Pending, "ctrl+c").Action; got != Quit {
			t.Errorf("two ctrl+c in %s: %q, want %q", s, got, Quit)
		}
	}
	// A chord after one ctrl+c still works while typing.
	if got := Default().Press(Composer, []string{"ctrl+c"}, "enter").Action; got != Send {
		t.Errorf("enter after one ctrl+c: %q, want %q", got, Send)
	}
}

func TestTheSameKeyMeansWhatItsPlaceSays(t *testing.T) {
	for _, want := range []struct {
		scope  Scope
		key    string
		action Action
	}{
		{Queue, "enter", Open}, {Composer, "enter", Send}, {Sheet, "enter", Accept}, {Input, "enter", Accept},
		{Queue, "esc", Back}, {Composer, "esc", Leave}, {Overlay, "esc", Back},
		{Conversation, "j", Down}, {Sheet, "j", Down}, {Input, "down", Down}, {Input, "j", ""},
		{Conversation, "r", Reply}, {Sheet, "r", ""}, {Overlay, "e", ""},
		{Conversation, "i", Flip}, {Composer, "ctrl+r", Flip}, {Composer, "i", ""},
		{Queue, "g g", Top}, {Queue, "g", ""}, {Composer, "down", ""}, {Composer, "home", ""},
		{Queue, "A", Assign}, {Queue, "a", Take}, {Queue, "", ""}, {"nowhere", "j", ""},
	} {
		if got, ok := Default().Lookup(want.scope, want.key); got != want.action || ok != (want.action != "") {
			t.Errorf("%q in %s is %q, want %q", want.key, want.scope, got, want.action)
		}
	}
	if r := (Map{}).Press(Queue, nil, "j"); r.Action != "" || r.Pending != nil {
		t.Errorf("the zero map answers %+v", r)
	}
}

func TestKeysThatArriveUnderTwoNamesAreOne(t *testing.T) {
	m, err := Default().Rebind(map[Action][]string{Search: {"ctrl+/"}, Tags: {"ctrl+@"}})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]Action{"ctrl+/": Search, "ctrl+_": Search, "ctrl+space": Tags, "ctrl+@": Tags} {
		if got := m.Press(Queue, nil, key).Action; got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestHelpListsOnlyWhatCanBePressedThere(t *testing.T) {
	m := Default()
	for _, b := range m.Help(Composer) {
		for _, k := range b.Keys {
			if !chords(split(k)) {
				t.Errorf("help for the composer offers %q for %s", k, b.Action)
			}
		}
	}
	if got := m.Key(Composer, Help); got != "f1" {
		t.Errorf("the composer's footer shows %q for help, want f1", got)
	}
	if got := m.Key(Sheet, Reply); got != "" {
		t.Errorf("a sheet offers %q for replying", got)
	}
	if got := m.Help(Queue)[0].Message(); got != "action.reply" {
		t.Errorf("first message id is %q", got)
	}
	m.Help(Everywhere)[0].Keys[0] = "Z"
	if got := m.Key(Queue, Reply); got != "r" {
		t.Errorf("changing the help changed the map: reply is on %q", got)
	}
}

func TestRebindKeepsTheRest(t *testing.T) {
	m, err := Default().Rebind(map[Action][]string{Take: {"t"}, Transfer: {"a"}, Send: {"ctrl+enter"}, NewLine: {"enter"}})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]Action{"t": Take, "a": Transfer, "r": Reply} {
		if got, _ := m.Lookup(Queue, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got, _ := m.Lookup(Composer, "enter"); got != NewLine {
		t.Errorf("enter in the composer is %q, want %q", got, NewLine)
	}
	if got, _ := Default().Lookup(Queue, "a"); got != Take {
		t.Errorf("rebinding changed the defaults: a is %q", got)
	}
}

func TestRebindRefusesWhatItCannotHonour(t *testing.T) {
	for name, tc := range map[string]struct {
		action Action
		keys   []string
		want   error
	}{
		"unknown action":             {"explode", []string{"x"}, ErrUnknownAction},
		"taken in one scope":         {Take, []string{"r"}, ErrClash},
		"taken everywhere":           {Reply, []string{"j"}, ErrClash},
		"begins a sequence":          {Copy, []string{"g"}, ErrClash},
		"hidden behind a single key": {Copy, []string{"r x"}, ErrClash},
		"twice on the same row":      {Copy, []string{"y", "y"}, ErrClash},
		"no key":                     {Copy, nil, ErrUnreachable},
		"empty key":                  {Copy, []string{" "}, ErrUnknownKey},
		"not a key":                  {Copy, []string{"banana"}, ErrUnknownKey},
		"no such modifier":           {Copy, []string{"cmd+x"}, ErrUnknownKey},
		"modifiers out of order":     {Copy, []string{"alt+ctrl+x"}, ErrUnknownKey},
		"shift with a letter":        {Copy, []string{"shift+y"}, ErrUnknownKey},
		"capital after ctrl":         {Copy, []string{"ctrl+Y"}, ErrUnknownKey},
		"is enter":                   {Copy, []string{"ctrl+m"}, ErrSameKey},
		"is tab":                     {Copy, []string{"ctrl+i"}, ErrSameKey},
		"is backspace":               {Copy, []string{"ctrl+h"}, ErrSameKey},
		"is esc":                     {Copy, []string{"ctrl+["}, ErrSameKey},
		"a letter in the composer":   {Send, []string{"s"}, ErrUnreachable},
		"letter after a chord":       {Send, []string{"ctrl+x s"}, ErrUnreachable},
	} {
		m, err := Default().Rebind(map[Action][]string{tc.action: tc.keys})
		var p Problem
		if !errors.Is(err, tc.want) || !errors.As(err, &p) || p.Error() == "" {
			t.Errorf("%s: error %v, want %v", name, err, tc.want)
		}
		if got, _ := m.Lookup(Queue, "y"); got != Copy {
			t.Errorf("%s: the refused wish took effect", name)
		}
	}
}

func TestRebindToAMultiplexerKeyPassesAndIsNamed(t *testing.T) {
	for _, k := range []string{"ctrl+a", "ctrl+b", "ctrl+p", "ctrl+o", "ctrl+g", "ctrl+t", "ctrl+n", "ctrl+s", "ctrl+q"} {
		m, err := Default().Rebind(map[Action][]string{Copy: {k}})
		if err != nil {
			t.Fatal(err)
		}
		if found := m.Check(); len(found) != 1 || !errors.Is(found[0], ErrMultiplexer) || found[0].Action != Copy {
			t.Errorf("%s: %v, want one word about multiplexers", k, found)
		}
	}
}

func TestRebindNamesEveryProblemAtOnce(t *testing.T) {
	_, err := Default().Rebind(map[Action][]string{"explode": {"x"}, Take: {"r"}, Copy: {"banana"}})
	for _, want := range []error{ErrUnknownAction, ErrClash, ErrUnknownKey} {
		if !errors.Is(err, want) {
			t.Errorf("%v is missing from: %v", want, err)
		}
	}
}

// The plus sign both joins modifiers and is a key.
func TestPlusIsAKeyToo(t *testing.T) {
	m, err := Default().Rebind(map[Action][]string{Widen: {"+"}, Narrow: {"ctrl++"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := m.Lookup(Queue, "ctrl++"); got != Narrow {
		t.Errorf("ctrl++ is %q, want %q", got, Narrow)
	}
}
