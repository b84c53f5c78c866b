package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// Many take one conversation in the same moment: one has it, and each of the others
// is told who.
func TestTakingIsAtomic(t *testing.T) {
	const takers = 16
	f := open(t)
	for i := range takers {
		f.hire(desk.NewUser{Login: fmt.Sprintf("agente-%02d", i), Name: fmt.Sprintf("Agente %02d", i), Role: wire.RoleAgent})
	}
	f.start(bookOf(t)) // one that knows them
	for round := range uint64(10) {
		_, id := f.customer("", "hola")
		frame, err := wire.NewCommandFrame(round+1, 0, wire.Take{Conversation: id})
		f.must(err)
		start := make(chan struct{})
		answers := make(chan wire.Outcome, takers)
		for i := range takers {
			from := sender(fmt.Sprintf("agente-%02d", i), "lane-of-it")
			go func() {
				<-start
				if err := f.desk.Submit(t.Context(), from, frame, func(r desk.Reply) { answers <- *r.Outcome }); err != nil {
					t.Error(err)
					answers <- wire.Outcome{}
				}
			}()
		}
		close(start)
		var refused []string
		for range takers {
			if o := <-answers; o.Refused != nil {
				refused = append(refused, o.Refused.Code+": "+o.Refused.Text)
			}
		}
		winner := strings.TrimPrefix(string(f.summary(id).Agent), "id-agente-")
		if len(refused) != takers-1 || winner == "" {
			t.Fatalf("round %d: %d were refused, %q has it", round, len(refused), winner)
		}
		for _, text := range refused {
			if want := fmt.Sprintf("taken: Agente %s has it.", winner); text != want {
				t.Errorf("round %d: told %q, want %q", round, text, want)
			}
		}
	}
}
