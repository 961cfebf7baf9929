package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// talk is what people say in the case's channel before they part into analyses.
func (p *play) talk(ctx context.Context) error {
	p.say.step("they talk in the case's channel; everything said is mirrored to a log ticket")
	main, err := p.channel(ctx, "")
	if err != nil {
		return err
	}
	first, err := p.says(ctx, "call", "aoi", main, "", "田中さんと通話中です。経理の鈴木さんが 9:12 に添付の PDF からサインイン画面を開き、パスワードを入力したとのこと。")
	if err != nil {
		return err
	}
	if _, err := p.says(ctx, "ack", "ben", main, first, "Thanks. Is the account still active? I am getting the sign-in log."); err != nil {
		return err
	}
	_, err = p.says(ctx, "kenji", "kenji", main, "", "伊藤です。アカウントはいま停止しました。鈴木さんの PC はネットワークから切り離しています。")
	return err
}

// investigate is what happens in the analyses' channels: files, an edit, a deleted message, a secret that is masked, a
// late reply.
func (p *play) investigate(ctx context.Context) error {
	p.say.step("the analyses work in their channels: files, an edit, a message that is deleted, a password that must not leave Slack")
	mailbox, err := p.channel(ctx, "a1")
	if err != nil {
		return err
	}
	laptop, err := p.channel(ctx, "a2")
	if err != nil {
		return err
	}
	found, err := p.says(ctx, "signin", "chie", mailbox, "", "サインインログを確認中。09:40 に 203.0.113.77 から成功 1 件。")
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error {
			return p.shows(ctx, "chie", mailbox, "メールのヘッダーです", "mail-headers.txt", demoHeaders)
		},
		func() error {
			return p.shows(ctx, "kenji", laptop, "添付ファイル（パスワード付き zip、開かないこと）", "../請求書_2026-11.zip", demoZip)
		},
		func() error {
			_, err := p.says(ctx, "secret", "kenji", laptop, "", "鈴木さんが入力したのはこれです "+demoPassword)
			return err
		},
		func() error {
			_, err := p.says(ctx, "mistake", "kenji", laptop, "", "すみません、別件のメモを貼りました")
			return err
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	// What is changed or deleted now was logged before: the log keeps what was said, and says what became of it.
	if err := p.awaitLog(ctx, found, p.s.Said["mistake"]); err != nil {
		return err
	}
	if err := p.edits(ctx, "chie", mailbox, found, "サインインログを確認。09:40 に 203.0.113.77 から成功 1 件、以降は失敗のみ。"); err != nil {
		return err
	}
	if err := p.deletes(ctx, "kenji", laptop, p.s.Said["mistake"]); err != nil {
		return err
	}
	main, err := p.channel(ctx, "")
	if err != nil {
		return err
	}
	_, err = p.says(ctx, "late", "ben", main, p.s.Said["call"], "Late reply for the record: one successful sign-in at 09:40 from 203.0.113.77, sessions revoked at 10:05.")
	return err
}

// awaitLog waits until the log holds these messages.
func (p *play) awaitLog(ctx context.Context, messages ...string) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		w, err := p.observe(ctx)
		if err != nil {
			return err
		}
		entries, _, err := w.of(incident.RequestID(p.s.trigger())).logOf()
		missing := slices.DeleteFunc(slices.Clone(messages), func(ts string) bool {
			return slices.ContainsFunc(entries, func(e logged) bool { return e.TS == ts })
		})
		if err != nil || len(missing) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the log of what was said does not hold the messages %s: %w", strings.Join(missing, ", "), ctx.Err())
		case <-tick.C:
		}
	}
}

const demoHeaders = "Received: from mail.invoice-acme.example (203.0.113.77)\nFrom: \"経理部\" <billing@invoice-acme.example>\nSubject: =?UTF-8?B?6KuL5rGC5pu4?=\n"

var demoZip = "PK\x03\x04 the attachment, as it came " + strings.Repeat("\x00\xff", 2000)

