package slacktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) uploadURL() (reply, refused) {
	size, err := strconv.Atoi(c.args.Get("length"))
	if err != nil || size <= 0 || c.args.Get("filename") == "" {
		return nil, "missing_argument" // an empty file is refused in the same words
	}
	f := File{ID: c.newID("F"), Name: c.args.Get("filename"), Title: c.args.Get("filename"), User: c.me.ID, Size: size, Created: time.Now().Unix(), Host: c.host}
	c.db.files.Put(f.ID, f)
	return reply{"upload_url": c.host + "/upload/v1/" + f.ID, "file_id": f.ID}, ""
}

// receiveUpload takes the bytes, as the body or as the first file of a multipart form.
func (s *Server) receiveUpload(w http.ResponseWriter, r *http.Request) {
	f, ok := s.db.files.Get(path.Base(r.URL.Path))
	if !ok || f.Complete || r.Method != http.MethodPost {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	data, _ := io.ReadAll(r.Body) // in memory: cannot break off
	if kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		part, err := multipart.NewReader(bytes.NewReader(data), params["boundary"]).NextPart()
		if err != nil {
			http.Error(w, "no file in the form", http.StatusBadRequest)
			return
		}
		data, _ = io.ReadAll(part)
	}
	if len(data) != f.Size {
		http.Error(w, "the length differs from what was announced", http.StatusBadRequest)
		return
	}
	f.Received = true
	s.db.files.Put(f.ID, f)
	s.db.blobs.Put(f.ID, data)
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data)))
}

func (c *call) completeUpload() (reply, refused) {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(c.args.Get("files")), &list) != nil || len(list) == 0 {
		return nil, "invalid_arguments"
	}
	var ids []string
	for _, in := range list {
		f, ok := c.db.files.Get(in.ID)
		if !ok || f.User != c.me.ID || !f.Received {
			return nil, "file_not_found"
		}
		ids = append(ids, in.ID)
	}
	var ch Channel
	if id := c.args.Get("channel_id"); id != "" {
		var no refused
		if ch, no = c.open(id); no == "is_archived" {
			no = "posting_to_channel_denied"
		}
		if no != "" {
			return nil, no
		}
	}
	for _, in := range list {
		f, _ := c.db.files.Get(in.ID)
		f.Complete = true
		if in.Title != "" {
			f.Title = in.Title
		}
		c.db.files.Put(f.ID, f)
	}
	if ch.ID != "" {
		if _, no := c.share(ch, c.me, ids, normal(c.args.Get("initial_comment")), c.args.Get("thread_ts")); no != "" {
			return nil, no
		}
	}
	return reply{"files": c.showFiles(ids)}, ""
}

// share posts the files to the channel.
func (s *Server) share(ch Channel, user User, ids []string, text, thread string) (Message, refused) {
	m, no := s.inThread(ch, Message{User: user.ID, BotID: user.BotID, Subtype: "file_share", Text: text, Files: ids}, thread)
	if no != "" {
		return m, "invalid_channel"
	}
	m = s.put(ch, m)
	for _, id := range ids {
		f, _ := s.db.files.Get(id)
		f.Shares = append(slices.Clone(f.Shares), ch.ID+" "+m.TS)
		s.db.files.Put(id, f)
		s.send(ch, reply{"type": "file_shared", "file_id": id, "user_id": user.ID, "file": reply{"id": id}, "channel_id": ch.ID})
	}
	return m, ""
}

// unshare takes a deleted message's files back: they stay their owner's.
func (s *Server) unshare(m Message) {
	for _, id := range m.Files {
		f, _ := s.db.files.Get(id)
		f.Shares = slices.DeleteFunc(slices.Clone(f.Shares), func(share string) bool { return share == m.Channel+" "+m.TS })
		s.db.files.Put(id, f)
	}
}

// deleteFile takes the bytes away. The messages that showed the file keep a stone in its place.
func (c *call) deleteFile() (reply, refused) {
	f, ok := c.db.files.Get(c.args.Get("file"))
	switch {
	case !ok || !f.Complete || !c.sees(f, c.me.ID):
		return nil, "file_not_found"
	case f.Deleted:
		return nil, "file_deleted"
	case f.User != c.me.ID:
		return nil, "cant_delete_file"
	}
	f.Deleted = true
	c.db.files.Put(f.ID, f)
	c.db.blobs.Delete(f.ID)
	ids, told := []string{}, Channel{}
	for _, share := range f.Shares {
		id, _, _ := strings.Cut(share, " ")
		if ch, _ := c.db.channels.Get(id); ch.Has(BotUser) && !slices.Contains(ids, id) {
			ids, told = append(ids, id), ch
		}
	}
	c.send(told, reply{"type": "file_deleted", "file_id": f.ID, "channel_ids": ids})
	return nil, ""
}

func (s *Server) showFiles(ids []string) []reply {
	list := []reply{}
	for _, id := range ids {
		if f, ok := s.db.files.Get(id); ok {
			list = append(list, s.showFile(f))
		}
	}
	return list
}

