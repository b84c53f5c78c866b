package dialogue

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A Wednesday at midnight, on the lender's clock.
var wednesday = time.Date(2026, 3, 4, 0, 0, 0, 0, time.FixedZone("", -3*60*60))

func arrivals(t *testing.T, cfg ArrivalsConfig) *Arrivals {
	t.Helper()
	a, err := NewArrivals(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func pace(t *testing.T, cfg PaceConfig) *Pace {
	t.Helper()
	p, err := NewPace(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near compares with a tolerance; seeds are fixed, so it never wavers.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*want {
		t.Errorf("%s is %.3f, want %.3f within %.0f %%", what, got, want, tolerance*100)
	}
}

func TestSteadyArrivalsAreAPoissonProcess(t *testing.T) {
	const n = 20000
	for _, perMinute := range []float64{4, 0.01} { // often within an hour, and hours apart
		a := arrivals(t, ArrivalsConfig{Seed: 1, PerMinute: perMinute})
		total, squares := 0.0, 0.0
		for range n {
			s := a.Next().Seconds()
			total, squares = total+s, squares+s*s
		}
		mean := total / n
		near(t, "mean gap in seconds", mean, 60/perMinute, 0.05)
		near(t, "deviation over mean", math.Sqrt(squares/n-mean*mean)/mean, 1, 0.05)
	}
}

func TestArrivalsFollowTheHourAndTheDay(t *testing.T) {
	const weeks = 40
	a := arrivals(t, ArrivalsConfig{Seed: 7, Start: wednesday})
	perHour, perDay := map[int]float64{}, map[time.Weekday]float64{}
	for now := wednesday; ; {
		now = now.Add(a.Next())
		if now.Sub(wednesday) > weeks*7*24*time.Hour {
			break
		}
		perDay[now.Weekday()]++
		if now.Weekday() == time.Wednesday {
			perHour[now.Hour()]++
		}
	}
	near(t, "Monday over Wednesday", perDay[time.Monday]/perDay[time.Wednesday], 1.2, 0.15)
	near(t, "Sunday over Wednesday", perDay[time.Sunday]/perDay[time.Wednesday], 0.27, 0.15)
	near(t, "Wednesdays", perDay[time.Wednesday]/weeks, 1166.7, 0.1)
	near(t, "share of 11:00", perHour[11]/perDay[time.Wednesday], 0.11, 0.1)
	near(t, "14:00 over 11:00", perHour[14]/perHour[11], 0.062/0.11, 0.1)
}

func TestTheSameSeedGivesTheSameCustomers(t *testing.T) {
	take := func(seed uint64) (gaps []time.Duration) {
		a := arrivals(t, ArrivalsConfig{Seed: seed, Start: wednesday})
		p := pace(t, PaceConfig{Seed: seed, Name: "d-1"})
		for range 50 {
			gaps = append(gaps, a.Next(), p.Customer("hola").Whole(), p.Piece("hola").Whole(), p.Agent("hola").Whole())
		}
		return gaps
	}
	if !slices.Equal(take(3), take(3)) {
		t.Error("one seed, two outcomes")
	}
	if slices.Equal(take(3), take(4)) {
		t.Error("two seeds, one outcome")
	}
	one, other := pace(t, PaceConfig{Seed: 3, Name: "d-1"}), pace(t, PaceConfig{Seed: 3, Name: "d-2"})
	if one.Customer("hola") == other.Customer("hola") {
		t.Error("two people keep the same rhythm")
	}
}

func TestPausesHaveTheMeasuredMedianAndTail(t *testing.T) {
	p := pace(t, PaceConfig{Seed: 5, Name: "x"})
	for name, tc := range map[string]struct {
		draw        func(string) Pause
		median, p95 float64
	}{"customer": {p.Customer, 18, 57}, "agent": {p.Agent, 19, 68}} {
		var s []float64
		for range 20000 {
			s = append(s, tc.draw("ok").Whole().Seconds())
		}
		slices.Sort(s)
		near(t, name+" median", s[len(s)/2], tc.median, 0.1)
		near(t, name+" p95", s[len(s)*95/100], tc.p95, 0.15)
	}
}

func TestTypingGrowsWithTheTextAndNeverTakesTheReading(t *testing.T) {
	p := pace(t, PaceConfig{Seed: 5, Name: "x"})
	for range 1000 {
		short, long, endless := p.Customer("sí"), p.Customer(strings.Repeat("a", 60)), p.Customer(strings.Repeat("a", 1500))
		if short.Typing >= long.Typing || long.Typing != 20*time.Second || endless.Typing != longestTyping {
			t.Fatalf("typing: %s, %s, %s", short.Typing, long.Typing, endless.Typing)
		}
		if short.Think <= 0 || long.Think <= 0 || endless.Think <= 0 {
			t.Fatalf("thinking: %s, %s, %s, want some", short.Think, long.Think, endless.Think)
		}
		if piece := p.Piece("sí"); piece.Think <= 0 || piece.Think > 30*time.Second {
			t.Fatalf("between two pieces: %s", piece.Think)
		}
	}
}

func TestSpeedShortensEverythingAlike(t *testing.T) {
	slow, fast := arrivals(t, ArrivalsConfig{Seed: 2, PerMinute: 1}), arrivals(t, ArrivalsConfig{Seed: 2, PerMinute: 1, Speed: 10})
	calm, quick := pace(t, PaceConfig{Seed: 2, Name: "x"}), pace(t, PaceConfig{Seed: 2, Name: "x", Speed: 10})
	for range 100 {
		near(t, "arrival", fast.Next().Seconds(), slow.Next().Seconds()/10, 0.001)
		near(t, "pause", quick.Customer("hola").Whole().Seconds(), calm.Customer("hola").Whole().Seconds()/10, 0.001)
		near(t, "piece", quick.Piece("hola").Whole().Seconds(), calm.Piece("hola").Whole().Seconds()/10, 0.001)
	}
	if got := quick.Scaled(time.Minute); got != 6*time.Second {
		t.Errorf("a minute's patience at speed 10 is %s, want 6s", got)
	}
}

func TestImpossibleSpeedsAndLoadsAreRefused(t *testing.T) {
	for _, x := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := NewArrivals(ArrivalsConfig{Speed: x}); !errors.Is(err, ErrSpeed) {
			t.Errorf("arrivals at speed %g: %v", x, err)
		}
		if _, err := NewArrivals(ArrivalsConfig{PerMinute: x}); !errors.Is(err, ErrSpeed) {
			t.Errorf("%g arrivals a minute: %v", x, err)
		}
		if _, err := NewPace(PaceConfig{Speed: x}); !errors.Is(err, ErrSpeed) {
			t.Errorf("pace at speed %g: %v", x, err)
		}
	}
	empty := DefaultLoad()
	empty.Weekday = [24]float64{}
	if _, err := NewArrivals(ArrivalsConfig{Load: empty}); !errors.Is(err, ErrLoad) {
		t.Errorf("a day without arrivals: %v", err)
	}
	if _, err := NewPace(PaceConfig{Load: empty}); !errors.Is(err, ErrLoad) {
		t.Errorf("a pace from an impossible load: %v", err)
	}
}

func TestDecodeLoadKeepsDefaultsForWhatIsLeftOut(t *testing.T) {
	got, err := DecodeLoad(strings.NewReader(`{"per_day_unit": 50, "day_factor": {"sun": 2},
		"timings": {"gap_before_agent_message_s": {"mu": 1, "sigma": 0.5, "n": 7}}, "erlang": [{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultLoad()
	want.PerDay, want.DayFactor[time.Sunday], want.AgentGap = 50, 2, Lognormal{1, 0.5}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDecodeLoadRefusesWhatCannotBe(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{"per_day_unit": -1}`, `{"per_day_unit": "many"}`, `{"gamma_day_cv": 3}`,
		`{"hour_share_weekday": [1]}`, `{"hour_share_weekend": []}`, `{"day_factor": {"lunes": 1}}`, `{"day_factor": {"mon": 0}}`,
		`{"hour_share_weekday": [0.5,0.7,-0.2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}`,
		`{"timings": {"gap_before_customer_message_s": {"mu": 900}}}`,
		strings.Repeat(" ", MaxLine+1),
	} {
		if got, err := DecodeLoad(strings.NewReader(text)); err == nil {
			t.Errorf("%.60q was taken for %+v", text, got)
		}
	}
}

func TestTheLoadModelOnFileIsTheDefault(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "load-model.json")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the load model is not beside the repository")
	}
	got, err := ReadLoad(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != DefaultLoad() {
		t.Errorf("got %+v, want %+v", got, DefaultLoad())
	}
}
