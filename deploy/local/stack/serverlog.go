package stack

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// maxLog is the size in bytes above which a log is put aside at the next start.
const maxLog = 16 << 20

// openLog opens the server's log until Stop. The server says too much for a terminal, even when all is well.
func (s *Stack) openLog(dir dataDir) (log.Logger, error) {
	path := dir.logFile()
	if stat, err := os.Stat(path); err == nil && stat.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, unusable(dir.path, err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, unusable(dir.path, err)
	}
	s.started("log", f.Close)
	return serverLog{slog.New(slog.NewJSONHandler(f, &slog.HandlerOptions{Level: slog.LevelWarn}))}, nil
}

// serverLog is the server's logger over slog.
type serverLog struct{ to *slog.Logger }

func (l serverLog) With(tags ...tag.Tag) log.Logger { return serverLog{l.to.With(attrs(tags)...)} }

func (l serverLog) Debug(msg string, tags ...tag.Tag)  { l.write(slog.LevelDebug, msg, tags) }
func (l serverLog) Info(msg string, tags ...tag.Tag)   { l.write(slog.LevelInfo, msg, tags) }
func (l serverLog) Warn(msg string, tags ...tag.Tag)   { l.write(slog.LevelWarn, msg, tags) }
func (l serverLog) Error(msg string, tags ...tag.Tag)  { l.write(slog.LevelError, msg, tags) }
func (l serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(said(msg, tags))
}

// Fatal must not return. It panics instead of ending the process without a word on the terminal: during the start the
// panic becomes an error, later it at least says what happened.
func (l serverLog) Fatal(msg string, tags ...tag.Tag) { l.Panic(msg, tags...) }

func (l serverLog) write(level slog.Level, msg string, tags []tag.Tag) {
	if l.to.Enabled(context.Background(), level) {
		l.to.Log(context.Background(), level, msg, attrs(tags)...)
	}
}

func attrs(tags []tag.Tag) []any {
	out := make([]any, len(tags))
	for i, t := range tags {
		value := t.Value()
		if err, ok := value.(error); ok {
			value = err.Error()
		}
		out[i] = slog.Any(t.Key(), value)
	}
	return out
}

func said(msg string, tags []tag.Tag) string {
	for _, t := range tags {
		msg += fmt.Sprintf(" %s=%v", t.Key(), t.Value())
	}
	return msg
}
