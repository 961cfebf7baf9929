// Package strictyaml says what is wrong with a YAML file that people write: in their words, with the line, and with the
// key that was probably meant. The YAML library finds much of it too, but speaks of Go's types and knows no nearest key.
package strictyaml
