// Package sheetstest is a stateful fake of Google Sheets v4 on top of the fake of Drive: both answer on one port, and a
// spreadsheet exists, and is open to a person, exactly as its file in Drive is. An edit moves the file's version and
// enters Drive's list of changes.
//
// Rules of the real Sheets that programs stumble over are kept:
//
//   - One batchUpdate is applied as a whole or not at all.
//   - Protected cells refuse everybody but their editors and those who organise the drive.
//   - A range beyond the grid is refused; empty cells and rows at the end are left out of answers.
//   - Values are taken as text (RAW) or as if typed (USER_ENTERED); a formula is kept as such and not computed.
//   - A validation rule does not stop values that come through the API.
//   - 60 reads and 60 writes a minute and account.
package sheetstest
