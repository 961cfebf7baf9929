package audit

// Forge finishes a seal that says what it likes, as somebody with all our keys could.
func Forge(s *Seal) ([]byte, error) { return s.finish() }
