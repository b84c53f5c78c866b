// Package finance holds what the desk knows about a customer's money: exact
// amounts, civil dates, schedules and arrears, and the Provider from which a
// customer's context comes. It is pure arithmetic and plain values: it opens no
// file and no connection, knows no tables and draws nothing.
package finance
