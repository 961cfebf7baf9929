// Package archive keeps everything of a case in a folder of the store, and proves it. It reads the chat, the log and the
// tickets; it writes to the archive's folder only, never deletes anything and never opens a file to the public.
// Workflows run its Activities; nobody else calls it. It knows no vendor: their clients come in as interfaces.
//
// # What is kept
//
//	messages.jsonl    what stands in the channels, a line of JSON for each message; the first line says what it is
//	transcript.html   the same as one page for people, which needs nothing but itself
//	ticket.json       the tickets with their comments, the log among them
//	tasks.xlsx        the task sheet
//	manifest.json     the list of all that, and of people's files, with sizes and digests
//	files/            people's files: they lie in the folder for evidence, where the mirror has put them. Whoever takes an
//	                  archive away puts them into files/ beside the transcript, and its links work.
//
// Formats carry a version. A program that reads version 1 may rely on every name below; new names may be added.
//
// messages.jsonl begins with a line {"format":"hikeshi messages","version":1,"case","title","made","channels":[{"channel",
// "name","title","gone"}]}. Then, channel by channel, each message is followed by its replies, both in the order of time;
// a reply that was sent to the channel as well stands with its thread. A message has "channel", "channel_name", "ts" (the
// chat's name of it), "time" (RFC 3339, UTC), "thread" (ts of what it replies to), "user", "author", "bot", "subtype",
// "text", "edited" (ts), "masked" (secrets taken out of it) and "files": {"id","name","size","sha256","kept" (its path in
// the archive),"store" (its id in the store),"missing" (why it is not kept),"external" (its address elsewhere)}.
//
// ticket.json is {"format":"hikeshi tickets","version":1,"made","tickets":[…]}; a ticket is as the tracker gave it, or
// {"ticket","missing"}. manifest.json is described at the type manifest.
//
// # How it survives being killed
//
// The files have reserved ids, so whoever begins again writes the same files. The conversation, which may be large, goes
// on where it was: the heartbeat holds the place in the chat, the state of both uploads, and of every sum. Nothing in the
// files depends on when they were written or how often; "made" is when the archive was first asked for.
package archive
