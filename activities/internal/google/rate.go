package google

import (
	"net/http"
	"strings"

	"hikeshi/activities/internal/transport"
)

// Drive counts quota units, 325,000 a minute for one user; we stay below so that the burst and a minute's refill
// together fit. https://developers.google.com/workspace/drive/api/guides/limits
const (
	driveUnitsPerMinute = 290_000
	driveUnitsBurst     = 30_000
)

// Units is what a call of Drive costs.
func Units(r *http.Request) int {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case r.Method == http.MethodGet && r.URL.Query().Get("alt") == "media", strings.HasSuffix(path, "/export"):
		return 200
	case r.Method == http.MethodGet && (strings.HasSuffix(path, "/files") || strings.HasSuffix(path, "/changes") || strings.HasSuffix(path, "/drives") || strings.HasSuffix(path, "/permissions")):
		return 100
	case r.Method == http.MethodGet:
		return 5
	default:
		return 50
	}
}

func driveBuckets(r *http.Request) []transport.Bucket {
	return []transport.Bucket{{Key: "Google Drive", PerMinute: driveUnitsPerMinute, Burst: driveUnitsBurst, Cost: Units(r)}}
}

// Sheets allows one user 60 reads and 60 writes a minute, and all cases together are one user. Burst and refill
// together stay within 60. https://developers.google.com/workspace/sheets/api/limits
const (
	sheetsPerMinute = 48
	sheetsBurst     = 12
)

func sheetsBuckets(r *http.Request) []transport.Bucket {
	if strings.HasPrefix(r.URL.Path, Drive.path) {
		return nil // one about.get in the life of a process
	}
	key := "writes to Google Sheets"
	if SheetsRead(r) {
		key = "reads of Google Sheets"
	}
	return []transport.Bucket{{Key: key, PerMinute: sheetsPerMinute, Burst: sheetsBurst}}
}

// SheetsRead reports whether a call of Sheets draws from the quota of reads.
func SheetsRead(r *http.Request) bool {
	return r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, ":getByDataFilter") || strings.HasSuffix(r.URL.Path, ":batchGetByDataFilter") ||
		strings.HasSuffix(r.URL.Path, ":search")
}
