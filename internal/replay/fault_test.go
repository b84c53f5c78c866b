package replay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"ventanilla/internal/replay"
	"ventanilla/internal/server"
	"ventanilla/internal/store/sqlite"
)

// Set in a child process, they make the test binary a desk on a folder and an
// address.
const (
	deskDir  = "VENTANILLA_TEST_DESK_DIR"
	deskAddr = "VENTANILLA_TEST_DESK_ADDR"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(deskDir); dir != "" {
		fmt.Fprintln(os.Stderr, serve(dir, os.Getenv(deskAddr))) // it ends by being killed
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func serve(dir, addr string) error {
	ctx := context.Background()
	s, err := server.Open(ctx, server.Config{Data: dir, Unlimited: true})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return s.Serve(ctx, l)
}

// child is a desk in another process, which can be killed.
type child struct {
	cmd  *exec.Cmd
	addr string
}

func startChild(t *testing.T, dir, addr string) child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), deskDir+"="+dir, deskAddr+"="+addr)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the desk did not start: %v", err)
	}
	return child{cmd, strings.TrimSpace(line)}
}

func (c child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // says only that it was killed
}

// at calls do once a run has sent so many messages.
func at(sent int, do func()) func(replay.Progress) {
	var once sync.Once
	return func(p replay.Progress) {
		if p.Sent >= sent {
			once.Do(do)
		}
	}
}

func TestNothingIsLostWhenTheDeskIsKilledHalfWay(t *testing.T) {
	dir := t.TempDir()
	first := startChild(t, dir, "127.0.0.1:0")
	var tokens []string
	store, err := sqlite.Attach(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tokens = hire(t, store, 2)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	dialogues, customers, agents := ours(t, 20)
	second := make(chan child, 1)
	r, err := replay.Run(t.Context(), replay.Config{
		URL: "http://" + first.addr, Dialogues: dialogues, AtOnce: 20, Speed: 60, Seed: 3, Agents: tokens, Patience: time.Hour,
		Progress: at((customers+agents)/2, func() {
			first.kill(t)
			second <- startChild(t, dir, first.addr)
		}),
	})
	kept(t, r, err)
	if r.Cuts < 20 {
		t.Errorf("%d links were cut, want all of them: the desk was not killed in the middle", r.Cuts)
	}
	if r.Sent != customers+agents {
		t.Errorf("%d messages were sent, want %d", r.Sent, customers+agents)
	}
	select {
	case c := <-second:
		c.kill(t)
	default:
		t.Error("the desk was never killed")
	}
}

func TestNothingIsLostWhenTheConnectionIsCutAgainAndAgain(t *testing.T) {
	url, store := startDesk(t)
	logger := zerolog.New(io.Discard)
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), logger)
	proxy := toxiproxy.NewProxy(proxies, "desk", "127.0.0.1:0", strings.TrimPrefix(url, "http://"))
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	// What the desk answers is late, so that every cut loses answers to what was done.
	slow := `{"type":"latency","stream":"downstream","attributes":{"latency":150}}`
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(slow)); err != nil {
		t.Fatal(err)
	}
	dialogues, customers, agents := ours(t, 20)
	steps := []int{1, 2, 3, 4}
	r, err := replay.Run(t.Context(), replay.Config{
		URL: "http://" + proxy.Listen, Dialogues: dialogues, AtOnce: 20, Speed: 100, Seed: 4, Agents: hire(t, store, 2), Patience: time.Hour,
		Progress: func(p replay.Progress) {
			if len(steps) == 0 || p.Sent < steps[0]*(customers+agents)/5 || p.Down > 0 {
				return
			}
			steps = steps[1:]
			proxy.Stop()
			if err := proxy.Start(); err != nil {
				t.Errorf("starting the proxy again: %v", err)
			}
		},
	})
	kept(t, r, err)
	if len(steps) > 0 || r.Cuts < 20 {
		t.Errorf("%d cuts, %d rounds of them left undone", r.Cuts, len(steps))
	}
}
