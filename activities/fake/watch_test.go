package fake

import "testing"

func TestWatchHearsOfWhatIsCommitted(t *testing.T) {
	s, err := OpenStore("")
	if err != nil {
		t.Fatal(err)
	}
	things, err := NewTable[int](s, "things")
	if err != nil {
		t.Fatal(err)
	}
	w := s.Watch()
	_ = s.Locked(func() { things.Put("a", 1); things.Put("a", 2); things.Delete("b") })
	<-w.C
	if rows := w.Take(); len(rows) != 2 || rows[0] != (Row{"things", "a"}) || rows[1] != (Row{"things", "b"}) {
		t.Errorf("heard %v", rows)
	}
	_ = s.Locked(func() {}) // reads only
	select {
	case <-w.C:
		t.Error("it hears of reading")
	default:
	}
	_ = s.Locked(func() {
		for i := range 3 * maxUntold {
			things.Put(string(rune('一'+i)), i)
		}
	})
	if rows := w.Take(); len(rows) != maxUntold+1 || rows[maxUntold].Key != "" {
		t.Errorf("of many it keeps %d", len(rows))
	}
	w.Close()
	_ = s.Locked(func() { things.Put("a", 3) })
	if len(w.Take()) != 0 {
		t.Error("it hears on after its end")
	}
}
