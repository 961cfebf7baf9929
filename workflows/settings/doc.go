// Package settings is the one configuration of Hikeshi: a YAML file, and the environment for addresses and secrets.
// Worker and starter read the same file. It is checked as a whole when it is loaded; every problem is reported at
// once, by the name of its key. It decides where a case goes and who may see it (Place, Visible) and never does
// anything else: no network, no vendor.
package settings
