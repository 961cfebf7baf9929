// Package watch sees what becomes of every activity of a worker, and tells a vendor's breaker when the trouble may concern
// all that we do there: at once when our credentials are refused, and when call after call gets no answer. Whether it
// does concern everything the breaker finds out itself (workflows.Breaker).
//
// It also looks after queues that are held: one whose breaker is gone gets a new one, and one whose breaker has not been
// heard of for long is released when the vendor is well. So no queue stays held by mistake, whatever was killed,
// terminated or restored.
package watch
