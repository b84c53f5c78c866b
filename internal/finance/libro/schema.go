package libro

import _ "embed" // for the schema

//go:embed schema.sql
var schema string
