package archive

// Words are the words of the transcript in English. A translation uses the same ids; what it leaves out stays English.
// Names in braces are filled in.
//
//	heading     above everything
//	kept        when the archive was asked for
//	zone        that all times on the page are UTC
//	channels    above the list of channels
//	messages    what a channel holds, at its end
//	deleted     how many of its messages are gone, at its end
//	masked      how many secrets were taken out, at its end
//	empty       for a channel in which nothing stands
//	gone        for a channel that was deleted, or that we may not read
//	edited      that, and when, a message was edited by its author
//	app         beside an author who is an app
//	broadcast   for a reply that was sent to the channel as well
//	bytes       the size of a file
//	not_kept    for a file whose bytes could not be had
//	not_logged  for a file of which the log says nothing
//	elsewhere   for a file that lies in another system
func Words() map[string]string {
	return map[string]string{
		"heading":    "Conversation of case {case}",
		"kept":       "Kept on {time} UTC.",
		"zone":       "All times are UTC.",
		"channels":   "Channels",
		"messages":   "Messages: {messages} (replies among them: {replies}). Files: {files}.",
		"deleted":    "Deleted messages: {count}. What they said is in the log, if they were logged in time.",
		"masked":     "Masked secrets: {count}.",
		"empty":      "Nothing stands in this channel.",
		"gone":       "This channel was deleted or is closed to us. What was said in it is in the log.",
		"edited":     "edited {time}",
		"app":        "app",
		"broadcast":  "also sent to the channel",
		"bytes":      "{bytes} bytes",
		"not_kept":   "not kept: {reason}",
		"not_logged": "not kept: the log says nothing of it",
		"elsewhere":  "lies elsewhere: {address}",
	}
}
