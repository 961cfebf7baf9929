// Package notice renders every text that a person reads of a case, in English and Japanese: its tickets, the cards in
// its channels, the pages in the Temporal UI, the sheet, updates, the log's and the archive's words, and what the doors
// answer. It is pure: no clock, no vendor, the same input gives the same text. What people wrote is escaped for the
// place it goes to by the Escape that is given.
//
// The words are in text/; golden files in testdata show how they come out.
package notice