// channel is the id of the case's channel, or of an analysis's.
func (p *play) channel(ctx context.Context, analysis string) (string, error) {
	s, err := p.await(ctx, "the channel", func(s workflows.Status) bool {
		return s.Links.Channel != "" && (analysis == "" || analysisOf(s, analysis).Channel != "")
	})
	if analysis == "" {
		return s.Links.Channel, err
	}
	return analysisOf(s, analysis).Channel, err
}

// says posts a message as somebody of the cast, once: a demonstration that was killed before it noted the message down
// finds it by its words.
func (p *play) says(ctx context.Context, name, who, channel, thread, text string) (string, error) {
	if ts := p.s.Said[name]; ts != "" {
		return ts, nil
	}
	if m, found, err := p.find(ctx, channel, func(m slacktest.Message) bool { return m.Text == text && m.User == personID(who) }); err != nil || found {
		return p.noted(name, m.TS, err)
	}
	var posted struct{ TS string }
	err := call(ctx, http.MethodPost, control(p.at.Slack)+"message", map[string]string{"user": who, "channel": channel, "text": text, "thread_ts": thread}, &posted)
	return p.noted(name, posted.TS, err)
}

func (p *play) noted(name, ts string, err error) (string, error) {
	if err != nil {
		return "", fmt.Errorf("say something in Slack: %w", err)
	}
	p.s.Said[name] = ts
	return ts, p.writeScript(p.s)
}

// shows posts a message with a file, once.
func (p *play) shows(ctx context.Context, who, channel, text, name, content string) error {
	key := "file " + name
	if p.s.Said[key] != "" {
		return nil
	}
	m, found, err := p.find(ctx, channel, func(m slacktest.Message) bool { return m.Text == text && len(m.Files) > 0 })
	if err != nil || found {
		_, err = p.noted(key, m.TS, err)
		return err
	}
	var posted struct{ TS string }
	err = call(ctx, http.MethodPost, control(p.at.Slack)+"file", map[string]string{"user": who, "channel": channel, "text": text, "name": name, "base64": base64.StdEncoding.EncodeToString([]byte(content))}, &posted)
	_, err = p.noted(key, posted.TS, err)
	return err
}

func (p *play) edits(ctx context.Context, who, channel, ts, text string) error {
	m, found, err := p.find(ctx, channel, func(m slacktest.Message) bool { return m.TS == ts })
	if err != nil || found && m.Text == text {
		return err
	}
	return call(ctx, http.MethodPost, control(p.at.Slack)+"edit", map[string]string{"user": who, "channel": channel, "ts": ts, "text": text}, nil)
}

func (p *play) deletes(ctx context.Context, who, channel, ts string) error {
	_, found, err := p.find(ctx, channel, func(m slacktest.Message) bool { return m.TS == ts })
	if err != nil || !found {
		return err
	}
	return call(ctx, http.MethodPost, control(p.at.Slack)+"delete", map[string]string{"user": who, "channel": channel, "ts": ts}, nil)
}

func (p *play) find(ctx context.Context, channel string, is func(slacktest.Message) bool) (slacktest.Message, bool, error) {
	w, err := p.observe(ctx)
	i := slices.IndexFunc(w.Messages, func(m slacktest.Message) bool { return m.Channel == channel && is(m) })
	if err != nil || i < 0 {
		return slacktest.Message{}, false, err
	}
	return w.Messages[i], true, nil
}

func personID(handle string) string {
	p, _ := personNamed(handle)
	return p.ID
}

// watchTicket makes somebody of the cast a watcher, as the button in JIRA does.
func (p *play) watchTicket(ctx context.Context, who string) error {
	person, _ := personNamed(who)
	body := bytes.NewReader([]byte(`"` + person.Name + `"`))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at.Jira+"/rest/api/2/issue/"+p.s.Number+"/watchers", body)
	if err != nil {
		return err
	}
	req.SetBasicAuth(person.Email, fake.JiraUserToken(person))
	req.Header.Set("Content-Type", "application/json")
	resp, err := web.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("watch ticket %s: %s", p.s.Number, resp.Status)
	}
	return nil
}
