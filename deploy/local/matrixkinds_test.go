package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/workflows"
)

// kinds are the ways of a life whose calls are recorded and struck.
var kinds = []kind{
	{name: "reopened", reopen: true}, // it begins as the clean one, and goes on
	{name: "clean"},
	{name: "degraded", begin: struckBy("jira", fake.Fault{Match: "*", Mode: "hang", Times: 3})},
	{name: "adopted", begin: loseReplies},
	{name: "rotated", middle: rollAll},
	{name: "unreached", begin: struckBy("slack", fake.Fault{Match: "conversations.create", Mode: "before", Times: 6})},
	{name: "supplied", hand: makeFolder, begin: struckBy("google", fake.Fault{Match: "POST /drive/v3/files$", Mode: "status", Status: 403, Times: 1})},
	{name: "runbook", middle: runBook},
	{name: "recovering", begin: killTwice, middle: func(_ context.Context, l *life) error { return l.killWorker() }},
}

// kindTag marks the faults that belong to a kind of life; killTag begins the tag of those at which the worker is killed.
const (
	kindTag = "kind"
	killTag = "kill "
)

func struckBy(vendor string, faults ...fake.Fault) func(context.Context, *life) error {
	return func(ctx context.Context, l *life) (err error) {
		for _, f := range faults {
			f.Tag = kindTag
			err = errors.Join(err, l.inject(ctx, vendor, f))
		}
		return err
	}
}

// makeFolder makes the folder that somebody will supply instead of the one that Drive does not let the case make.
func makeFolder(ctx context.Context, l *life) error {
	var made struct{ ID string }
	err := call(ctx, http.MethodPost, l.at.Google+"/drive/v3/files?supportsAllDrives=true",
		map[string]any{"name": "by hand", "mimeType": drivetest.FolderType, "parents": []string{"fld-cases"}}, &made)
	l.byHand["open.folder"] = made.ID
	return err
}

// loseReplies lets everything that is made be found instead: the reply of each first making is lost.
func loseReplies(ctx context.Context, l *life) (err error) {
	for vendor, calls := range map[string][]string{
		"slack":  {"conversations.create", "conversations.setPurpose", "conversations.invite", "chat.postMessage", "pins.add", "bookmarks.add", "conversations.archive"},
		"jira":   {"POST /rest/api/2/issue$", "POST /rest/api/2/issueLink$", "POST /rest/api/2/issue/*/comment", "POST /rest/api/2/issue/*/transitions"},
		"google": {"POST /drive/v3/files$", "POST /upload/drive/v3/files$", "PUT /upload/drive/v3/files$", "POST /v4/spreadsheets/*:batchUpdate"},
	} {
		for _, name := range calls {
			for nth := 1; nth <= 3; nth += 2 {
				err = errors.Join(err, struckBy(vendor, fake.Fault{Match: name, Mode: "after", Times: 1, Nth: nth})(ctx, l))
			}
		}
	}
	return err
}

// killTwice kills the worker when it has made the channel, and before it makes the log.
func killTwice(ctx context.Context, l *life) error {
	return errors.Join(
		l.inject(ctx, "slack", fake.Fault{Match: "conversations.create", Mode: "hold-after", Times: 1, Tag: killTag + kindTag}),
		l.inject(ctx, "jira", fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "hold", Times: 1, Nth: 2, Tag: killTag + kindTag}))
}

// rollAll lets the case, its analysis and its mirror continue in new runs.
func rollAll(ctx context.Context, l *life) error {
	for _, id := range []string{l.id, workflows.AnalysisWorkflowID(l.id, "a1"), workflows.MirrorWorkflowID(l.id)} {
		if err := l.rollOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) rollOne(ctx context.Context, id string) error {
	before, err := l.client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return err
	}
	run := before.GetWorkflowExecutionInfo().GetExecution().GetRunId()
	if err := l.client.SignalWorkflow(ctx, id, "", workflows.RollSignal, nil); err != nil {
		return err
	}
	for {
		now, err := l.client.DescribeWorkflowExecution(ctx, id, "")
		if err == nil && now.GetWorkflowExecutionInfo().GetExecution().GetRunId() != run {
			return nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			return fmt.Errorf("%s does not roll: %w", id, errors.Join(err, ctx.Err()))
		}
	}
}
