package firewall

import (
	"encoding/base64"

	"ventanilla/tui/text"
)

// Bell is the sequence that rings. It must be armed.
const Bell = "\a"

// Channel is a way of terminals to raise a desktop notification.
type Channel uint8

// The channels terminals understand: iTerm2 and Windows Terminal, urxvt and
// VTE, kitty.
const (
	OSC9 Channel = iota
	OSC777
	OSC99
)

// Copy returns the sequence that puts s on the clipboard. It must be armed.
func Copy(s string) string {
	return "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(s)) + "\a"
}

// Notify returns the sequence that shows a notification. It must be armed.
// Its words are cleaned here, because terminals hand them to the desktop.
func Notify(c Channel, title, body string) string {
	title, body = text.Title(title), text.Title(body)
	switch c {
	case OSC777:
		return "\x1b]777;notify;" + title + ";" + body + "\x1b\\"
	case OSC99:
		return "\x1b]99;;" + title + ": " + body + "\x1b\\"
	default:
		// A number and a semicolon here would be a command of ConEmu; titles
		// hold no semicolon.
		return "\x1b]9;" + title + ": " + body + "\x1b\\"
	}
}
