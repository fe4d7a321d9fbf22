package store

import (
	"time"

	"kept/internal/desk"
)

const policyNames = "client_id, purpose, policy, kinds, agreed, ahead"

var (
	policyOne  = sql("SELECT policy FROM policy WHERE client_id = $1 AND purpose = $2")
	policyMine = across("SELECT p.client_id, p.purpose, p.policy FROM policy p WHERE {mine p} ORDER BY p.client_id, p.purpose")
	policySave = sql(insert("policy", policyNames) + ` ON CONFLICT (client_id, purpose) DO UPDATE SET
		policy = excluded.policy, kinds = excluded.kinds, agreed = excluded.agreed, ahead = excluded.ahead`)
	policyDrop  = sql("DELETE FROM policy WHERE client_id = $1 AND purpose = $2")
	policyAhead = sql("SELECT COALESCE(MAX(ahead), -1) FROM policy WHERE purpose = 'promises'")
)

// Policy is the escalation that one client has of its own.
type Policy struct {
	Client  desk.ClientID
	Purpose string
	Text    string

	// For which promises it is; only to be stored.
	Kinds  []desk.PromiseKind
	Agreed bool
	Ahead  time.Duration // how long before one is due its first step begins
}

// Policy gives the text of the client's own policy for a purpose; false when it has none.
func (tx *ReadTx) Policy(purpose string) (string, bool, error) {
	return maybe(tx, policyOne, value[string], tx.client, purpose)
}

// Policies are those that the viewer's clients have of their own.
func (tx *DeskReadTx) Policies() ([]Policy, error) {
	return manyAcross(tx, policyMine, func(row scanner) (p Policy, err error) {
		err = row.Scan(&p.Client, &p.Purpose, &p.Text)
		return p, err
	})
}

// SavePolicy puts a policy of the client in force, in place of the one for the same purpose.
func (tx *Tx) SavePolicy(p Policy) error {
	kinds := ","
	for _, k := range p.Kinds {
		kinds += string(k) + ","
	}
	return tx.put(policySave, tx.client, p.Purpose, p.Text, kinds, flag(p.Agreed), p.Ahead.Microseconds())
}

// DropPolicy takes the client's own policy for a purpose away.
func (tx *Tx) DropPolicy(purpose string) error { return tx.put(policyDrop, tx.client, purpose) }
