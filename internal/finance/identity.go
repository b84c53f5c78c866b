package finance

// DocumentKind names an identity number.
type DocumentKind string

// The identity numbers a book may hold.
const (
	DNI  DocumentKind = "DNI"
	CUIL DocumentKind = "CUIL"
	CUIT DocumentKind = "CUIT"
	CURP DocumentKind = "CURP"
	RFC  DocumentKind = "RFC"
)
