package torture

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// note is a line of a journal: what somebody typed, what they were told of it,
// what their screen claimed. The journal outlives the process that writes it.
type note struct {
	What   string `json:"what"` // typed, kept, out, live, resume, lane
	Who    string `json:"who"`
	Text   string `json:"text,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	Code   string `json:"code,omitempty"` // of a refusal
	Epoch  string `json:"epoch,omitempty"`
	Millis int64  `json:"ms,omitempty"`
	Run    int    `json:"run"` // which life of the process
}

const (
	typed  = "typed"  // about to be given to the client
	kept   = "kept"   // the client has it: from here on it must not be lost
	out    = "out"    // the desk's outcome
	live   = "live"   // the screen says live, at Seq
	resume = "resume" // what the page keeps to come back as the same customer
)

// journal appends notes to a file, each in one write.
type journal struct {
	mu   sync.Mutex
	file *os.File
	run  int
}

func openJournal(path string, run int) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a journal: %w", err)
	}
	return &journal{file: f, run: run}, nil
}

func (j *journal) add(n note) {
	n.Run = j.run
	line, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		panic(err) // a run without its journal proves nothing
	}
}

// readJournal returns what was written; a last line that a kill cut off is left out.
func readJournal(path string) ([]note, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var notes []note
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return notes, nil
		}
		if err != nil {
			return nil, err
		}
		var n note
		if err := json.Unmarshal(line, &n); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		notes = append(notes, n)
	}
}
