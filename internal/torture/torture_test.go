// Package torture runs a whole desk, hundreds of customers and tens of agents as
// processes of their own, hurts all of them in every way that link.md's matrix
// names, and then compares what everybody typed with the database and with what
// everybody's screen held. It has tests only.
//
// The run is drawn from a seed: the same seed hurts the same parts in the same
// order for as long. A short run is part of every check. The long one is
//
//	make torture
//	make torture SEED=7 FAULTS=5000
package torture

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// built is the program under torture.
var built string

// childEnv holds the order of a process that was started by a run.
const childEnv = "VENTANILLA_TORTURE_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childEnv); order != "" {
		os.Exit(beCrowd(order))
	}
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	zerolog.SetGlobalLevel(zerolog.Disabled) // the proxies tell of every byte
	dir, err := os.MkdirTemp("", "ventanilla-torture-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built = filepath.Join(dir, "ventanilla")
	build := exec.Command("go", "build", "-o", built, "ventanilla/cmd/ventanilla")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	return m.Run()
}

// scale is how much is hurt how often.
type scale struct {
	seed      uint64
	faults    int
	every     time.Duration // from one fault to the next
	agents    int
	customers int
	crowds    int // processes of each of the two kinds
}

var (
	small = scale{seed: 1, faults: 60, every: 120 * time.Millisecond, agents: 6, customers: 24, crowds: 2}
	large = scale{seed: 1, faults: 1000, every: 150 * time.Millisecond, agents: 30, customers: 300, crowds: 5}
)

// chosen is the scale the environment asks for.
func chosen(t *testing.T) scale {
	t.Helper()
	s := small
	if os.Getenv("VENTANILLA_TORTURE") != "" {
		s = large
	}
	s.seed = number(t, "VENTANILLA_TORTURE_SEED", s.seed)
	s.faults = int(number(t, "VENTANILLA_TORTURE_FAULTS", uint64(s.faults)))
	return s
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatalf("%s is no number: %v", name, err)
	}
	return n
}

// Whatever is done to desk, customers, agents and what lies between them: what
// was typed is in the log once and in order, or its author still has it, and no
// screen called itself live that was not.
func TestNothingIsLostDoubledOrStaleWhateverBreaks(t *testing.T) {
	s := chosen(t)
	r := begin(t, s)
	plan := draw(s, r.canFillDisk())
	t.Logf("seed %d: %d faults over %v on %d agents and %d customers in %d processes", s.seed, len(plan), plan.length(), s.agents, s.customers, 2*s.crowds)
	r.hurt(plan)
	r.heal()
	found := r.audit()
	t.Log(found.String())
	for _, wrong := range found.wrong {
		t.Error(wrong)
	}
}
