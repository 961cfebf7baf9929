// Package ops holds and releases a vendor's task queue, asks the vendor whether it would let us in again, and tells those
// who wait for it: the deeds of the breaker. Beside those of seal they are the only activities that talk to Temporal itself.
//
// A queue is held by a rate of zero (UpdateTaskQueueConfig): its tasks wait in the server, in the order of their
// priority, and use up no attempt. Zero is zero in each of the queue's partitions, so nothing trickles through; a change
// reaches all of them within a second or two. The reason of the rate says whose hold it is: what a person has set is
// left alone.
package ops
