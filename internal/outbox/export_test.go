package outbox

// Schema is the version of the files this build makes.
const Schema = len(migrations)
