package finance

import (
	"time"
	// Machines without a zone database must still know the lender's today.
	_ "time/tzdata"
)

// Country is where a customer's loans were granted, by its ISO code.
type Country string

// The countries the desk knows money and dates of.
const (
	AR Country = "AR"
	MX Country = "MX"
)

var zones = map[Country]*time.Location{
	AR: zone("America/Argentina/Buenos_Aires"),
	MX: zone("America/Mexico_City"),
}

// BusinessDate is the lender's today at the instant now: what days past due
// count from, wherever the agent sits. A country it does not know gets UTC's.
func BusinessDate(now time.Time, c Country) Date {
	loc, ok := zones[c]
	if !ok {
		loc = time.UTC
	}
	return DateOf(now.In(loc))
}

// zone cannot fail for the names above: the zone database is linked in.
func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("finance: " + err.Error())
	}
	return loc
}
