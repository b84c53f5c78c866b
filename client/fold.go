package client

import "ventanilla/client/mirror"

// Fold applies an event to a mirror when it changes what a client shows. It
// returns [mirror.ErrGap] as [mirror.Mirror.Feed] does; the remedy is
// [Client.Resync].
func Fold(m *mirror.Mirror, e Event) error {
	switch e := e.(type) {
	case Welcomed:
		m.Welcome(e.Welcome)
	case SnapshotPart:
		m.Snapshot(e.Snapshot)
	case FeedPart:
		return m.Feed(e.Feed)
	case Opened:
		m.Timeline(e.Timeline)
	}
	return nil
}
