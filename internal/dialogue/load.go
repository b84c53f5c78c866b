package dialogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"time"
)

// Load is how much arrives and how fast people write: the figures behind
// arrivals and pauses.
type Load struct {
	PerDay       float64     // conversations on a day whose factor is 1
	DayFactor    [7]float64  // by time.Weekday
	Weekday      [24]float64 // share of the day in each hour, Monday to Friday
	Weekend      [24]float64
	DayVariation float64   // how much one day differs from its like: a coefficient of variation
	CustomerGap  Lognormal // from the message before to the customer's, in seconds
	AgentGap     Lognormal // from the message before to the agent's, in seconds
}

// Lognormal is a distribution by the mean and deviation of the logarithm.
type Lognormal struct {
	Mu    float64 `json:"mu"`
	Sigma float64 `json:"sigma"`
}

func (l Lognormal) draw(r *rand.Rand) float64 {
	return math.Exp(l.Mu + l.Sigma*r.NormFloat64())
}

// DefaultLoad is a lender with 30,000 conversations a month. Measured: the two
// gaps, on the 657 complete bank chats of STAR (Rasa, MIT), where two people
// type live. Cited: Poisson arrivals with a gamma factor for the day and
// lognormal times (Brown et al. 2005, one bank's calls for a year). Assumed,
// to replace with a company's own log: factors of the days, shares of the
// hours and the variation between days.
func DefaultLoad() Load {
	return Load{
		PerDay:    1166.7,
		DayFactor: [7]float64{0.27, 1.20, 1.08, 1, 1, 1, 0.45},
		Weekday: [24]float64{
			0.006, 0.003, 0.002, 0.002, 0.002, 0.004, 0.010, 0.025, 0.055, 0.085, 0.105, 0.110,
			0.090, 0.072, 0.062, 0.065, 0.072, 0.078, 0.060, 0.038, 0.025, 0.016, 0.009, 0.004},
		Weekend: [24]float64{
			0.010, 0.005, 0.004, 0.003, 0.003, 0.005, 0.012, 0.030, 0.065, 0.095, 0.110, 0.110,
			0.100, 0.080, 0.065, 0.055, 0.050, 0.050, 0.045, 0.036, 0.028, 0.020, 0.013, 0.006},
		DayVariation: 0.15,
		CustomerGap:  Lognormal{2.871, 0.7456},  // median 18 s, p95 57 s
		AgentGap:     Lognormal{2.9889, 0.7210}, // median 19 s, p95 68 s
	}
}

// ErrLoad is a figure that no load can have.
var ErrLoad = errors.New("not a possible figure")

// ReadLoad reads a load model written as JSON. What the file leaves out keeps
// its default; fields that are not about arrivals and gaps are let pass.
func ReadLoad(path string) (Load, error) {
	file, err := os.Open(path)
	if err != nil {
		return Load{}, fmt.Errorf("reading a load model: %w", err)
	}
	defer file.Close()
	load, err := DecodeLoad(file)
	if err != nil {
		return Load{}, fmt.Errorf("%s: %w", path, err)
	}
	return load, nil
}

// DecodeLoad is ReadLoad for what is already open. It reads at most [MaxLine]
// bytes.
func DecodeLoad(r io.Reader) (Load, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxLine+1))
	if err != nil {
		return Load{}, fmt.Errorf("reading a load model: %w", err)
	}
	if len(text) > MaxLine {
		return Load{}, fmt.Errorf("reading a load model of more than %d bytes: %w", MaxLine, ErrTooLong)
	}
	var file loadFile
	if err := json.Unmarshal(text, &file); err != nil {
		return Load{}, fmt.Errorf("parsing a load model: %w", err)
	}
	load, err := file.load()
	if err != nil {
		return Load{}, fmt.Errorf("parsing a load model: %w", err)
	}
	return load, load.check()
}

type loadFile struct {
	PerDay    float64            `json:"per_day_unit"`
	DayFactor map[string]float64 `json:"day_factor"`
	Weekday   []float64          `json:"hour_share_weekday"`
	Weekend   []float64          `json:"hour_share_weekend"`
	Variation *float64           `json:"gamma_day_cv"`
	Timings   struct {
		Customer *Lognormal `json:"gap_before_customer_message_s"`
		Agent    *Lognormal `json:"gap_before_agent_message_s"`
	} `json:"timings"`
}

func (f loadFile) load() (Load, error) {
	l := DefaultLoad()
	if f.PerDay != 0 {
		l.PerDay = f.PerDay
	}
	days := [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	named := 0
	for i, day := range days {
		if factor, ok := f.DayFactor[day]; ok {
			l.DayFactor[i], named = factor, named+1
		}
	}
	if named < len(f.DayFactor) {
		return Load{}, fmt.Errorf("day_factor has a day that is none of %v: %w", days, ErrUnknown)
	}
	if err := hours(&l.Weekday, f.Weekday); err != nil {
		return Load{}, fmt.Errorf("hour_share_weekday: %w", err)
	}
	if err := hours(&l.Weekend, f.Weekend); err != nil {
		return Load{}, fmt.Errorf("hour_share_weekend: %w", err)
	}
	if f.Variation != nil {
		l.DayVariation = *f.Variation
	}
	if f.Timings.Customer != nil {
		l.CustomerGap = *f.Timings.Customer
	}
	if f.Timings.Agent != nil {
		l.AgentGap = *f.Timings.Agent
	}
	return l, nil
}

func hours(to *[24]float64, from []float64) error {
	if from != nil && len(from) != len(to) {
		return fmt.Errorf("%d hours: %w", len(from), ErrLoad)
	}
	copy(to[:], from)
	return nil
}

// check refuses figures with which an arrival might never come, or all at once.
func (l Load) check() error {
	type figure struct {
		name          string
		got, min, max float64
	}
	figures := []figure{
		{"conversations per day", l.PerDay, 1, 1e7},
		{"variation of the days", l.DayVariation, 0, 1},
		{"customer gap mu", l.CustomerGap.Mu, -5, 12},
		{"customer gap sigma", l.CustomerGap.Sigma, 0, 3},
		{"agent gap mu", l.AgentGap.Mu, -5, 12},
		{"agent gap sigma", l.AgentGap.Sigma, 0, 3},
		{"sum of weekday hours", sum(l.Weekday[:]), 0.99, 1.01},
		{"sum of weekend hours", sum(l.Weekend[:]), 0.99, 1.01},
	}
	for i, factor := range l.DayFactor {
		figures = append(figures, figure{"factor of " + time.Weekday(i).String(), factor, 0.001, 100})
	}
	for h := range 24 {
		figures = append(figures, figure{fmt.Sprintf("share of hour %d", h), min(l.Weekday[h], l.Weekend[h]), 0, 1})
	}
	for _, f := range figures {
		if !(f.got >= f.min && f.got <= f.max) { // also refuses what is not a number
			return fmt.Errorf("%s is %g: %w", f.name, f.got, ErrLoad)
		}
	}
	return nil
}

func sum(of []float64) float64 {
	total := 0.0
	for _, x := range of {
		total += x
	}
	return total
}
