package dialogue

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const good = `{"id":"d-1","source":"x","licence":"MIT","lang":"en","topic":"bank","finance":true,"complete":true,` +
	`"turns":[{"role":"customer","text":"hi","t":0,"intent":"Greet"},{"role":"action","text":"look {} -> {}"},` +
	`{"role":"agent","text":"hello","act":"hello","draft":"h","t":18.5}],"surprise":{"a":[1]}}`

func all(t *testing.T, text string) ([]Dialogue, error) {
	t.Helper()
	var out []Dialogue
	for d, err := range Decode(strings.NewReader(text), "f") {
		if err != nil {
			return out, err
		}
		out = append(out, d)
	}
	return out, nil
}

func TestDecodeReadsWhatTheFormatSays(t *testing.T) {
	got, err := all(t, "\ufeff"+good+"\r\n\n  \n"+strings.Replace(good, "d-1", "d-2", 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].ID != "d-1" || got[1].ID != "d-2" {
		t.Fatalf("got %+v, want d-1 and d-2", got)
	}
	d := got[0]
	if !d.Finance || d.Lang != "en" || d.Topic != "bank" || d.Licence != "MIT" || d.Source != "x" {
		t.Errorf("head: %+v", d)
	}
	if d.Turns[2] != (Turn{Role: Agent, Text: "hello", At: 18500 * time.Millisecond, Timed: true}) {
		t.Errorf("last turn: %+v", d.Turns[2])
	}
	if d.Turns[1].Timed || !d.Turns[0].Timed {
		t.Errorf("timed: %v, %v; want only what has a time to be", d.Turns[0], d.Turns[1])
	}
}

func TestDecodeNamesTheLineThatIsWrong(t *testing.T) {
	with := func(turns string) string { return `{"id":"d","turns":[` + turns + `]}` }
	hi := `{"role":"customer","text":"hi"}`
	for name, tc := range map[string]struct {
		line string
		want error
	}{
		"not JSON":           {`{"id":"secreto"`, nil},
		"wrong type":         {`{"id":"d","turns":"secreto"}`, nil},
		"no id":              {`{"turns":[` + hi + `]}`, ErrMissing},
		"no turns":           {`{"id":"d"}`, ErrMissing},
		"no customer":        {with(`{"role":"agent","text":"secreto"}`), ErrMissing},
		"no text":            {with(`{"role":"customer"}`), ErrMissing},
		"unknown role":       {with(`{"role":"secreto","text":"hi"}`), ErrUnknown},
		"long text":          {with(`{"role":"customer","text":"` + strings.Repeat("ñ", MaxText+1) + `"}`), ErrTooLong},
		"many turns":         {with(strings.Repeat(hi+",", MaxTurns) + hi), ErrTooLong},
		"time goes back":     {with(`{"role":"customer","text":"a","t":9},{"role":"agent","text":"b","t":8}`), ErrNotTimed},
		"time below zero":    {with(`{"role":"customer","text":"a","t":-1}`), ErrNotTimed},
		"time beyond a day":  {with(`{"role":"customer","text":"a","t":1e300}`), ErrNotTimed},
		"unknown reason":     {`{"id":"d","reason":"secreto","turns":[` + hi + `]}`, ErrUnknown},
		"patience below 0":   {`{"id":"d","patience_s":-1,"turns":[` + hi + `]}`, ErrNotTimed},
		"empty nudge":        {`{"id":"d","nudges":[""],"turns":[` + hi + `]}`, ErrMissing},
		"line beyond limits": {strings.Repeat(" ", MaxLine+1), ErrTooLong},
	} {
		got, err := all(t, good+"\n\n"+tc.line+"\n"+good)
		var where *LineError
		if !errors.As(err, &where) || where.Line != 3 || where.File != "f" {
			t.Errorf("%s: error %v, want one at f:3", name, err)
			continue
		}
		if tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: error %v, want %v", name, err, tc.want)
		}
		if strings.Contains(err.Error(), "secreto") {
			t.Errorf("%s: the error quotes the line: %v", name, err)
		}
		if len(got) != 1 {
			t.Errorf("%s: %d dialogues before the error, want 1", name, len(got))
		}
	}
}

