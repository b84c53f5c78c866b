package mirror

import "ventanilla/client/wire"

// words keeps one copy of each short value that thousands of summaries repeat.
// Decoding makes a new copy every time, which at 100,000 conversations would be
// a third of the memory.
type words map[string]string

// manyWords bounds the set: a desk has few queues, agents and tags, and one that
// sends more only saves less.
const manyWords = 4096

func (w words) one(s string) string {
	if s == "" {
		return ""
	}
	if same, ok := w[s]; ok {
		return same
	}
	if len(w) < manyWords {
		w[s] = s
	}
	return s
}

func (w words) share(s *wire.Summary) {
	s.Channel, s.Lang = w.one(s.Channel), w.one(s.Lang)
	s.Queue = wire.QueueID(w.one(string(s.Queue)))
	s.Agent = wire.AgentID(w.one(string(s.Agent)))
	s.Status = wire.Status(w.one(string(s.Status)))
	s.Last.By = wire.Author(w.one(string(s.Last.By)))
	s.Disposition = w.one(s.Disposition)
}