// kind is the file's media type.
func (f File) kind() string {
	return cmp.Or(f.Mime, mime.TypeByExtension(path.Ext(f.Name)), "application/octet-stream")
}

// unsafe is what Slack leaves out of a file's address: names can hold anything.
var unsafe = regexp.MustCompile(`[^a-z0-9._-]+`)

func (s *Server) showFile(f File) reply {
	if f.Deleted {
		return reply{"id": f.ID, "mode": "tombstone"}
	}
	ext := strings.TrimPrefix(path.Ext(f.Name), ".")
	url := cmp.Or(s.address(), f.Host) + "/files-pri/" + TeamID + "-" + f.ID + "/" + unsafe.ReplaceAllString(strings.ToLower(path.Base(f.Name)), "_")
	public, private, channels, groups := reply{}, reply{}, []string{}, []string{}
	for _, share := range f.Shares {
		id, ts, _ := strings.Cut(share, " ")
		ch, _ := s.db.channels.Get(id)
		into, names := public, &channels
		if ch.Private {
			into, names = private, &groups
		}
		into[id] = []reply{{"ts": ts, "channel_name": ch.Name, "team_id": TeamID, "share_user_id": f.User, "reply_users": []string{}, "reply_users_count": 0, "reply_count": 0, "source": "UNKNOWN"}}
		if !slices.Contains(*names, id) {
			*names = append(*names, id)
		}
	}
	shares := reply{}
	if len(public) > 0 {
		shares["public"] = public
	}
	if len(private) > 0 {
		shares["private"] = private
	}
	media, _, _ := strings.Cut(f.kind(), ";")
	return reply{"id": f.ID, "name": f.Name, "title": f.Title, "user": f.User, "user_team": TeamID, "size": f.Size, "created": f.Created, "timestamp": f.Created,
		"mimetype": media, "filetype": ext, "pretty_type": strings.ToUpper(ext), "mode": "hosted", "is_external": false, "external_type": "",
		"is_public": len(public) > 0, "public_url_shared": false, "display_as_bot": false, "username": "", "editable": false, "url_private": url,
		"url_private_download": url, "permalink": "https://sandbox.slack.example/files/" + f.User + "/" + f.ID, "file_access": "visible",
		"has_rich_preview": false, "is_starred": false, "media_display_type": "unknown", "comments_count": 0,
		"shares": shares, "channels": channels, "groups": groups, "ims": []string{}}
}

// sees reports whether the user may have the file: their own, or shared to a channel they can read.
func (s *Server) sees(f File, user string) bool {
	return f.User == user || slices.ContainsFunc(f.Shares, func(share string) bool {
		id, _, _ := strings.Cut(share, " ")
		ch, ok := s.db.channels.Get(id)
		return ok && (!ch.Private || ch.Has(user))
	})
}

func (c *call) fileInfo() (reply, refused) {
	f, ok := c.db.files.Get(c.args.Get("file"))
	if !ok || !f.Complete {
		return nil, "file_not_found"
	}
	if !c.sees(f, c.me.ID) {
		return nil, "not_visible"
	}
	if f.Deleted {
		return nil, "file_deleted"
	}
	return reply{"file": c.showFile(f), "comments": []reply{}, "response_metadata": reply{"next_cursor": ""}}, ""
}

func (c *call) listFiles() (reply, refused) {
	in, by := c.args.Get("channel"), c.args.Get("user")
	list := []reply{}
	for _, f := range c.db.files.All() {
		shared := in == "" || slices.ContainsFunc(f.Shares, func(s string) bool { return strings.HasPrefix(s, in+" ") })
		if f.Complete && !f.Deleted && shared && (by == "" || f.User == by) && c.sees(f, c.me.ID) {
			list = append(list, c.showFile(f))
		}
	}
	count, err := strconv.Atoi(c.args.Get("count"))
	if err != nil || count <= 0 {
		count = 100
	}
	page, err := strconv.Atoi(c.args.Get("page"))
	if err != nil || page <= 0 {
		page = 1
	}
	total := len(list)
	from := min(total, (page-1)*count)
	return reply{"files": list[from:min(total, from+count)], "paging": reply{"count": count, "total": total, "page": page, "pages": (total + count - 1) / count}}, ""
}

// sendFile serves a file to those who may see it; others are sent to the sign-in page, as at Slack.
func (s *Server) sendFile(w http.ResponseWriter, r *http.Request) {
	_, id, _ := strings.Cut(path.Base(path.Dir(r.URL.Path)), "-")
	f, ok := s.db.files.Get(id)
	me, known := s.whose(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if !known || !ok || !s.sees(f, me.ID) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body>Sign in</body></html>")
		return
	}
	if f.Deleted {
		http.Error(w, "file not found", http.StatusNotFound)
		return
	}
	data, _ := s.db.blobs.Get(id)
	w.Header().Set("Content-Type", f.kind())
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}
