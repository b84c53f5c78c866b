package firewall

import "bytes"

// allowedStyle judges the numbers of an SGR sequence. Concealed and blinking
// text are refused: one hides, the other shouts.
func allowedStyle(body []byte) bool {
	for len(body) > 0 {
		field, rest, _ := bytes.Cut(body, []byte{';'})
		if bytes.IndexByte(field, ':') >= 0 {
			if !allowedSubstyle(field) {
				return false
			}
			body = rest
			continue
		}
		n, ok := number(field)
		switch {
		case !ok:
			return false
		case n == 38, n == 48, n == 58:
			if rest, ok = skipColour(rest); !ok {
				return false
			}
		case !plainStyle(n):
			return false
		}
		body = rest
	}
	return true
}

func plainStyle(n int) bool {
	switch {
	case n <= 4, n == 7, n == 9, // bold, faint, italic, underlined, reversed, struck
		n >= 22 && n <= 25, n >= 27 && n <= 29, // and back
		n >= 30 && n <= 37, n == 39, n >= 40 && n <= 47, n == 49, n == 59,
		n >= 90 && n <= 97, n >= 100 && n <= 107:
		return true
	}
	return false
}

// allowedSubstyle judges the form with colons: kinds of underline, colours.
func allowedSubstyle(field []byte) bool {
	head, values, _ := bytes.Cut(field, []byte{':'})
	for _, c := range values {
		if c != ':' && (c < '0' || c > '9') {
			return false
		}
	}
	switch string(head) {
	case "4":
		return len(values) == 1 && values[0] <= '5'
	case "38", "48", "58":
		return true
	}
	return false
}

// skipColour reads past "5;n" or "2;r;g;b", whose numbers are not styles.
func skipColour(body []byte) (rest []byte, ok bool) {
	model, rest, _ := bytes.Cut(body, []byte{';'})
	count := 0
	switch string(model) {
	case "5":
		count = 1
	case "2":
		count = 3
	}
	for range count {
		var field []byte
		field, rest, _ = bytes.Cut(rest, []byte{';'})
		if n, ok := number(field); !ok || len(field) == 0 || n > 255 {
			return nil, false
		}
	}
	return rest, count > 0
}

// number reads a parameter; an empty one is zero.
func number(field []byte) (n int, ok bool) {
	for _, c := range field {
		if c < '0' || c > '9' || n > maxNumber {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
