package linkfault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"ventanilla/client"
)

// follow is the process that is stopped: it follows the desk that the
// environment names and says on its output how the link stands.
func follow(desk string) {
	addr, token, _ := strings.Cut(desk, " ")
	last := client.State(-1)
	c := client.New(client.Config{URL: "http://" + addr, Token: token, Sink: func(u client.Update) {
		for _, e := range u.Events {
			l, ok := e.(client.LinkChanged)
			if !ok || l.State == last {
				continue
			}
			last = l.State
			switch {
			case errors.Is(l.Err, client.ErrSilent):
				fmt.Println("silent")
			case l.State == client.Down:
				fmt.Println("down:", l.Err)
			case l.State == client.Live:
				fmt.Println("live")
			}
		}
	}})
	if err := c.Run(context.Background()); err != nil {
		fmt.Println("ended:", err)
	}
}

// A process that stood still, as with ctrl+z, while its link died without a word
// has not been pressed a key nor sent anything. Without looking at the clocks it
// would notice after more than a minute.
func TestAStoppedProcessThatGoesOnNoticesThatItsLinkIsDead(t *testing.T) {
	o := open(t)
	p := o.proxy(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), followEnv+"="+p.Listen+" "+o.token)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 64)
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range said {
		}
		_ = cmd.Wait()
	})
	expect(t, said, "live", patience)
	signal(t, cmd, syscall.SIGSTOP)
	p.hurt("timeout", blackhole)
	hold(t, 4*time.Second) // longer than a late survey
	began := time.Now()
	signal(t, cmd, syscall.SIGCONT)
	expect(t, said, "silent", half)
	t.Logf("left its dead link %v after it went on", time.Since(began).Round(time.Millisecond))
	p.heal()
	expect(t, said, "live", patience)

	// A link that is well is kept.
	signal(t, cmd, syscall.SIGSTOP)
	hold(t, 4*time.Second)
	signal(t, cmd, syscall.SIGCONT)
	hold(t, 4*time.Second)
	select {
	case s := <-said:
		t.Errorf("%q, although the link is well", s)
	default:
	}
}

// half is half of what an idle client takes to notice without looking at clocks.
const half = 31 * time.Second

// hold lets another process live or stand still for a while.
func hold(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	<-ctx.Done()
}

func signal(t *testing.T, cmd *exec.Cmd, s syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, said <-chan string, want string, within time.Duration) {
	t.Helper()
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		select {
		case s, ok := <-said:
			if s == want {
				return
			}
			if !ok {
				t.Fatalf("it ended before it said %q", want)
			}
		case <-late.C:
			t.Fatalf("it never said %q", want)
		}
	}
}
