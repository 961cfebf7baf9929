package drive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/google"
)

// chunk is how much is sent at a time and kept in memory: what a killed upload may have to send again. Drive wants a
// multiple of 256 KiB.
const chunk = 1 << 20

// patience is how often in a row a chunk may get no usable answer. Longer pauses are Temporal's.
const patience = 4

// upload is a file on its way to Drive. It is not safe for concurrent use.
type upload struct {
	ctx     context.Context // of Write, which gets none of its own
	client  *Client
	what    deposit.File
	session string
	sum     hash.Hash // over all that was written

	written int64          // bytes, whether sent or not
	sent    int64          // bytes that Drive has; more than were written if this goes on from an old checkpoint
	buffer  []byte         // those written from sent on
	unsure  bool           // whether Drive has the last chunk: ask before sending more
	file    *drivesdk.File // not nil: Drive has it all
	again   bool           // it had it before this upload went on: read the file, do not believe the answer
}

func newUpload(ctx context.Context, c *Client, f deposit.File, session string) *upload {
	return &upload{ctx: ctx, client: c, what: f, session: session, sum: sha256.New()}
}

// goOn takes up an upload where Drive has it, which may be further than the checkpoint says.
func (c *Client) goOn(ctx context.Context, f deposit.File, from deposit.Checkpoint) (deposit.Writer, error) {
	u := newUpload(ctx, c, f, from.Session)
	if !c.ourSession(from.Session) || u.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(from.Hash) != nil {
		return nil, u.ended().Error()
	}
	u.sent, u.buffer, u.written = from.Sent, bytes.Clone(from.Tail), from.Sent+int64(len(from.Tail))
	u.unsure = true
	if err := u.push(ctx, func() bool { return !u.unsure }, -1); err != nil {
		return nil, err
	}
	u.again = u.file != nil
	return u, nil
}

// Write takes bytes, and sends whenever a chunk is full.
func (u *upload) Write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if err := u.flush(); err != nil { // what an earlier Write could not send
			return n, err
		}
		n += u.take(p[n:])
		if err := u.flush(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// take adds to the buffer, and says how much. What Drive has already is only added to the sum.
func (u *upload) take(p []byte) int {
	switch {
	case u.file != nil:
	case u.written < u.sent:
		p = p[:min(int64(len(p)), u.sent-u.written)]
	default:
		p = p[:min(len(p), chunk-len(u.buffer))]
		u.buffer = append(u.buffer, p...)
	}
	u.sum.Write(p) // never fails
	u.written += int64(len(p))
	return len(p)
}

func (u *upload) flush() error {
	return u.push(u.ctx, func() bool { return len(u.buffer) < chunk }, -1)
}

// push sends what is in the buffer until done says so. total is the size of the file, or -1 while more is to come.
// After a lost answer it asks how much has arrived, and goes on from there.
func (u *upload) push(ctx context.Context, done func() bool, total int64) error {
	for misses := 0; !done() && u.file == nil; {
		err := u.step(ctx, total)
		if err == nil {
			misses = 0
			continue
		}
		f := fault(google.UnsafeWrite, err, "upload file %s", u.what.ID)
		switch misses++; {
		case f.Class == activities.NotFound || errors.Is(err, errTakenBack):
			return u.ended().Error()
		case f.Class != activities.Ambiguous && f.Class != activities.Invalid:
			return f.Error() // nothing was sent, or asking would get the same answer
		case misses >= patience || ctx.Err() != nil:
			f.Class = activities.Ambiguous // a refused piece may be out of step, with what another try has sent
			return f.Error()
		}
		u.unsure = true
	}
	return nil
}

var (
	errTakenBack = errors.New("Drive has less than it had")
	errNotTaken  = errors.New("Drive took nothing of what was sent")
)

// step makes one request. An error leaves everything as it was.
func (u *upload) step(ctx context.Context, total int64) error {
	data, size := u.buffer, "*"
	if total >= 0 {
		size = fmt.Sprint(total)
	}
	span := fmt.Sprintf("*/%s", size)
	if u.unsure {
		data = nil
	} else if len(data) > 0 {
		span = fmt.Sprintf("%d-%d/%s", u.sent, u.sent+int64(len(data))-1, size)
	}
	at, err := u.client.put(ctx, u.session, u.what.Mime, span, data)
	switch {
	case err != nil:
		return err
	case at.file != nil:
		u.file, u.buffer, u.unsure = at.file, nil, false
	case at.received < u.sent:
		return errTakenBack
	case at.received == u.sent && !u.unsure:
		return errNotTaken
	default:
		u.buffer = u.buffer[min(int64(len(u.buffer)), at.received-u.sent):]
		u.sent, u.unsure = at.received, false
	}
	return nil
}

// ended is the fault of an upload that Drive does not know any more. It forgets them after a week.
func (u *upload) ended() activities.Fault {
	return activities.Fault{
		Class: activities.Ambiguous, System: "drive", Op: "upload file " + u.what.ID, Cause: "the upload's session has ended",
	}
}

// Checkpoint is where another try can go on.
func (u *upload) Checkpoint() (deposit.Checkpoint, error) {
	state, err := u.sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return deposit.Checkpoint{}, fmt.Errorf("keep the sum of file %s: %w", u.what.ID, err)
	}
	c := deposit.Checkpoint{Session: u.session, Sent: u.written - int64(len(u.buffer)), Tail: slices.Clone(u.buffer), Hash: state}
	return c, nil
}

// Close sends the rest and compares.
func (u *upload) Close(ctx context.Context) (deposit.Stored, error) {
	if u.file == nil && u.written >= u.sent {
		if err := u.push(ctx, func() bool { return false }, u.written); err != nil {
			return deposit.Stored{}, err
		}
	}
	have, err := u.held(ctx)
	if err != nil {
		return deposit.Stored{}, err
	}
	bad := activities.Fault{Class: activities.Ambiguous, System: "drive", Op: "upload file " + u.what.ID}
	switch {
	case have.ID == "":
		bad.Cause = "Drive does not have the file any more"
	case have.SHA256 == "":
		bad.Class, bad.Cause = activities.Unavailable, "Drive does not tell the file's SHA-256 yet"
	case have.ID != u.what.ID || have.Size != u.written || have.SHA256 != hex.EncodeToString(u.sum.Sum(nil)):
		bad.Cause = "Drive holds other bytes than were sent"
	default:
		return have, nil
	}
	return deposit.Stored{}, bad.Error()
}

// held is what Drive says that it holds: in its last answer or, where that is from before, when asked.
func (u *upload) held(ctx context.Context) (deposit.Stored, error) {
	if u.file != nil && !u.again && u.file.Sha256Checksum != "" {
		return stored(u.file), nil
	}
	return u.client.Stat(ctx, u.what.ID)
}
