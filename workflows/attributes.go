package workflows

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

// The search attributes of a case. They are plain text for everyone who can read the namespace, so they hold numbers,
// words of ours and opaque ids: nothing a person wrote, and for restricted cases no organisation and no commander.
// At most ten keywords and three keyword lists fit on SQL databases.
const (
	CaseNumber    = "CaseNumber"
	CasePhase     = "CasePhase"
	CaseStatus    = "CaseStatus"
	CaseSeverity  = "CaseSeverity"
	CaseKind      = "CaseKind"
	CaseCommander = "CaseCommander"
	CaseOrg       = "CaseOrg"
	CaseChannel   = "CaseChannel"
	StuckStep     = "StuckStep" // step, system and system:class of each stuck step
	StuckSince    = "StuckSince"
	NextDeadline  = "NextDeadline"
	OpenTasks     = "OpenTasks"
)

// SearchAttributes lists what `starter setup` and the local stack register, with the types.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	const keyword, list = enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST
	return map[string]enumspb.IndexedValueType{
		CaseNumber: keyword, CasePhase: keyword, CaseStatus: keyword, CaseSeverity: keyword, CaseKind: keyword, CaseCommander: keyword,
		CaseOrg: list, CaseChannel: list, StuckStep: list,
		StuckSince: enumspb.INDEXED_VALUE_TYPE_DATETIME, NextDeadline: enumspb.INDEXED_VALUE_TYPE_DATETIME,
		OpenTasks: enumspb.INDEXED_VALUE_TYPE_INT,
	}
}

func keyword(name string) temporal.SearchAttributeKeyKeyword {
	return temporal.NewSearchAttributeKeyKeyword(name)
}

func keywords(name string) temporal.SearchAttributeKeyKeywordList {
	return temporal.NewSearchAttributeKeyKeywordList(name)
}
