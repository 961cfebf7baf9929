package notice

// DuplicateComment is what a ticket says to its readers that was made beside the right one, or for nothing.
func DuplicateComment(lang string, forNothing bool) string {
	if forNothing {
		return in(lang).say("duplicate_for_nothing")
	}
	return in(lang).say("duplicate_comment")
}

// DuplicateName is what is put before the name of a sheet that was made beside the right one.
func DuplicateName(lang string) string { return in(lang).say("duplicate_name") + " " }
