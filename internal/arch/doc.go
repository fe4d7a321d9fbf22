// Package arch holds the rules of the source itself: who may import whom, which calls are banned and
// why, how SQL is written. It holds tests only. Start with the map in import_test.go.
package arch
