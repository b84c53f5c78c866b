package replay

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Report is the result of a run, as docs/replay.md describes it.
type Report struct {
	// Sent counts the messages handed to a client, Acknowledged those the desk has
	// accepted, Delivered those that came out at the other end, Refused those the
	// desk said no to, Unanswered those it said nothing to.
	Sent         int `json:"sent"`
	Acknowledged int `json:"acknowledged"`
	Delivered    int `json:"delivered"`
	Refused      int `json:"refused"`
	Unanswered   int `json:"unanswered"`
	// Lost counts messages that did not arrive everywhere they should, Doubled
	// those that came more than once, Reordered those that came before an earlier
	// one, Altered those that came with another text.
	Lost      int `json:"lost"`
	Doubled   int `json:"doubled"`
	Reordered int `json:"reordered"`
	Altered   int `json:"altered"`

	FromCustomers Tally `json:"from_customers"`
	FromAgents    Tally `json:"from_agents"`

	Customers   int     `json:"customers"`   // who came
	Finished    int     `json:"finished"`    // who played to the end
	TurnedAway  int     `json:"turned_away"` // whom the desk did not want
	Agents      int     `json:"agents"`
	Cuts        int     `json:"cuts"` // links lost and taken up again
	Interrupted bool    `json:"interrupted,omitempty"`
	Seconds     float64 `json:"seconds"`

	// Times from handing a message over to its acknowledgement and to its arrival.
	AcknowledgedMS Quantiles `json:"acknowledged_ms"`
	DeliveredMS    Quantiles `json:"delivered_ms"`
}

// Tally counts the messages of one side.
type Tally struct {
	Sent         int `json:"sent"`
	Acknowledged int `json:"acknowledged"`
	Delivered    int `json:"delivered"`
	Refused      int `json:"refused"`
	Unanswered   int `json:"unanswered"`
	Lost         int `json:"lost"`
}

// Quantiles are times in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Broken reports whether a promise was: something was lost, doubled, reordered
// or altered.
func (r *Report) Broken() bool { return r.Lost+r.Doubled+r.Reordered+r.Altered > 0 }

// WriteTo writes the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	n, err := fmt.Fprintf(w, "customers     %d, %d to the end, %d turned away; %d agents; %d cuts; %.1f s\n"+
		"sent          %d (customers %d, agents %d)\nacknowledged  %d\ndelivered     %d\nrefused       %d\n"+
		"lost          %d\ndoubled       %d\nreordered     %d\naltered       %d\n%s%s",
		r.Customers, r.Finished, r.TurnedAway, r.Agents, r.Cuts, r.Seconds,
		r.Sent, r.FromCustomers.Sent, r.FromAgents.Sent, r.Acknowledged, r.Delivered, r.Refused,
		r.Lost, r.Doubled, r.Reordered, r.Altered,
		r.AcknowledgedMS.line("acknowledged"), r.DeliveredMS.line("delivered"))
	return int64(n), err
}

func (q Quantiles) line(what string) string {
	return fmt.Sprintf("%-13s p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.1f ms\n", what, q.P50, q.P95, q.P99, q.Max)
}

// quantiles sorts its argument. The quantile of few values is the next one up.
func quantiles(times []time.Duration) Quantiles {
	if len(times) == 0 {
		return Quantiles{}
	}
	slices.SortFunc(times, cmp.Compare[time.Duration])
	at := func(q float64) float64 {
		i := int(math.Ceil(q*float64(len(times)))) - 1
		return float64(times[max(i, 0)].Microseconds()) / 1000
	}
	return Quantiles{P50: at(0.50), P95: at(0.95), P99: at(0.99), Max: at(1)}
}
