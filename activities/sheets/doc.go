// Package sheets keeps a case's task board in Google Sheets: it lays out the tabs of a fresh sheet, writes rows into
// tabs that people work in, and replaces the contents of tabs that only show what the case knows. The sheet itself is
// made by package drive.
//
// What makes each write happen once: a batch of changes is applied as a whole or not at all, and tabs and the marks of
// inserted rows get ids chosen by us, so a second batch meets ids that are taken and a look tells that it is done.
// A row is found by the id in its first column, never by its number: people sort and insert as they like.
//
// Every text goes into its cell as text, never as if somebody typed it: a message that begins with "=" must not become
// a formula that sends data elsewhere. For the same reason no link is built from people's words.
package sheets
