package server

import "ventanilla/internal/store/sqlite"

// What a data folder holds beside the workspace.
const (
	bookFile     = "libro.db"
	bookKeyFile  = bookFile + ".key"
	tokenKeyFile = "customer-token.key"
)

// Databases names the SQLite files of a data folder, the workspace first.
func Databases() []string { return []string{sqlite.FileName, bookFile} }

// Keys names the secrets of a data folder.
func Keys() []string { return []string{bookKeyFile, tokenKeyFile} }
