package tui

import (
	"time"

	"ventanilla/client/wire"
)

// readingTime is how long a line that arrives has to stand on the screen before
// a key counts as pressed by somebody who has seen it.
const readingTime = time.Second

// witness knows how far the agent has seen each conversation, for the desk to
// judge whether a reply was written in ignorance of newer lines.
//
// A line is seen when a key is pressed, other than the one that sends, while the
// line stands on the screen of a window that has the focus: at once when the
// agent turned to the conversation and found it there, after [readingTime] when
// it arrived before their eyes. So what comes between the last letter and enter
// is not seen, however long it took.
type witness struct {
	seen  map[wire.ConversationID]uint64
	of    wire.ConversationID // whose lines stand on the screen
	fresh []sight             // of them, what no key was pressed after, oldest first
}

// sight is the newest line on the screen since an instant.
type sight struct {
	seq  uint64
	from time.Time // the zero time: there when the agent turned to it
}

func newWitness() *witness { return &witness{seen: make(map[wire.ConversationID]uint64)} }

// drew notes that a conversation stands on the screen down to a line.
func (w *witness) drew(c wire.ConversationID, seq uint64, now time.Time) {
	if c != w.of {
		w.of, w.fresh, now = c, nil, time.Time{}
	}
	newest := w.seen[c]
	if n := len(w.fresh); n > 0 {
		newest = max(newest, w.fresh[n-1].seq)
	}
	if seq > newest {
		w.fresh = append(w.fresh, sight{seq, now})
	}
}

// key takes a key as a sign that somebody looks.
func (w *witness) key(now time.Time) {
	for len(w.fresh) > 0 && !now.Before(w.fresh[0].from.Add(readingTime)) {
		w.saw(w.of, w.fresh[0].seq)
		w.fresh = w.fresh[1:]
	}
}

// saw notes that a line was seen for certain.
func (w *witness) saw(c wire.ConversationID, seq uint64) { w.seen[c] = max(w.seen[c], seq) }

// covered is called when something stands in front of the lines: what no key was
// pressed after has to stand there anew.
func (w *witness) covered() { w.fresh = nil }

// away is called when nobody looks: what stands on the screen has to be turned to again.
func (w *witness) away() { w.of, w.fresh = "", nil }

// upTo is the newest line seen of a conversation. It is never 0, which would ask
// the desk for no care at all.
func (w *witness) upTo(c wire.ConversationID) uint64 { return max(w.seen[c], 1) }
