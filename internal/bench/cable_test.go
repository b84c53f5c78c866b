package main

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// echo answers with what comes.
func echo(t *testing.T) string {
	t.Helper()
	l, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().String()
}

func layBefore(t *testing.T, to string, delay time.Duration, rate int) *cable {
	t.Helper()
	c, err := lay(to, delay, rate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// ask sends a text and reads as much.
func ask(t *testing.T, addr, text string) (net.Conn, time.Duration) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	began := time.Now()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != text {
		t.Fatalf("%q came back: %v", got, err)
	}
	return conn, time.Since(began)
}

func TestACableCountsBothWaysAndHears(t *testing.T) {
	c := layBefore(t, echo(t), 0, 0)
	hit := c.watch("lla")
	ask(t, c.addr, "hola, llamo por la cuota")
	if got, want := c.meter(), (meter{24, 24}); got != want {
		t.Errorf("the cable counted %v, want %v", got, want)
	}
	select {
	case <-hit:
	default:
		t.Error("the cable did not hear what came from the desk")
	}
}

// A thin cable is never faster than it says; how much slower it is the machine decides.
func TestAThinCableTakesItsTime(t *testing.T) {
	c := layBefore(t, echo(t), 20*time.Millisecond, 10_000)
	_, took := ask(t, c.addr, strings.Repeat("a", 1000))
	if least := 140 * time.Millisecond; took < least {
		t.Errorf("1,000 bytes there and back took %v, want %v or more", took, least)
	}
}

func TestACutEndsWhatIsConnectedAndRefusesWhatComes(t *testing.T) {
	c := layBefore(t, echo(t), 0, 0)
	conn, _ := ask(t, c.addr, "hola")
	c.cut()
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a cut connection says %v", err)
	}
	if again, err := net.Dial("tcp", c.addr); err == nil {
		t.Error("a cut cable lets somebody in")
		_ = again.Close()
	}
	if err := c.mend(); err != nil {
		t.Fatal(err)
	}
	ask(t, c.addr, "hola otra vez")
}

func TestOnlyWhatIsNamedIsMeasured(t *testing.T) {
	rows, err := chosen("cut,latency,thin")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, row := range rows {
		for _, p := range row {
			names = append(names, p.name)
		}
	}
	if got := strings.Join(names, " "); got != "latency cut thin" {
		t.Errorf("chosen: %s", got)
	}
	if _, err := chosen("cut,latancy"); err == nil {
		t.Error("a name of nothing measures nothing and says nothing")
	}
}
