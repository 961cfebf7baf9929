// Package doctor looks whether an installation can work: the configuration, the keys, Temporal, and what the vendors let
// us do. Of each thing it says how it is, and what to do if it is not as it should be.
//
// It only reads. What it cannot look at, because a secret is not on this machine, it says; that is no fault: the vendors'
// tokens belong to the worker, so the whole examination is made where the worker runs.
package doctor
