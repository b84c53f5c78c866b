package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

func written(t *testing.T) string {
	t.Helper()
	text, err := page(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheDocumentIsUpToDate(t *testing.T) {
	have, err := os.ReadFile(filepath.Join("..", "..", "docs", "protocol.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != written(t) {
		t.Error("docs/protocol.md differs from the sources: run go generate ./internal/protocoldoc")
	}
}

func TestEveryNameOnTheWireIsTold(t *testing.T) {
	text := written(t)
	for kind, names := range map[string][]string{"command": wire.CommandNames(), "ask": wire.AskNames()} {
		for _, name := range names {
			if !strings.Contains(text, "### `"+name+"`\n") {
				t.Errorf("there is no section on the %s %s", kind, name)
			}
		}
	}
}

func TestEveryEventHasItsRowInTheRulesOfFolding(t *testing.T) {
	s, err := read(filepath.Join("..", "..", "client", "wire"), "wire")
	if err != nil {
		t.Fatal(err)
	}
	text := written(t)
	_, rules, _ := strings.Cut(text, "### Folding records into summaries")
	rules, _, _ = strings.Cut(rules, "\n### ")
	for name, sh := range s.shape {
		if sh.kind == "event" && !strings.Contains(rules, s.link(name)) {
			t.Errorf("the rules of folding do not mention %s", sh.wire)
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	text := written(t)
	there := make(map[string]int)
	for _, m := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(text, -1) {
		there[m[1]]++
	}
	for id, n := range there {
		if n > 1 {
			t.Errorf("%d places are called %s", n, id)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		slug := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		there[strings.ReplaceAll(slug, " ", "-")]++
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if there[m[1]] == 0 {
			t.Errorf("a link leads to %s, which is not there", m[1])
		}
	}
}

func TestNoNameOfGoIsLeftInTheText(t *testing.T) {
	for _, word := range []string{"nil", "omitempty", "uint64", "chatwire.", "wire.C", "%!"} {
		if strings.Contains(written(t), word+" ") {
			t.Errorf("the document says %q", word)
		}
	}
}

// The staff's examples are one connection and its resumption: a client that keeps
// the rules takes them without finding a hole.
func TestTheExamplesKeepTheRulesOfTheFeed(t *testing.T) {
	var c mirror.Cursor
	records := 0
	for _, e := range []example{greeting, following, opening, sending, resuming} {
		for _, s := range e.steps {
			f, ok := s.came.(wire.FromDesk)
			switch {
			case !ok:
			case f.Welcome != nil:
				if err := c.Welcome(*f.Welcome); err != nil {
					t.Fatalf("%s: %v", e.name, err)
				}
			case f.Snapshot != nil:
				if _, err := c.Snapshot(*f.Snapshot); err != nil {
					t.Fatalf("%s: %v", e.name, err)
				}
			case f.Feed != nil:
				fresh, err := c.Feed(*f.Feed)
				if err != nil {
					t.Fatalf("%s: %v", e.name, err)
				}
				records += len(fresh)
			}
			if f, ok := s.sent.(wire.FromClient); ok && f.Hello != nil && f.Hello.At != nil && *f.Hello.At != c.At() {
				t.Errorf("the client resumes from %v, its feed stopped at %v", *f.Hello.At, c.At())
			}
		}
	}
	if records != 4 {
		t.Errorf("%d records were taken, want 4", records)
	}
}

// What an outsider copies from an example must be read by the other end as it was
// meant: nothing in it is unknown, and encoding it again gives the same.
func TestTheExamplesCanBeReadBack(t *testing.T) {
	frames := 0
	for _, e := range examples {
		for _, s := range e.steps {
			var again any
			switch {
			case s.sent == nil && s.came == nil:
				continue
			case is[wire.FromClient](s.sent):
				again = new(wire.FromClient)
			case is[wire.FromDesk](s.came):
				again = new(wire.FromDesk)
			case is[chatwire.FromCustomer](s.sent):
				again = new(chatwire.FromCustomer)
			case is[chatwire.FromDesk](s.came):
				again = new(chatwire.FromDesk)
			default:
				continue // the body of a request
			}
			frame := s.sent
			if frame == nil {
				frame = s.came
			}
			b, err := json.Marshal(frame)
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(bytes.NewReader(b))
			d.DisallowUnknownFields()
			if err := d.Decode(again); err != nil {
				t.Fatalf("%s: %s: %v", e.name, b, err)
			}
			if back, _ := json.Marshal(again); !bytes.Equal(b, back) {
				t.Errorf("%s:\n%s\nreads as\n%s", e.name, b, back)
			}
			frames++
		}
	}
	if frames < 30 {
		t.Errorf("only %d frames were looked at", frames)
	}
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}
