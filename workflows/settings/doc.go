// Package settings reads the configuration of an installation: one YAML file for what the installation is, and the
// process's environment for where it runs and with which secrets. Worker and starter read the same file with the same
// rules, so that both place a case alike.
//
// A configuration is checked as a whole when it is loaded: unknown keys, wrong types and missing values are all
// reported at once, each with its line. After that it does not change; only secrets are read anew whenever they are
// used, because they rotate.
//
// Where a case goes is decided here ([Config.Place]) and fails closed: a case for few readers is refused rather than
// put where more people can read it.
package settings
