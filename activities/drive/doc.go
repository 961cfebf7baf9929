// Package drive keeps a case's files in Google Drive: it opens the case's folder and its task sheet, lets people in,
// and renames what a case has outgrown. Workflows call its Activities; the mirror and the archive put files away through
// its Client, which never holds more of a file in memory than one chunk.
//
// What makes each write happen once:
//
//   - A folder is created with an id that was reserved before, so a repeated create meets 409 and the folder is
//     compared and adopted. Where the id of an earlier try may be lost, as after a reset of the workflow, the folder
//     is looked for like a sheet.
//   - A Google Sheet cannot be created with such an id. It carries our key in its private properties, and is looked
//     for in its folder by type and key, never by name: names are not unique, and Drive's search by name lags.
//   - A file that is put away has such an id, too, and carries our key. It is uploaded in chunks; an upload that was
//     interrupted goes on from a checkpoint, and one that nobody remembers begins anew under the same id. What Drive
//     says it holds is compared with the SHA-256 of what was sent.
//   - Renaming and sharing say the wanted state, so repeating them changes nothing.
//
// The package never deletes a file, never opens one to the public, and never sends Google's own sharing mails.
package drive
