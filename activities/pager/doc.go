// Package pager calls people when the tools that usually bring them together are silent: it sends one signed request to
// the address of an on-call service. It knows nothing about cases and keeps nothing.
//
// # For receivers
//
// A page is a POST with a JSON body:
//
//	{
//	  "key":      "8f0c….reach.page.1",       the same for every delivery of this page; also in Idempotency-Key and Webhook-Id
//	  "number":   "SEC-42",                   of the case; it may be provisional: P-20261122-7K3F
//	  "severity": "Sev2",                     Sev1 … Sev4; "" while nobody has said
//	  "reason":   "slack_silent",             see Reasons
//	  "drill":    false,                      true: nothing has happened, people practise
//	  "text":     "SEC-42 Sev2: …",           for people; of a restricted case it says no more than number and severity
//	  "link":     "https://…/browse/SEC-42",  where people find more; "" where there is nothing yet, and for restricted cases
//	  "at":       "2026-11-22T14:32:05Z"      when it was decided to call people
//	}
//
// It is signed as https://www.standardwebhooks.com describes, for which there are libraries in most languages:
//
//	Webhook-Id:        the key
//	Webhook-Timestamp: seconds since 1970, of this delivery
//	Webhook-Signature: v1,<base64 of the HMAC-SHA256 of "<Webhook-Id>.<Webhook-Timestamp>.<raw body>">
//
// The secret is PAGER_SECRET as it stands, or, if it begins with whsec_, what the base64 after that holds. To verify:
// compute the signature over the raw body as it came, compare it in constant time with each of the space-separated
// signatures in the header, and refuse a timestamp that is more than five minutes away from your clock.
//
// Answer with any 2xx when the page is accepted. {"people": 3} in the body tells how many people are being called;
// Hikeshi then says so. A page is sent once per escalation, but a delivery whose answer is lost is sent again with the
// same key and body, because a page too many is better than none: call people once per key. 409 says that you have the
// key already, and counts as accepted. Redirects are not followed.
package pager
