package outbox

import "ventanilla/internal/sqlitedb"

// Schema is the version of the files this build makes.
const Schema = len(migrations)

// On returns the configuration of an outbox on another SQLite.
func (c Config) On(e sqlitedb.Engine) Config {
	c.engine = e
	return c
}
