package deskmodel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// screen is a client of the staff with its mirror, and while it has a link the
// desk's end of that. Frames pass in between, or do not.
type screen struct {
	member int
	mirror *mirror.Mirror
	rights string
	watch  []wire.ConversationID // what is opened, as the client keeps it

	user   member // as the link came
	cursor *desk.Cursor
	feed   *desk.Staff
	prev   uint64
	passed []wire.Feed
}

func newScreen(member int) *screen { return &screen{member: member, mirror: mirror.New()} }

func (s *screen) cut() {
	s.cursor, s.feed, s.passed = nil, nil, nil
	s.mirror.Alone()
}

// connect takes up the link, if the account may: from where the mirror stopped, or
// from a snapshot.
func (s *screen) connect(t *rapid.T, w *world) bool {
	s.cut()
	ctx := context.Background()
	s.user = w.ref.staff[s.member]
	user := s.user.user()
	if s.user.disabled {
		if _, err := w.desk.Snapshot(ctx, user); !desk.Revoked(err) {
			t.Fatalf("a snapshot for a disabled account: %v", err)
		}
		return false
	}
	watch, err := w.desk.Rewatch(ctx, &user, s.watch)
	must(t, err)
	s.feed = desk.NewStaff(user, watch)
	welcome := wire.Welcome{You: user.Agent, Epoch: w.desk.Epoch(), Rights: user.Rights()}
	at := s.mirror.At()
	if at.Epoch == welcome.Epoch && s.rights == welcome.Rights {
		s.cursor, err = w.desk.Follow(ctx, at.Seq)
		must(t, err)
		welcome.Resumed, s.prev = true, at.Seq
	}
	s.mirror.Welcome(welcome)
	s.rights = welcome.Rights
	if s.cursor == nil {
		s.snapshot(t, w)
	}
	return true
}

func (s *screen) snapshot(t *rapid.T, w *world) {
	got, err := w.desk.Snapshot(context.Background(), s.user.user())
	must(t, err)
	half := len(got.Conversations) / 2
	s.mirror.Snapshot(wire.Snapshot{Seq: got.Seq, Part: 1, Agents: got.Agents, Queues: got.Queues, Conversations: got.Conversations[:half]})
	s.mirror.Snapshot(wire.Snapshot{Seq: got.Seq, Part: 2, Conversations: got.Conversations[half:], Last: true})
	s.cursor, err = w.desk.Follow(context.Background(), got.Seq)
	must(t, err)
	s.prev = got.Seq
	for _, id := range slices.Clone(s.watch) { // as a client does by itself
		s.open(t, w, id)
	}
}

// pump brings the link up to a seq (0: to the head); each step of the cursor is a
// frame. It returns false when the desk ended the link.
func (s *screen) pump(t *rapid.T, w *world, upTo uint64, deliver func(wire.Feed) bool) bool {
	for s.cursor != nil {
		items, err := s.cursor.Next(context.Background(), upTo)
		must(t, err)
		if len(items) == 0 {
			return true
		}
		frame := wire.Feed{}
		for _, item := range items {
			body, err := s.feed.Form(item)
			if refusal, ok := errors.AsType[*desk.Error](err); errors.Is(err, desk.ErrRightsChanged) || ok && refusal.Code == "revoked" {
				s.cut()       // with what was not sent yet
				s.rights = "" // the account may have become again what it was, but not the feed
				return false
			}
			must(t, err)
			s.judge(t, w, item.Seq, item.Conversation, body)
			if body == nil {
				continue
			}
			at, e, err := wire.DecodeEvent(body)
			must(t, err)
			frame.Records = append(frame.Records, wire.Record{Seq: item.Seq, Prev: s.prev, At: at, Event: e})
			s.prev = item.Seq
		}
		if frame.UpTo = items[len(items)-1].Seq; len(frame.Records) == 0 {
			frame.Prev = s.prev
		}
		s.passed = append(s.passed, frame)
		if !deliver(frame) {
			return true
		}
	}
	return false
}

// hear gives a frame to the mirror, which misses nothing.
func (s *screen) hear(t *rapid.T) func(wire.Feed) bool {
	return func(f wire.Feed) bool {
		if err := s.mirror.Feed(f); err != nil {
			t.Fatalf("%s at %d, fed up to %d: %v", s.user.login, s.mirror.At().Seq, f.UpTo, err)
		}
		for _, r := range f.Records {
			if gone, ok := r.Event.(wire.Gone); ok {
				s.forget(gone.Conversation)
			}
		}
		return true
	}
}

func (s *screen) forget(id wire.ConversationID) {
	s.watch = slices.DeleteFunc(s.watch, func(other wire.ConversationID) bool { return other == id })
}

