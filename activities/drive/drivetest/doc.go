// Package drivetest is a stateful fake of Google Drive v3: files, folders, shared drives, permissions, uploads in
// pieces, searches that lag, and a list of changes. The official clients of any language talk to it over HTTP. It
// backs the tests and the sandbox; package sheetstest adds Google Sheets on the same state and the same port.
//
// Rules of the real Drive that programs stumble over are kept:
//
//   - A file one may not see, or one in a shared drive without supportsAllDrives, is "not found".
//   - A service account cannot own files: outside a shared drive it gets storageQuotaExceeded.
//   - A chosen id must have been reserved with generateIds, is refused for Google Docs, and is taken only once.
//   - Answers hold few fields unless the call asks for more.
//   - Searches by name see a new name late (Options.NameLag), other lists if told so (Options.ListLag).
//
// FlipByte, and POST /_control/flip, change a stored byte behind everybody's back.
//
// A request acts for the person whose token it carries, and without a token for the product's own account.
package drivetest
