package dialogue

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
	"unicode/utf8"
)

// ErrSpeed is a speed or rate that is not a number above zero.
var ErrSpeed = errors.New("must be above zero")

// ArrivalsConfig says how customers arrive. Only Seed has no default.
type ArrivalsConfig struct {
	Seed  uint64
	Load  Load    // zero: DefaultLoad
	Speed float64 // how many times faster than life; zero: 1

	// PerMinute, when set, is a steady rate that the hour does not change.
	PerMinute float64
	// Start is the moment of the lender's clock at which arrivals begin; it
	// decides the hour and the day when there is no steady rate.
	Start time.Time
}

// Arrivals is a Poisson process whose rate follows the hour and the day. The
// same configuration gives the same arrivals. One goroutine may use it.
type Arrivals struct {
	cfg    ArrivalsConfig
	rng    *rand.Rand
	now    time.Time
	day    int     // yearday and year of factor
	factor float64 // how busy that day turns out
}

// NewArrivals checks the configuration and makes the process.
func NewArrivals(cfg ArrivalsConfig) (*Arrivals, error) {
	if cfg.Load == (Load{}) {
		cfg.Load = DefaultLoad()
	}
	if err := cfg.Load.check(); err != nil {
		return nil, fmt.Errorf("making arrivals: %w", err)
	}
	speed, err := positive(cfg.Speed, 1)
	if err != nil {
		return nil, fmt.Errorf("making arrivals: speed: %w", err)
	}
	if _, err := positive(cfg.PerMinute, 1); err != nil {
		return nil, fmt.Errorf("making arrivals: rate: %w", err)
	}
	cfg.Speed = speed
	return &Arrivals{cfg: cfg, rng: generator(cfg.Seed, "arrivals"), now: cfg.Start}, nil
}

// Next is how long after the one before the next customer arrives; the first
// time, how long after the start.
func (a *Arrivals) Next() time.Duration {
	before := a.now
	need := a.rng.ExpFloat64() // of the integral of the rate
	for {
		left := time.Hour - a.now.Sub(a.now.Truncate(time.Hour))
		rate := a.perHour()
		if have := rate * left.Hours(); have < need {
			need -= have
			a.now = a.now.Add(left)
			continue
		}
		a.now = a.now.Add(time.Duration(need / rate * float64(time.Hour)))
		return scaled(a.now.Sub(before), a.cfg.Speed)
	}
}

// perHour is the rate at a.now, which holds until the hour ends.
func (a *Arrivals) perHour() float64 {
	if a.cfg.PerMinute > 0 {
		return a.cfg.PerMinute * 60
	}
	l, t := a.cfg.Load, a.now
	if day := t.Year()*1000 + t.YearDay(); day != a.day {
		a.day = day
		a.factor = gamma(generator(a.cfg.Seed, t.Format(time.DateOnly)), l.DayVariation)
	}
	shares := l.Weekday
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		shares = l.Weekend
	}
	return l.PerDay * l.DayFactor[t.Weekday()] * shares[t.Hour()] * a.factor
}

// PaceConfig says how one person reads and writes.
type PaceConfig struct {
	Seed  uint64
	Name  string  // whose pace: the same name always has the same one
	Load  Load    // zero: DefaultLoad
	Speed float64 // how many times faster than life; zero: 1
}

// Pace is one person's rhythm. It has a generator of its own, so that what one
// does is the same whatever order the others act in. One goroutine may use it.
type Pace struct {
	cfg PaceConfig
	rng *rand.Rand
}

// Pause is what comes before a message: first nothing is seen, then typing.
type Pause struct{ Think, Typing time.Duration }

// Whole is how long the message is in coming.
func (p Pause) Whole() time.Duration { return p.Think + p.Typing }

// NewPace checks the configuration and makes the person's rhythm.
func NewPace(cfg PaceConfig) (*Pace, error) {
	if cfg.Load == (Load{}) {
		cfg.Load = DefaultLoad()
	}
	if err := cfg.Load.check(); err != nil {
		return nil, fmt.Errorf("making a pace: %w", err)
	}
	speed, err := positive(cfg.Speed, 1)
	if err != nil {
		return nil, fmt.Errorf("making a pace: speed: %w", err)
	}
	cfg.Speed = speed
	return &Pace{cfg: cfg, rng: generator(cfg.Seed, "pace "+cfg.Name)}, nil
}

// Customer is the pause before a customer's message that answers something.
func (p *Pace) Customer(text string) Pause { return p.pause(p.cfg.Load.CustomerGap, text) }

// Agent is the pause before an agent's message.
func (p *Pace) Agent(text string) Pause { return p.pause(p.cfg.Load.AgentGap, text) }

// Piece is the pause before a further message of someone who writes in pieces:
// nothing is read in between, so nearly all of it is typing.
func (p *Pace) Piece(text string) Pause {
	think := time.Duration((0.3 + p.rng.ExpFloat64()) * float64(time.Second))
	return Pause{scaled(think, p.cfg.Speed), scaled(typing(text), p.cfg.Speed)}
}

// Scaled turns a time of the dialogue, such as its patience, into this pace's.
func (p *Pace) Scaled(d time.Duration) time.Duration { return scaled(d, p.cfg.Speed) }

// pause divides a measured gap, which holds both, between reading and typing.
// A text too long for its gap makes the gap longer, never the reading nothing.
func (p *Pace) pause(gap Lognormal, text string) Pause {
	whole := time.Duration(gap.draw(p.rng) * float64(time.Second))
	types := typing(text)
	return Pause{scaled(max(whole-types, whole/5), p.cfg.Speed), scaled(types, p.cfg.Speed)}
}

// A phone writes about 36 words a minute (Palin et al. 2019), which is three
// characters a second. What would take longer than the longest is dictated or
// pasted: an assumption.
const (
	charactersPerSecond = 3
	longestTyping       = 45 * time.Second
)

func typing(text string) time.Duration {
	return min(time.Duration(utf8.RuneCountInString(text))*time.Second/charactersPerSecond, longestTyping)
}

func scaled(d time.Duration, speed float64) time.Duration {
	return time.Duration(float64(d) / speed)
}

func positive(x, zero float64) (float64, error) {
	if x == 0 {
		return zero, nil
	}
	if !(x > 0) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%g: %w", x, ErrSpeed)
	}
	return x, nil
}

// generator gives every purpose its own stream of the same seed.
func generator(seed uint64, purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// gamma draws a factor of mean 1 and the given coefficient of variation, at
// most 1, by the method of Marsaglia and Tsang (2000).
func gamma(r *rand.Rand, variation float64) float64 {
	if variation == 0 {
		return 1
	}
	shape := 1 / (variation * variation)
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v / shape
		}
	}
}
