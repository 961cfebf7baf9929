package activities_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A recipe is why running an activity twice is harmless.
const (
	reads    = "it only reads"
	natural  = "it says the wanted state: doing it again gives the same"
	differs  = "it reads first, and writes what differs"
	named    = "the vendor refuses the name or id a second time; what has it is looked at, and taken if it is ours"
	keyed    = "the thing carries our key from birth; whoever may not be the first looks for it, and gives silent calls their time"
	searched = "as keyed; where a search lags, it is not believed before its time, and a sweep looks once more"
	upload   = "the file has an id that was reserved before, and the upload goes on where it was"
	settled  = "the receiver knows a repeated call by its id"
)

// recipes has a row for each activity: its recipe, and the test that proves it on a fake, as package.Test or
// package.Test/part.
var recipes = map[string]struct{ recipe, proof string }{
	"AdoptChannel":       {differs, "slack.TestAdoptChannel"},
	"AdoptFolder":        {differs, "drive.TestAdoptFolderAfterFaults"},
	"AdoptLinkedTicket":  {differs, "jira.TestExactlyOnce/take over"},
	"AdoptNotice":        {reads, "slack.TestAdoptNotice"},
	"AdoptSheet":         {differs, "drive.TestAdoptFolderAndSheet"},
	"AdoptTicket":        {differs, "jira.TestAdoptTicketAfterFaults"},
	"ArchiveChannels":    {natural, "slack.TestArchiveMeetsFaults"},
	"AssignTicket":       {natural, "jira.TestExactlyOnce/assign"},
	"BookmarkLinks":      {keyed, "slack.TestCarriedOutLate/bookmark"},
	"CheckAccess":        {reads, "ops.TestCheckAccess"},
	"CheckDriveAccess":   {reads, "drive.TestContractOnFake/access names our account"},
	"CheckJiraAccess":    {reads, "jira.TestContractOnFake/says who we are"},
	"CheckSlackAccess":   {reads, "slack.TestContractOnFake/access"},
	"CommentTicket":      {keyed, "jira.TestCarriedOutLate/comment"},
	"DescribeChannel":    {differs, "slack.TestContractOnFake/description"},
	"ExportAudit":        {upload, "seal.TestExportAudit"},
	"ExportConversation": {upload, "archive.TestKilledAnywhere"},
	"ExportTasks":        {upload, "archive.TestOthersKilledAnywhere"},
	"ExportTaskList":     {upload, "archive.TestOthersKilledAnywhere/task list"},
	"ExportTickets":      {upload, "archive.TestOthersKilledAnywhere"},
	"FindPeople":         {reads, "slack.TestFindPeople"},
	"HoldQueue":          {natural, "ops.TestHoldAndRelease"},
	"InviteToChannel":    {differs, "slack.TestInviteAnswers"},
	"LayOutBoard":        {named, "sheets.TestBoardOnceAfterAnyFault"},
	"LinkTicket":         {natural, "jira.TestExactlyOnce/web link"},
	"LinkTickets":        {natural, "jira.TestExactlyOnce/link"},
	"LookAtChannels":     {reads, "slack.TestLookAtChannels"},
	"MirrorMessages":     {keyed, "mirror.TestADigestThatComesLate"},
	"MoveTicket":         {differs, "jira.TestExactlyOnce/move"},
	"OpenChannel":        {named, "slack.TestExactlyOnce/channel"},
	"OpenFolder":         {named, "drive.TestFolderOnceAfterAnyFault"},
	"OpenLinkedTicket":   {searched, "jira.TestRefusedAfterTheTicketWasMade"},
	"OpenSheet":          {searched, "drive.TestSheetOnceWhenListsLag"},
	"OpenTicket":         {searched, "jira.TestLostReplyUnderSearchLag"},
	"PageOnCall":         {settled, "pager.TestLostAnswers"},
	"PinNotice":          {natural, "slack.TestContractOnFake/pins and bookmarks"},
	"PostDirect":         {keyed, "slack.TestCarriedOutLate/direct"},
	"PostNotice":         {keyed, "slack.TestCarriedOutLate/notice"},
	"ReleaseQueue":       {natural, "ops.TestHoldAndRelease"},
	"RenameChannel":      {differs, "slack.TestContractOnFake/rename"},
	"RenameFile":         {natural, "drive.TestContractOnFake/file gets another name"},
	"ReserveFileIDs":     {reads, "drive.TestWrongNumberOfIDs"},
	"ReserveFolderID":    {reads, "drive.TestFolderOnceAfterAnyFault"},
	"SealHistory":        {upload, "seal.TestASealAfterFaults"},
	"ShareFolder":        {differs, "drive.TestShareRaisesOnlyWhatIsMissing"},
	"StampSeal":          {upload + "; another timestamp of the same head is as good", "seal.TestStampSeal"},
	"SweepSheets":        {differs, "drive.TestSweepSheetsAfterFaults"},
	"SweepTickets":       {differs, "jira.TestSweepTicketsAfterFaults"},
	"TellWorkflows":      {natural, "ops.TestTellWorkflows"},
	"UnarchiveChannels":  {natural, "slack.TestArchiveAndUnarchive"},
	"UpdateNotice":       {natural, "slack.TestContractOnFake/notices"},
	"VerifyArchive":      {reads, "archive.TestVerifyGoesOn"},
	"WriteManifest":      {upload, "archive.TestOthersKilledAnywhere"},
	"WriteProjection":    {natural, "sheets.TestProjectionAfterAnyFault"},
	"WriteRows":          {named, "sheets.TestRowsOnceAfterAnyFault"},
	"WriteStatusBlock":   {differs, "jira.TestExactlyOnce/status block"},
}

// Every activity has a recipe, and each recipe a test that is there.
func TestEveryActivityHasARecipe(t *testing.T) {
	types, err := os.ReadFile("../workflows/testdata/activity_types.txt")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for line := range strings.Lines(string(types)) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		known = append(known, name)
		row, has := recipes[name]
		switch {
		case !has || row.recipe == "":
			t.Errorf("activity %s has no recipe: say in recipes why running it twice is harmless, and name the test that proves it", name)
		default:
			proves(t, name, row.proof)
		}
	}
	for name := range recipes {
		if !slices.Contains(known, name) {
			t.Errorf("recipes has a row for %s, which is no activity", name)
		}
	}
}

// proves checks that the test is there.
func proves(t *testing.T, activity, proof string) {
	t.Helper()
	folder, test, _ := strings.Cut(proof, ".")
	test, part, _ := strings.Cut(test, "/")
	declared, said := readTests(t, folder)
	if !slices.Contains(declared, test) {
		t.Errorf("activity %s: there is no test %s in activities/%s", activity, test, folder)
	}
	if part != "" && !slices.Contains(said, part) {
		t.Errorf("activity %s: nothing in the tests of activities/%s is called %q", activity, folder, part)
	}
}

// readTests lists the tests of a package, and all texts in its tests and in its contract.
func readTests(t *testing.T, folder string) (declared, said []string) {
	t.Helper()
	tests, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	contract, err := filepath.Glob(filepath.Join(folder, folder+"test", "contract*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(tests, contract...) {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				declared = append(declared, n.Name.Name)
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil {
					said = append(said, text)
				}
			}
			return true
		})
	}
	return declared, said
}
