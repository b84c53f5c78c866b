//go:build netns && linux

package linkfault

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// island is a network namespace with one address, at one end of a cable.
type island struct{ name, device, addr string }

// strait lays a cable of two kilobytes a second that loses one packet in twenty,
// both ways. It needs root, ip, tc and iptables.
func strait(t *testing.T) (near, far island) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may make networks")
	}
	id := os.Getpid() % 10_000
	near = island{fmt.Sprint("vt-near-", id), fmt.Sprint("vtn", id), "10.99.0.1"}
	far = island{fmt.Sprint("vt-far-", id), fmt.Sprint("vtf", id), "10.99.0.2"}
	for _, i := range []island{near, far} {
		sh(t, "ip netns add %s", i.name)
		t.Cleanup(func() { sh(t, "ip netns del %s", i.name) })
	}
	sh(t, "ip link add %s netns %s type veth peer name %s netns %s", near.device, near.name, far.device, far.name)
	for _, i := range []island{near, far} {
		sh(t, "ip -n %s addr add %s/24 dev %s", i.name, i.addr, i.device)
		sh(t, "ip -n %s link set lo up", i.name)
		sh(t, "ip -n %s link set %s up", i.name, i.device)
		sh(t, "ip netns exec %s tc qdisc add dev %s root tbf rate 16kbit burst 1600 latency 5s", i.name, i.device)
		sh(t, "ip netns exec %s iptables -A INPUT -i %s -m statistic --mode random --probability 0.05 -j DROP", i.name, i.device)
	}
	return near, far
}

func sh(t *testing.T, format string, args ...any) {
	t.Helper()
	words := strings.Fields(fmt.Sprintf(format, args...))
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(words, " "), err, out)
	}
}

// within does something on a thread that lives on the island. Sockets stay where
// they were made; the thread is thrown away.
func (i island) within(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: it ends with the goroutine
		f, err := os.Open("/run/netns/" + i.name)
		if err == nil {
			defer f.Close()
			err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}

func (i island) listen(t *testing.T) net.Listener {
	t.Helper()
	var l net.Listener
	err := i.within(func() (err error) {
		l, err = net.Listen("tcp4", i.addr+":7000")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ferry carries connections from the loopback to the far end of the cable.
func (i island) ferry(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { i.carry(here, to) })
		}
	})
	return l.Addr().String()
}

func (i island) carry(here net.Conn, to string) {
	defer here.Close()
	var there net.Conn
	err := i.within(func() (err error) {
		there, err = net.Dial("tcp4", to)
		return err
	})
	if err != nil {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{here, there}, {there, here}} {
		_ = way[0].(*net.TCPConn).SetWriteBuffer(8 << 10) // a cable holds little
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			way[0].Close()
			way[1].Close()
		})
	}
	both.Wait()
}

// Two kilobytes a second, 600 ms there and back and one packet of twenty lost: the
// link comes up, stays up, and everything arrives.
func TestAThinAndLossyLinkComesUpAndStaysUp(t *testing.T) {
	near, far := strait(t)
	o := open(t, far.listen(t))
	p := &proxy{newProxy(near.ferry(t, far.addr+":7000")), t}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	p.hurt("latency", `{"latency":300,"jitter":20}`)
	a := o.agent(t, p.Listen, func(c *client.Config) { c.Lean = true })
	a.Watch(o.conversation)
	a.untilLive(t)
	var texts []string
	for i := range 8 {
		texts = append(texts, fmt.Sprint("agente ", i, "."), fmt.Sprint("cliente ", i, "."))
		a.Active()
		a.Do(wire.Reply{Conversation: o.conversation, Text: texts[2*i]})
		o.say(t, texts[2*i+1])
	}
	long := strings.Repeat("ñandú ", 1000) + "."
	a.Do(wire.Reply{Conversation: o.conversation, Text: long})
	a.until(t, "every outcome", func(mirror.View) bool { return len(a.settled) == 9 })
	o.audit(t, a, append(texts, long))
	a.mu.Lock()
	defer a.mu.Unlock()
	last := a.links[len(a.links)-1]
	t.Logf("%d links; the last round trip took %v; %d bytes came, %d went", a.welcome, last.Latency, last.BytesIn, last.BytesOut)
	// Several packets in a row may be lost, which is a cut; a link that cannot hold
	// at all begins anew each time.
	if a.welcome > 3 {
		t.Errorf("%d links, want one that holds", a.welcome)
	}
}
