package replay

import "slices"

// Report judges what happened so far. At the end of a run, whatever has not
// arrived is lost; in one that was interrupted, what the desk has not answered is
// still with the client that keeps it.
func (l *Ledger) Report(interrupted bool) Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	var r Report
	for _, t := range l.threads {
		r.FromCustomers.count(t.sides[customerSide], interrupted)
		r.FromAgents.count(t.sides[agentSide], interrupted)
		r.Reordered += inversions(t.sides[customerSide]) + inversions(t.sides[agentSide])
	}
	for _, side := range []Tally{r.FromCustomers, r.FromAgents} {
		r.Sent += side.Sent
		r.Acknowledged += side.Acknowledged
		r.Delivered += side.Delivered
		r.Refused += side.Refused
		r.Unanswered += side.Unanswered
		r.Lost += side.Lost
	}
	// What was seen and nobody owns is a second copy, unless it is a message whose
	// answer was still on its way.
	r.Doubled = len(l.extra) + max(0, l.strays()-r.Unanswered)
	r.Altered = l.altered
	r.AcknowledgedMS = quantiles(slices.Clone(l.ackTimes))
	r.DeliveredMS = quantiles(slices.Clone(l.deliveryTimes))
	return r
}

func (t *Tally) count(side []message, interrupted bool) {
	for i := range side {
		m := &side[i]
		t.Sent++
		switch {
		case m.refused:
			t.Refused++
		case m.acked:
			t.Acknowledged++
		default:
			t.Unanswered++
		}
		if m.arrived {
			t.Delivered++
		}
		if !m.done && (m.acked || !interrupted) {
			t.Lost++
		}
	}
}

// inversions counts messages to which the desk gave a place before that of one
// written earlier. Every feed follows the log, so this is the order all see.
func inversions(side []message) int {
	n, highest := 0, uint64(0)
	for i := range side {
		if seq := side[i].seq; seq != 0 && seq < highest {
			n++
		} else {
			highest = max(highest, seq)
		}
	}
	return n
}

// strays counts what was seen in our conversations and is not known to be ours.
func (l *Ledger) strays() int {
	n := 0
	for seq, s := range l.early {
		t, ours := l.talks[s.talk]
		if s.thread != nil {
			t, ours = s.thread, true
		}
		if ours && !l.extra[seq] && seq > t.sides[customerSide][0].seq {
			n++
		}
	}
	return n
}
