package store

import "kept/internal/desk"

var (
	functionsAll = sql(`SELECT id, domain, name, skill FROM ehr_function ORDER BY domain, name, id`)
	functionByID = sql(`SELECT id, domain, name, skill FROM ehr_function WHERE id = $1`)
	addFunction  = sql(`INSERT INTO ehr_function (id, domain, name, skill) VALUES ($1, $2, $3, $4)`)
	skillsAll    = sql(`SELECT code, name, name_es, public, public_es FROM skill ORDER BY code`)
	addSkill     = sql(`INSERT INTO skill (code, name, name_es, public, public_es) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_es = excluded.name_es, public = excluded.public, public_es = excluded.public_es`)
)

func scanFunction(row scanner) (f desk.Function, err error) {
	err = row.Scan(&f.ID, &f.Domain, &f.Name, &f.Skill)
	return f, err
}

func scanSkill(row scanner) (s desk.Skill, err error) {
	err = row.Scan(&s.Code, &s.Name, &s.NameES, &s.Public, &s.PublicES)
	return s, err
}

// Functions is the whole catalogue of EHR functions, by domain and name.
func (tx *DeskReadTx) Functions() ([]desk.Function, error) {
	return many(tx, functionsAll, scanFunction)
}

// Function gives one EHR function, NotFound otherwise.
func (tx *DeskReadTx) Function(id int64) (desk.Function, error) {
	return one(tx, functionByID, scanFunction, id)
}

// Skills are all skills of the desk, by code.
func (tx *DeskReadTx) Skills() ([]desk.Skill, error) { return many(tx, skillsAll, scanSkill) }

// AddFunction stores a new EHR function under its id.
func (tx *DeskTx) AddFunction(f desk.Function) error {
	if err := tx.put(addFunction, f.ID, f.Domain, f.Name, f.Skill); err != nil {
		return err
	}
	return tx.bump(deskVersion)
}

// AddSkill stores a skill under its code, with its names; a skill that is there gets the new ones.
func (tx *DeskTx) AddSkill(s desk.Skill) error {
	if err := tx.put(addSkill, s.Code, s.Name, s.NameES, s.Public, s.PublicES); err != nil {
		return err
	}
	return tx.bump(deskVersion)
}
