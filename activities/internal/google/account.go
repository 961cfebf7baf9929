package google

import (
	"context"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
)

// Account asks Drive for the e-mail address of the account we act as. Sheets has no such call of its own.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
func (c *Connection) Account(ctx context.Context) (string, error) {
	s, err := drive.NewService(ctx, option.WithHTTPClient(c.HTTP), option.WithEndpoint(c.drive()))
	if err != nil {
		return "", err
	}
	about, err := s.About.Get().Fields("user(emailAddress)").Context(ctx).Do()
	if err != nil {
		return "", err
	}
	if about.User == nil {
		return "", nil
	}
	return about.User.EmailAddress, nil
}
