package browsertest_test

import (
	"fmt"
	"testing"

	"hikeshi/deploy/sandbox/browsertest"
)

const page = `data:text/html,<meta name=viewport content="width=device-width"><button id=seen onclick="title=this.id">1</button>
<button id=newest onclick="title=this.id">2</button><button id=hidden hidden onclick="title=this.id">3</button><div style="width:%s">x</div>`

func TestWhatStandsOutIsFoundAndWhatIsHiddenIsNotPressed(t *testing.T) {
	b := browsertest.Start(t, 1280, 800)
	b.Size(375, 667)
	b.Open(fmt.Sprintf(page, "600px"))
	if len(b.TooWide()) == 0 {
		t.Error("nothing stands out of a page that is too wide")
	}
	b.Open(fmt.Sprintf(page, "300px"))
	if out := b.TooWide(); len(out) > 0 {
		t.Errorf("stands out of a page that is not too wide: %q", out)
	}
	b.ClickNewest("button")
	if got := browsertest.Value[string](b, "document.querySelector('#newest').title + document.querySelector('#hidden').title"); got != "newest" {
		t.Errorf("pressed %q", got)
	}
}
