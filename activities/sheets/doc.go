// Package sheets keeps a case's task board in Google Sheets: it lays out the tabs of a fresh sheet and replaces the
// contents of tabs that only show what the case knows. The sheet itself is made by package drive.
//
// What makes each write happen once: a batch of changes is applied as a whole or not at all, and tabs get ids chosen
// by us, so a second layout meets ids that are taken and a look at the tabs tells that it is done.
//
// Every text goes into its cell as text, never as if somebody typed it: a message that begins with "=" must not become
// a formula that sends data elsewhere. For the same reason no link is built from people's words.
package sheets
