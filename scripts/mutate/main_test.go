package main

import "testing"

// Mutations are tried at night; that their lines are still there is seen with every test.
func TestTheLinesOfEveryMutationAreThere(t *testing.T) {
	t.Chdir("../..")
	all, err := parse(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if _, err := m.text(); err != nil {
			t.Error(err)
		}
	}
}
