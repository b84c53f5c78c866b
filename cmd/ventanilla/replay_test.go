package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ventanilla/internal/desk"
	"ventanilla/internal/replay"
	"ventanilla/internal/server"
)

// openDesk serves a desk on the loopback until the test ends.
func openDesk(t *testing.T) (s *server.Server, url, data string) {
	t.Helper()
	data = t.TempDir()
	s, err := server.Open(t.Context(), server.Config{Data: data, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
		_ = s.Close()
	})
	return s, "http://" + l.Addr().String(), data
}

const fewTurns = `{"id":"uno","finance":true,"turns":[{"role":"customer","text":"hola"},{"role":"agent","text":"buenas"},{"role":"customer","text":"gracias 😀"}]}
{"id":"dos","turns":[{"role":"customer","text":"otra cosa"}]}
`

// runReplay runs the command on a file with some text.
func runReplay(t *testing.T, text string, args ...string) (out string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "some.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := newReplay()
	var b bytes.Buffer
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	cmd.SetArgs(append([]string{path}, args...))
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.ExecuteContext(t.Context())
	return b.String(), err
}

func TestReplayReportsAndLeavesNoAccountBehind(t *testing.T) {
	s, url, data := openDesk(t)
	saved := filepath.Join(t.TempDir(), "run.json")
	out, err := runReplay(t, fewTurns, "--server", url, "--speed", "1000", "--agents", "2", "--data", data, "--token", "--report", saved)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	var r replay.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if r.Sent != 4 || r.Delivered != 4 || r.Broken() || r.Finished != 2 || r.Agents != 2 {
		t.Errorf("the report says %s", b)
	}
	if !strings.Contains(out, "sent          4") {
		t.Errorf("the screen says\n%s", out)
	}
	err = s.Store().View(t.Context(), func(r desk.Reader) error {
		users, err := r.Users()
		if len(users) != 2 {
			t.Errorf("%d accounts were made, want 2", len(users))
		}
		for _, u := range users {
			if !u.Disabled {
				t.Errorf("the account %s is still good", u.Login)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReplayPlaysOnlyWhatWasAskedFor(t *testing.T) {
	_, url, _ := openDesk(t)
	out, err := runReplay(t, fewTurns, "--server", url, "--speed", "1000", "--only", "finance")
	if err != nil || !strings.Contains(out, "customers     1, 1 to the end") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestReplaySaysWhatIsWrongBeforeItSendsAnything(t *testing.T) {
	broken := fewTurns + `{"id":"tres","turns":[{"role":"nobody","text":"hola"}]}`
	for name, tc := range map[string]struct {
		text string
		args []string
		want string
	}{
		"a bad line":        {broken, nil, "some.jsonl:3: turn 1: role"},
		"nothing to play":   {"", nil, "no dialogue to play"},
		"agents, no data":   {fewTurns, []string{"--agents", "2"}, "--data"},
		"a key, no data":    {fewTurns, []string{"--token"}, "--data"},
		"another selection": {fewTurns, []string{"--only", "banks"}, "--only"},
		"no speed":          {fewTurns, []string{"--speed", "-1"}, "--speed"},
		"few tokens":        {fewTurns, []string{"--agents", "2", "--token-file", os.DevNull}, "0 tokens for 2 agents"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := runReplay(t, tc.text, tc.args...); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("it ended with %v, want %q in it", err, tc.want)
			}
		})
	}
}
