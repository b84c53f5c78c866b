package tui

import "sync"

// scribe puts down on disk what is being typed, beside the screen's goroutine, so
// that a slow disk holds up no key. Of one name only the newest text is put down.
type scribe struct {
	mu      sync.Mutex // guards what follows
	pending map[string]page
	kept    map[string]string // what is on disk
	doubted map[string]bool   // what is on disk may be something else

	writing sync.Mutex // held while a text is put down
}

// page is a text to put down and how.
type page struct {
	text string
	down func(text string) error
}

func newScribe() *scribe {
	return &scribe{pending: make(map[string]page), kept: make(map[string]string), doubted: make(map[string]bool)}
}

// has notes what is on disk already.
func (s *scribe) has(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = text
	delete(s.doubted, name)
}

// doubt notes that something else writes there too: the next text given is put down
// whatever it is.
func (s *scribe) doubt(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doubted[name] = true
}

// give takes a text to put down when it differs from the one on disk.
func (s *scribe) give(name, text string, down func(string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[name] == text && !s.doubted[name] {
		delete(s.pending, name)
		return
	}
	s.pending[name] = page{text, down}
}

// waits reports whether there is something to put down.
func (s *scribe) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending) > 0
}

// drain puts down all that was given. What fails has to be given again.
func (s *scribe) drain() (failed error) {
	for {
		more, err := s.one()
		if err != nil {
			failed = err
		}
		if !more {
			return failed
		}
	}
}

func (s *scribe) one() (more bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	name, p, ok := s.take()
	if !ok {
		return false, nil
	}
	if err := p.down(p.text); err != nil {
		return true, err
	}
	s.has(name, p.text)
	return true, nil
}

// take takes a text before it takes the end of one: what went from one name to
// another is at no moment under neither.
func (s *scribe) take() (string, page, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, any := "", false
	for name, p := range s.pending {
		if next, any = name, true; p.text != "" {
			break
		}
	}
	p := s.pending[next]
	delete(s.pending, next)
	return next, p, any
}

// forget is called before a text leaves another way: an older one is not put down
// after it. It waits for the one being put down.
func (s *scribe) forget(name string) {
	s.mu.Lock()
	delete(s.pending, name)
	s.mu.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.doubt(name)
}
