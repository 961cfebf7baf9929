package archive

import (
	"context"
	"io"
	"sync"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
)

// deposited describes a file of the archive to the store.
func (f File) deposited(mime string) deposit.File {
	return deposit.File{ID: f.ID, Name: f.Name, Mime: mime, Folder: f.Folder, Key: f.Key}
}

// made is the file as it was put away.
func (f File) made(s deposit.Stored) (Artifact, error) {
	if s.ID != f.ID || s.SHA256 == "" {
		return Artifact{}, activities.Fault{
			Class: activities.Ambiguous, System: "drive", Op: "put " + f.Name + " away", Cause: "the store did not say what it holds",
		}.Error()
	}
	return Artifact{Name: f.Name, ID: s.ID, Size: s.Size, SHA256: s.SHA256}, nil
}

// put writes a file in one go. A file that an earlier try wrote, or began, gets its content anew.
func (a *Activities) put(ctx context.Context, f File, mime string, beat func(), write func(io.Writer) error) (Artifact, error) {
	w, err := a.Files.OpenUpload(ctx, f.deposited(mime), nil)
	if err != nil {
		return Artifact{}, err
	}
	out := &sink{Writer: w, beat: beat}
	if err := write(out); err != nil {
		return Artifact{}, out.or(err)
	}
	beat()
	stored, err := w.Close(ctx)
	if err != nil {
		return Artifact{}, err
	}
	return f.made(stored)
}

// sink passes bytes on to the store, and keeps the store's error as it is: whoever writes may wrap it, and then its
// class would be lost.
type sink struct {
	io.Writer
	beat    func()
	err     error
	written int64
}

func (s *sink) Write(p []byte) (int, error) {
	s.beat()
	n, err := s.Writer.Write(p)
	s.written += int64(n)
	if err != nil {
		s.err = err
	}
	return n, err
}

// or returns the store's error, or else the other one.
func (s *sink) or(err error) error {
	if s.err != nil {
		return s.err
	}
	return err
}

// atOnce is how many files are asked for at a time: one after the other, thousands of files would take an hour.
const atOnce = 8

// stat reads what the store holds under each id, and tells it in order.
func (a *Activities) stat(ctx context.Context, ids []string, beat func(), each func(i int, s deposit.Stored) error) error {
	for start := 0; start < len(ids); start += atOnce {
		part := ids[start:min(start+atOnce, len(ids))]
		list, err := patient(ctx, beat, func() ([]deposit.Stored, error) { return a.statPart(ctx, part) })
		if err != nil {
			return err
		}
		for i, s := range list {
			if err := each(start+i, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// statPart reads a few, all at the same time.
func (a *Activities) statPart(ctx context.Context, ids []string) ([]deposit.Stored, error) {
	list, errs := make([]deposit.Stored, len(ids)), make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { list[i], errs[i] = a.Files.Stat(ctx, id) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// names finds out under which names files lie in the store, in addition to those that are known.
func (a *Activities) names(ctx context.Context, ids []string, known map[string]string, beat func()) error {
	var ask []string
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			ask, known[id] = append(ask, id), ""
		}
	}
	err := a.stat(ctx, ask, beat, func(i int, s deposit.Stored) error {
		known[ask[i]] = s.Name
		return nil
	})
	if err != nil {
		for _, id := range ask {
			delete(known, id)
		}
	}
	return err
}
