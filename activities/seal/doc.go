// Package seal writes down what a case's histories hold before Temporal forgets them, and has it witnessed. How a
// history becomes records, how they are chained and what a head is it does not know: the process that registers it
// plugs in a Recorder. It says where the files lie, and returns digests only.
//
// The files of a seal carry the name of the branch in their keys: after a reset the same steps ask for the same files
// again, and what was sealed before the reset must not be overwritten by what came after.
package seal
