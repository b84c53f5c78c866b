package locale

import (
	"strconv"
	"strings"

	"ventanilla/client/wire"
)

// Money writes an amount with the sign of its currency as CLDR has it: the
// sign alone for the currency of the place, a longer one for a foreign one.
func (l Locale) Money(a wire.Amount) string {
	sign := ""
	if a.Minor < 0 {
		sign = "-"
	}
	return sign + l.sign(a.Currency) + l.Figure(a)
}

// Figure writes an amount without its currency and without a minus, for columns
// whose sign stands apart.
func (l Locale) Figure(a wire.Amount) string {
	minor := uint64(a.Minor)
	if a.Minor < 0 {
		minor = -minor // also right for the smallest int64, which has no positive twin
	}
	places := decimals(a.Currency)
	all := utoa(minor)
	if places == 0 {
		return l.group(all)
	}
	if len(all) <= places {
		all = strings.Repeat("0", places+1-len(all)) + all
	}
	at := len(all) - places
	return l.group(all[:at]) + l.point() + all[at:]
}

// sign is what stands before the digits, with its space when there is one.
func (l Locale) sign(currency string) string {
	switch {
	case l.tag == esAR && currency == "ARS":
		return "$" + nbsp
	case l.tag == esAR && currency == "USD":
		return "US$" + nbsp
	case l.tag == esMX && currency == "MXN", l.tag == english && currency == "USD":
		return "$"
	case l.tag == english && currency == "MXN":
		return "MX$"
	}
	return currency + nbsp
}

// decimals is how many digits follow the point, by ISO 4217.
func decimals(currency string) int {
	switch currency {
	case "CLP", "PYG", "JPY", "KRW", "VND", "ISK", "UGX", "XAF", "XOF", "XPF", "RWF", "KMF", "GNF", "DJF", "BIF", "VUV":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

func utoa(n uint64) string { return strconv.FormatUint(n, 10) }
