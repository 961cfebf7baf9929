package fake

// Person is somebody of the sandbox's cast. All fakes know the same people, so that a reader of one company can be
// followed through Slack, JIRA and Drive.
type Person struct {
	ID       string // Slack user id
	Name     string // Slack handle and JIRA account id
	RealName string
	Email    string
	Company  string // id of the organisation
	Locale   string
	TZ       string
}

// Group is a Slack user group of the cast.
type Group struct {
	ID, Handle, Name string
	Members          []string // Slack user ids
}

// Cast returns the people of the sandbox: three responders of the CSIRT, an executive, and the security manager of
// each of two companies of the group.
func Cast() []Person {
	return []Person{
		{"U0AOI0001", "aoi", "佐藤 葵", "aoi@csirt.example", "csirt", "ja-JP", "Asia/Tokyo"},
		{"U0BEN0002", "ben", "Ben Okafor", "ben@csirt.example", "csirt", "en-US", "Europe/London"},
		{"U0CHIE003", "chie", "中村 千恵", "chie@csirt.example", "csirt", "ja-JP", "Asia/Tokyo"},
		{"U0DAIGO04", "daigo", "森 大吾", "daigo@holdings.example", "holdings", "ja-JP", "Asia/Tokyo"},
		{"U0KENJI05", "kenji", "伊藤 健二", "kenji@acme.example", "acme", "ja-JP", "Asia/Tokyo"},
		{"U0LENA006", "lena", "Lena Fischer", "lena@bravo.example", "bravo", "en-US", "Europe/Berlin"},
	}
}

// Groups returns the cast's user groups: the CSIRT and the security managers of each company.
func Groups() []Group {
	return []Group{
		{"S0CSIRT01", "csirt", "CSIRT", []string{"U0AOI0001", "U0BEN0002", "U0CHIE003"}},
		{"S0ACME002", "smg-acme", "Security managers, Acme Foods", []string{"U0KENJI05"}},
		{"S0BRAVO03", "smg-bravo", "Security managers, Bravo Logistics", []string{"U0LENA006"}},
	}
}

// The product's own accounts in the sandbox, and how a person of the cast signs in to each vendor.
const (
	SlackBotToken      = "xoxb-sandbox-hikeshi"
	SlackAppToken      = "xapp-1-A0HIKESHI-sandbox" // opens sockets
	SlackSigningSecret = "sandbox-signing-secret"
	JiraUser           = "hikeshi@csirt.example" // Basic authentication with JiraToken
	JiraToken          = "sandbox-jira-token"
	GoogleAccount      = "hikeshi@csirt.example" // who a request without an Authorization header is
	PagerSecret        = "sandbox-pager-secret"  // signs pages
)

// SlackUserToken is the Web API token of a person.
func SlackUserToken(p Person) string { return "xoxp-sandbox-" + p.Name }

// JiraUserToken is the API token of a person, used with the e-mail address.
func JiraUserToken(p Person) string { return "jira-sandbox-" + p.Name }

// GoogleUserToken is the bearer token of a person.
func GoogleUserToken(p Person) string { return "google-sandbox-" + p.Name }
