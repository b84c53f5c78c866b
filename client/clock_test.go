package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
)

// clock is one whose readings a test moves.
type clock struct {
	start time.Time
	mu    sync.Mutex
	set   time.Duration // somebody set the clock by that much
	stood time.Duration // the process stood still for that long
	zone  *time.Location
}

func newClock() *clock { return &clock{start: time.Now(), zone: time.UTC} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Round(0).Add(c.set + c.stood).In(c.zone)
}

func (c *clock) Steady() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.start) + c.stood
}

func (c *clock) NewTimer(d time.Duration) *time.Timer { return time.NewTimer(d) }

func (c *clock) move(set, stood time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set, c.stood = c.set+set, c.stood+stood
}

func (c *clock) moveTo(zone *time.Location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = zone
}

func TestTheTimeIsReadInOnePlace(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	clocks := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	for _, name := range files {
		if name == "clock.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(clocks, s.Sel.Name) {
				if p, ok := s.X.(*ast.Ident); ok && p.Name == "time" {
					t.Errorf("%s: time.%s; the time comes from Config.Clock", set.Position(n.Pos()), s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestASetClockMovesNoTimerAndNoOrder(t *testing.T) {
	for name, set := range map[string]time.Duration{"forward": 26 * time.Hour, "back": -26 * time.Hour, "an hour on": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				clock := newClock()
				x := start(t, d, func(cfg *client.Config) { cfg.Clock = clock })
				x.untilLive(t)
				x.Do(reply("uno"))
				time.Sleep(10 * time.Minute)
				before := pings(d)
				clock.move(set, 0)
				x.Do(reply("dos"))
				clock.move(-set/2, 0)
				x.Do(reply("tres"))
				time.Sleep(1000 * time.Second)
				if n := pings(d) - before; n < 40 || n > 46 {
					t.Errorf("%d pings in 1,000 seconds, want 40 and a few more for the doubt", n)
				}
				x.until(t, "live", func() bool { return x.state() == client.Live })
				if got := replies(d); !slices.Equal(got, []string{"uno", "dos", "tres"}) {
					t.Errorf("the log has %q, want them in the order they were typed", got)
				}
				welcomes := seen[client.Welcomed](x)
				if off := welcomes[len(welcomes)-1].Offset; (off + set/2).Abs() > time.Second {
					t.Errorf("the desk's clock is told to be %v ahead, want %v", off, -set/2)
				}
			})
		})
	}
}

func TestAWaitBetweenLinksDoesNotGoByTheClockOnTheWall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		d.Refuse(503, "100")
		clock := newClock()
		begin := time.Now()
		x := start(t, d, func(cfg *client.Config) { cfg.Clock = clock })
		synctest.Wait()
		d.Refuse(0, "")
		clock.move(-48*time.Hour, 0)
		x.untilLive(t)
		if took := time.Since(begin); took < 100*time.Second || took > 101*time.Second {
			t.Errorf("came back after %v, asked for 100 s", took)
		}
	})
}

func TestDaylightSavingIsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		clock := newClock()
		x := start(t, d, func(cfg *client.Config) { cfg.Clock = clock })
		x.untilLive(t)
		time.Sleep(time.Minute)
		before := pings(d)
		clock.moveTo(time.FixedZone("summer", 3600))
		time.Sleep(1000 * time.Second)
		if n := pings(d) - before; n != 40 || len(d.Hellos()) != 1 {
			t.Errorf("%d pings over %d links, want 40 over one", n, len(d.Hellos()))
		}
	})
}
