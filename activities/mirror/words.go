package mirror

// Words are the words of the log in English. A translation uses the same ids; what it leaves out stays English. Names in
// braces are filled in. They are ours, and may hold wiki markup.
//
//	reply      for a message in a thread: when its first message was sent
//	broadcast  for a reply that was sent to the channel as well
//	app        behind an author who is an app
//	nobody     for an author without a name
//	edited     for the new text of a message: when it was edited
//	before     for a message that had been edited when it was logged
//	deleted    for a message that was deleted after it had been logged
//	lost       for a message that was deleted before it could be logged
//	part       for a part of a long message
//	empty      for a message without a text
//	kept       for a file in the store
//	again      for a file that was logged before
//	missing    for a file whose bytes could not be had
//	late       above files of a message that are kept only now
//	elsewhere  for a file that lies in another system
func Words() map[string]string {
	return map[string]string{
		"reply":     "in reply to {time}",
		"broadcast": "also sent to the channel",
		"app":       "(app)",
		"nobody":    "(nobody)",
		"edited":    "edited {time}",
		"before":    "edited before, {time}",
		"deleted":   "This message was deleted.",
		"lost":      "A message of this time was deleted before it could be logged; by whom is not known.",
		"part":      "({part}/{parts})",
		"empty":     "(no text)",
		"kept":      "File: {name}, {size} bytes, SHA-256 {sum}",
		"again":     "File: {name}, kept before",
		"missing":   "File: {name}, not kept: {reason}",
		"late":      "What could not be had before is kept now.",
		"elsewhere": "File: {name}, lies elsewhere: {address}",
	}
}