// judge looks at the raw form of a record: what the reader gets of a conversation
// that they could not see and cannot see is nothing, of one that leaves them its id,
// and of one that they have not opened neither notes nor the end of a long message.
func (s *screen) judge(t *rapid.T, w *world, seq uint64, id wire.ConversationID, body []byte) {
	if id == "" {
		if s.user.role == wire.RoleAuditor && body != nil {
			t.Fatalf("an auditor gets %s", body)
		}
		return
	}
	talk := w.ref.talk(id)
	before, after := talk.at(seq-1), talk.at(seq)
	saw, sees := s.user.sees(before.queue, before.agent), s.user.sees(after.queue, after.agent)
	about := func(what string) string {
		return fmt.Sprintf("%s (%s %v), at %d, gets of a conversation %s: %s", s.user.login, s.user.role, s.user.queues, seq, what, body)
	}
	if !sees && !saw {
		if body != nil {
			t.Fatal(about("that is not theirs to see"))
		}
		return
	}
	if body == nil {
		t.Fatal(about("that is theirs to see"))
	}
	_, e, err := wire.DecodeEvent(body)
	must(t, err)
	_, appears := e.(wire.Appeared)
	switch {
	case !sees && e != (wire.Gone{Conversation: id}):
		t.Fatal(about("that leaves them"))
	case sees && !saw && !appears:
		t.Fatal(about("that comes to them"))
	case !sees || slices.Contains(s.watch, id):
		return
	}
	for _, l := range w.ref.said {
		hidden := l.text
		if !l.note {
			hidden = l.text[len(wire.Cut(l.text)):]
		}
		if hidden != "" && bytes.Contains(body, []byte(hidden)) {
			t.Fatal(about("that they have not opened"))
		}
	}
}

// open opens a conversation: the link comes to where the lines end, and goes on in full.
func (s *screen) open(t *rapid.T, w *world, id wire.ConversationID) {
	if !desk.MayAsk(s.user.role, "watch") {
		return
	}
	page, err := w.desk.Open(context.Background(), s.feed, wire.Watch{Conversation: id, Limit: 5})
	talk := w.ref.talk(id) // none: of a log that was replaced
	if may := talk != nil && s.user.sees(talk.queue, talk.agent); may != (err == nil) {
		t.Fatalf("%s opens %+v: %v", s.user.login, talk, err)
	}
	if err != nil {
		s.forget(id)
		return
	}
	for s.cursor != nil && s.cursor.UpTo() < page.UpTo {
		_, err := w.desk.Follow(context.Background(), page.UpTo) // what was written beside the desk it looks at now
		must(t, err)
		s.pump(t, w, page.UpTo, s.hear(t))
	}
	if s.cursor == nil {
		return
	}
	s.feed.Watch(id)
	page.UpTo = s.cursor.UpTo()
	s.mirror.Timeline(page)
	if !slices.Contains(s.watch, id) {
		s.watch = append(s.watch, id)
	}
}

func (s *screen) unwatch(id wire.ConversationID) {
	s.forget(id)
	s.mirror.Forget(id)
	if s.feed != nil {
		s.feed.Unwatch(id)
	}
}

// settle brings the screen level and compares it with what the reference shows.
func (s *screen) settle(t *rapid.T, w *world) {
	for level := false; !level; {
		if s.cursor == nil && !s.connect(t, w) {
			return
		}
		if s.pump(t, w, 0, s.hear(t)) {
			level = s.cursor.UpTo() >= w.ref.head
			if !level { // written beside the desk, which has not looked yet
				_, err := w.desk.Follow(context.Background(), w.ref.head)
				must(t, err)
			}
		}
	}
	s.compare(t, w)
}

func (s *screen) compare(t *rapid.T, w *world) {
	if at := s.mirror.At(); at.Seq != w.ref.head || at.Epoch != w.desk.Epoch() {
		t.Fatalf("%s is level at %+v, want %d", s.user.login, at, w.ref.head)
	}
	fresh, err := w.desk.Snapshot(context.Background(), s.user.user())
	must(t, err)
	shown := make(map[wire.ConversationID]wire.Summary)
	for _, c := range fresh.Conversations {
		shown[c.ID] = c
	}
	for i := range w.ref.talks {
		talk := &w.ref.talks[i]
		want, inSnapshot := shown[talk.id]
		if may := s.user.sees(talk.queue, talk.agent); inSnapshot != (may && talk.resolved == 0) {
			t.Fatalf("%s: the snapshot holds %+v: %v", s.user.login, talk, inSnapshot)
		}
		c, has := s.mirror.View().Conversation(talk.id)
		switch {
		case has && !s.user.sees(talk.queue, talk.agent), inSnapshot && !has:
			t.Fatalf("%s shows %+v: %v", s.user.login, talk, has)
		case inSnapshot && fmt.Sprintf("%+v", c.Summary()) != fmt.Sprintf("%+v", want):
			t.Fatalf("%s at %d shows\n%+v\nwant\n%+v", s.user.login, s.mirror.At().Seq, c.Summary(), want)
		case inSnapshot && (want.Agent != talk.agent || want.Queue != talk.queue || want.Priority != talk.priority ||
			!slices.Equal(want.Tags, talk.tags) || want.Seen != talk.seen || want.Last.Seq != talk.last):
			t.Fatalf("the desk shows %+v, want %+v", want, talk)
		}
		if has && c.Opened() && !c.Stale() {
			s.compareLines(t, w, i, c)
		}
	}
}

// compareLines wants the lines of an opened conversation to be the last that were
// written in it, all in full.
func (s *screen) compareLines(t *rapid.T, w *world, at int, c mirror.Conversation) {
	var got, want []string
	for i := range c.Len() {
		switch e := c.Line(i).Event.(type) {
		case wire.Said:
			got = append(got, e.Text)
		case wire.Noted:
			got = append(got, e.Text)
		}
	}
	for _, l := range w.ref.said {
		if l.talk == at {
			want = append(want, l.text)
		}
	}
	if !c.More() && len(got) < len(want) || len(got) > len(want) || !slices.Equal(got, want[len(want)-len(got):]) {
		t.Fatalf("%s has opened a conversation (%v more) and reads %.20q, want the end of %.20q", s.user.login, c.More(), got, want)
	}
}
