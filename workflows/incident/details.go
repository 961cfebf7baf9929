package incident

// Details are what the report left open and people have found out since. They are for people to read: whom the case
// concerns, and who may know of it, was fixed when it was opened.
type Details struct {
	Reporter string `json:"reporter"` // name and telephone
	Company  string `json:"company"`  // the reporter's
	What     string `json:"what"`
	When     string `json:"when"`
	Where    string `json:"where"`
	Unclear  bool   `json:"unclear"` // nobody can say what happened before somebody has called the reporter, or gone there
}