func TestTextAtTheLimitIsTaken(t *testing.T) {
	line := `{"id":"d","turns":[{"role":"customer","text":"` + strings.Repeat("ñ", MaxText) + `"}]}`
	if _, err := all(t, line); err != nil {
		t.Error(err)
	}
}

func squeeze(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadTakesPlainAndCompressedWhateverTheName(t *testing.T) {
	lines := good + "\n" + strings.Replace(good, `"finance":true`, `"finance":false`, 1) + "\n" + good + "\n"
	for name, content := range map[string][]byte{"plain": []byte(lines), "squeezed": squeeze(t, lines)} {
		path := filepath.Join(t.TempDir(), "dialogues")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for f, want := range map[Filter]int{{}: 3, {OnlyFinance: true}: 2, {Limit: 2}: 2, {OnlyFinance: true, Limit: 1}: 1, {Limit: 9}: 3} {
			n := 0
			for d, err := range Read(path, f) {
				if err != nil {
					t.Fatalf("%s, %+v: %v", name, f, err)
				}
				if f.OnlyFinance && !d.Finance {
					t.Errorf("%s, %+v: a dialogue that is not about finance", name, f)
				}
				n++
			}
			if n != want {
				t.Errorf("%s, %+v: %d dialogues, want %d", name, f, n, want)
			}
		}
	}
}

func TestReadSaysWhenAFileIsAbsentOrCutShort(t *testing.T) {
	one := func(path string) error {
		for _, err := range Read(path, Filter{}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	dir := t.TempDir()
	if err := one(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	whole := squeeze(t, strings.Repeat(good+"\n", 50))
	cut := filepath.Join(dir, "cut")
	if err := os.WriteFile(cut, whole[:len(whole)-12], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := one(cut); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("file cut short: %v, want %v", err, io.ErrUnexpectedEOF)
	}
	fake := filepath.Join(dir, "fake")
	if err := os.WriteFile(fake, []byte{0x1f, 0x8b, 0, 0}, 0o600); err != nil {
		t.Fatal(err)
	}
	var where *LineError
	if err := one(fake); !errors.As(err, &where) {
		t.Errorf("not really compressed: %v, want an error with its place", err)
	}
}

func TestReadOfTheRecordedDialogues(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "dialogues.jsonl.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the recorded dialogues are not beside the repository")
	}
	dialogues, finance, turns := 0, 0, 0
	for d, err := range Read(path, Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		dialogues, turns = dialogues+1, turns+len(d.Turns)
		if d.Finance {
			finance++
		}
	}
	if dialogues != 4493 || finance != 1402 || turns != 100469 {
		t.Errorf("%d dialogues, %d about finance, %d turns; want 4493, 1402, 100469", dialogues, finance, turns)
	}
}

// Whatever a file holds, reading it ends, and what comes out keeps the limits.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + "\n" + good))
	f.Add([]byte(`{"id":"d","customer":"c-1","reason":"pay-off","patience_s":20,"nudges":["?"],"turns":[{"role":"customer","text":"a"}]}`))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte("\ufeff\n\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		failed := false
		for d, err := range Decode(bytes.NewReader(file), "f") {
			if failed {
				t.Fatal("something came after an error")
			}
			if failed = err != nil; failed {
				continue
			}
			if d.ID == "" || d.Sent() == 0 || len(d.Turns) > MaxTurns || d.Patience < 0 {
				t.Fatalf("accepted %+v", d)
			}
			n := 0
			for _, x := range d.Exchanges() {
				n += len(x.Customer)
			}
			if n != d.Sent() {
				t.Fatalf("%d messages in the exchanges, %d in the dialogue", n, d.Sent())
			}
		}
	})
}
