// Package incident holds the words and the rules of a case: what a report is, which severities, phases and audiences
// there are, how a case is numbered and its channel named, and when a gate opens. Everybody uses it: workflows, doors
// and texts. It knows no tool, imports the standard library only, and does no I/O.
package incident
