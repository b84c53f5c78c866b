package wire

import (
	"encoding/json"
	"fmt"
)

// Ask is a question that changes nothing in the log. Each names its answer.
type Ask interface{ ask() string }

// Watch asks for a conversation's latest lines and for its records in full from
// then on. The answer is a [Timeline] that holds everything up to [Timeline.UpTo]; the
// feed goes on after that without a hole. Opening a colleague's conversation is
// recorded in the audit trail.
type Watch struct {
	Conversation ConversationID `json:"c"`
	Limit        int            `json:"limit,omitempty"` // lines wanted; 0: 30, above [MaxPage]: [MaxPage]
}

// Unwatch ends [Watch]; records come in their short form again. The answer is an
// empty object.
type Unwatch struct {
	Conversation ConversationID `json:"c"`
}

// Older asks for the lines before a seq. The answer is a [Timeline].
type Older struct {
	Conversation ConversationID `json:"c"`
	Before       uint64         `json:"before"`          // 0: the newest lines
	Limit        int            `json:"limit,omitempty"` // as in [Watch]
}

// Search looks for words in messages, notes and customers' names, newest first.
// Only letters and digits count; case and accents do not. All the words must be
// there, the last one as a prefix; those beyond the eighth are ignored. The answer
// is [Hits].
type Search struct {
	Text  string `json:"text"`
	Limit int    `json:"limit,omitempty"` // 0: 20, above [MaxHits]: [MaxHits]
	// Before continues a search below the seq of its last hit.
	Before uint64 `json:"before,omitempty"`
}

// GetContext asks for the customer's financial context. The answer is [Context].
type GetContext struct {
	Conversation ConversationID `json:"c"`
}

// GetCounts asks how many conversations each queue holds. The args are {}. The
// answer is [Counts].
type GetCounts struct{}

func (Watch) ask() string      { return "watch" }
func (Unwatch) ask() string    { return "unwatch" }
func (Older) ask() string      { return "older" }
func (Search) ask() string     { return "search" }
func (GetContext) ask() string { return "context" }
func (GetCounts) ask() string  { return "counts" }

// AskName is the name of an ask's type on the wire.
func AskName(a Ask) string { return a.ask() }

var askDecoders = map[string]func([]byte) (Ask, error){
	Watch{}.ask():      decodeAsk[Watch],
	Unwatch{}.ask():    decodeAsk[Unwatch],
	Older{}.ask():      decodeAsk[Older],
	Search{}.ask():     decodeAsk[Search],
	GetContext{}.ask(): decodeAsk[GetContext],
	GetCounts{}.ask():  decodeAsk[GetCounts],
}

func decodeAsk[A Ask](b []byte) (Ask, error) {
	var a A
	err := json.Unmarshal(b, &a)
	return a, err
}

// AskNames lists every ask, in no order.
func AskNames() []string {
	names := make([]string, 0, len(askDecoders))
	for name := range askDecoders {
		names = append(names, name)
	}
	return names
}

// NewAskFrame wraps an ask for sending.
func NewAskFrame(id uint64, a Ask) (AskFrame, error) {
	args, err := json.Marshal(a)
	if err != nil {
		return AskFrame{}, fmt.Errorf("encoding ask %s: %w", a.ask(), err)
	}
	return AskFrame{ID: id, Name: a.ask(), Args: args}, nil
}

// Decode returns the ask in the frame; false when this build does not know its name.
func (f AskFrame) Decode() (Ask, bool, error) {
	decode, known := askDecoders[f.Name]
	if !known {
		return nil, false, nil
	}
	a, err := decode(f.Args)
	if err != nil {
		return nil, true, fmt.Errorf("ask %q: %w", f.Name, err)
	}
	return a, true, nil
}

// Timeline is a page of a conversation, oldest first: its events opened, said,
// noted, routed and status. The second number of these records is the seq of the
// line before in the same conversation, 0 for its first. A page of long lines
// holds fewer than were wanted.
type Timeline struct {
	Summary Summary  `json:"s"`
	Records []Record `json:"records"`
	More    bool     `json:"more,omitempty"` // there are older lines
	UpTo    uint64   `json:"upto"`           // the feed goes on after it; in the answer to [Older] ignore it
}

// Hits is a page of search results, newest first.
type Hits struct {
	Hits []Hit `json:"hits"`
	More bool  `json:"more,omitempty"`
}

// Hit is one message, note or customer that matches.
type Hit struct {
	Conversation ConversationID `json:"c"`
	Customer     string         `json:"customer"`
	Seq          uint64         `json:"seq"` // of the line; of the opening for a customer's name
	At           Millis         `json:"at"`
	Note         bool           `json:"note,omitempty"`
	By           Author         `json:"by,omitempty"` // empty: the customer's name matched
	// Snippet is empty where a colleague of an agent has the conversation: what is
	// said there is read by opening it, which is recorded.
	Snippet string `json:"snippet"`
}

// Counts holds a row per queue the asker may count.
type Counts struct {
	Queues []QueueCount `json:"queues"`
}

// QueueCount counts a queue's conversations by what they wait for.
type QueueCount struct {
	Queue      Queue  `json:"queue"`
	Unassigned int    `json:"unassigned"`
	Assigned   int    `json:"assigned"`
	Snoozed    int    `json:"snoozed"`
	Oldest     Millis `json:"oldest,omitempty"` // the longest wait began at
}
