package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Record is one event at its place in the log. On the wire it is an array,
//
//	[seq, prev, {"ev": "said", "at": 1760000000000, …the event's own members}]
//
// Prev is the seq of the record before it in this feed, so that the first record
// after a hole shows the hole. The object is the same for every reader of one
// form, so the desk encodes it once.
type Record struct {
	Seq   uint64
	Prev  uint64
	At    Millis
	Event Event
}

var errRecordShape = errors.New("a record is [seq, prev, {event}]")

// EncodeEvent returns the third part of a record.
func EncodeEvent(at Millis, e Event) ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding event %s: %w", e.event(), err)
	}
	b := make([]byte, 0, len(data)+48)
	b = append(b, `{"ev":`...)
	b = strconv.AppendQuote(b, e.event())
	b = append(b, `,"at":`...)
	b = strconv.AppendInt(b, int64(at), 10)
	if len(data) > 2 {
		b = append(b, ',')
	}
	return append(b, data[1:]...), nil
}

// DecodeEvent reads what [EncodeEvent] wrote. An event this build does not know
// becomes [Unrecognised].
func DecodeEvent(b []byte) (Millis, Event, error) {
	var head struct {
		Name string `json:"ev"`
		At   Millis `json:"at"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return 0, nil, fmt.Errorf("event: %w", err)
	}
	decode, known := eventDecoders[head.Name]
	if !known {
		return head.At, Unrecognised{head.Name}, nil
	}
	e, err := decode(b)
	if err != nil {
		return 0, nil, fmt.Errorf("event %q: %w", head.Name, err)
	}
	return head.At, e, nil
}

// AppendRecord appends a record whose event is already encoded.
func AppendRecord(b []byte, seq, prev uint64, event []byte) []byte {
	b = append(b, '[')
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, ',')
	b = strconv.AppendUint(b, prev, 10)
	b = append(b, ',')
	b = append(b, event...)
	return append(b, ']')
}

// MarshalJSON implements [json.Marshaler].
func (r Record) MarshalJSON() ([]byte, error) {
	event, err := EncodeEvent(r.At, r.Event)
	if err != nil {
		return nil, err
	}
	return AppendRecord(nil, r.Seq, r.Prev, event), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Record) UnmarshalJSON(b []byte) error {
	var parts [3]json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if parts[2] == nil || !bytes.HasPrefix(parts[2], []byte("{")) {
		return errRecordShape
	}
	if err := json.Unmarshal(parts[0], &r.Seq); err != nil {
		return fmt.Errorf("seq: %w", err)
	}
	if err := json.Unmarshal(parts[1], &r.Prev); err != nil {
		return fmt.Errorf("prev: %w", err)
	}
	var err error
	r.At, r.Event, err = DecodeEvent(parts[2])
	return err
}
