package notice

// Runbook is one that somebody can choose.
type Runbook struct{ Name, Title string }
