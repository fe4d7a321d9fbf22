package demo

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"kept/internal/desk"
)

//go:embed questions.csv
var questionsCSV []byte

//go:embed functions.csv
var functionsCSV []byte

// row is one line of questions.csv: what sort of work a question is.
type row struct {
	id       string // P01: patients, C: clinicians, E: employees
	function int64
	skill    string
	tier     string
	priority desk.Priority
}

// readRows reads questions.csv, in its order.
func readRows() ([]row, error) {
	lines, err := table(questionsCSV, "id", "question", "function_ids", "skill", "verify_tier", "default_priority", "tags", "first_action")
	if err != nil {
		return nil, fmt.Errorf("questions.csv: %w", err)
	}
	rows := make([]row, len(lines))
	for i, f := range lines {
		first, _, _ := strings.Cut(f[2], " ")
		fn, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("questions.csv: %s: %w", f[0], err)
		}
		rows[i] = row{id: f[0], function: fn, skill: f[3], tier: f[4], priority: desk.Priority(f[5])}
	}
	return rows, nil
}

// readFunctions reads functions.csv.
func readFunctions() ([]desk.Function, error) {
	lines, err := table(functionsCSV, "id", "domain", "function", "onc_170_315", "ehrs_fm_id", "skill")
	if err != nil {
		return nil, fmt.Errorf("functions.csv: %w", err)
	}
	all := make([]desk.Function, len(lines))
	for i, f := range lines {
		id, err := strconv.ParseInt(f[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("functions.csv: %w", err)
		}
		all[i] = desk.Function{ID: id, Domain: f[1], Name: f[2], Skill: f[5]}
	}
	return all, nil
}

// table gives the lines of a CSV text below a head that must be as said.
func table(text []byte, head ...string) ([][]string, error) {
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) < 2 || strings.Join(lines[0], ",") != strings.Join(head, ",") {
		return nil, fmt.Errorf("the columns are not %s", strings.Join(head, ","))
	}
	return lines[1:], nil
}

// skills are all that the desk knows to do: for staff, and as the person hears it. They serve every hospital, so none names
// the portal of one; and whatever no answer fits comes to the portal team, so it is an expert and no more.
var skills = []desk.Skill{
	{Code: "CDS", Name: "Decision support", NameES: "Avisos clínicos", Public: "an expert in alerts", PublicES: "una persona experta en avisos"},
	{Code: "CHANGE", Name: "Change requests", NameES: "Cambios", Public: "a person who plans changes", PublicES: "una persona que planea cambios"},
	{Code: "CLIN", Name: "Clinical lists", NameES: "Listas clínicas", Public: "an expert in chart lists", PublicES: "una persona experta en las listas del expediente"},
	{Code: "DEV", Name: "Devices", NameES: "Aparatos", Public: "an expert in home devices", PublicES: "una persona experta en aparatos para la casa"},
	{Code: "DOC", Name: "Documentation", NameES: "Notas", Public: "an expert in notes", PublicES: "una persona experta en notas"},
	{Code: "ED", Name: "Emergency department", NameES: "Urgencias", Public: "an expert in emergency room screens", PublicES: "una persona experta en las pantallas de urgencias"},
	{Code: "ERX", Name: "E-prescribing", NameES: "Recetas electrónicas", Public: "an expert in online refills", PublicES: "una persona experta en recetas por internet"},
	{Code: "HIM", Name: "Health records", NameES: "Expedientes", Public: "a person from medical records", PublicES: "una persona de expedientes médicos"},
	{Code: "IDN", Name: "Identity and access", NameES: "Cuentas y acceso", Public: "an expert in signing in", PublicES: "una persona experta en entrar a la cuenta"},
	{Code: "IMG", Name: "Imaging", NameES: "Imágenes", Public: "an expert in images", PublicES: "una persona experta en imágenes"},
	{Code: "INT", Name: "Interfaces", NameES: "Interfaces", Public: "an expert in linked systems", PublicES: "una persona experta en sistemas conectados"},
	{Code: "NET", Name: "Network and phones", NameES: "Red y teléfonos", Public: "an expert in networks", PublicES: "una persona experta en redes"},
	{Code: "NURS", Name: "Nursing documentation", NameES: "Enfermería", Public: "an expert in nursing screens", PublicES: "una persona experta en pantallas de enfermería"},
	{Code: "NURSELINE", Name: "Hand over to the nurse line", NameES: "Línea de enfermería", Public: "a person who connects you to a nurse", PublicES: "una persona que le comunica con enfermería"},
	{Code: "OPS", Name: "Operations and printing", NameES: "Operación e impresión", Public: "an expert in computers and printers", PublicES: "una persona experta en computadoras e impresoras"},
	{Code: "ORD", Name: "Orders", NameES: "Órdenes", Public: "an expert in orders", PublicES: "una persona experta en órdenes"},
	{Code: "ORD-BUILD", Name: "Order content", NameES: "Contenido de órdenes", Public: "an expert in order sets", PublicES: "una persona experta en grupos de órdenes"},
	{Code: "PHARM", Name: "Pharmacy", NameES: "Farmacia", Public: "an expert in pharmacy screens", PublicES: "una persona experta en pantallas de farmacia"},
	{Code: "PORTAL", Name: "Patient portal", NameES: "Portal de pacientes", Public: "an expert", PublicES: "una persona experta"},
	{Code: "PRIVACY", Name: "Privacy", NameES: "Privacidad", Public: "a person from the privacy office", PublicES: "una persona de la oficina de privacidad"},
	{Code: "REG", Name: "Registration and scheduling", NameES: "Registro y citas", Public: "an expert in registration and visits", PublicES: "una persona experta en registro y citas"},
	{Code: "REV", Name: "Billing", NameES: "Facturas", Public: "an expert in online bills", PublicES: "una persona experta en facturas por internet"},
	{Code: "REVIEW", Name: "Results review", NameES: "Resultados", Public: "an expert in results screens", PublicES: "una persona experta en pantallas de resultados"},
	{Code: "RPT", Name: "Reports", NameES: "Reportes", Public: "an expert in reports", PublicES: "una persona experta en reportes"},
	{Code: "SEC", Name: "Security", NameES: "Seguridad", Public: "a person from computer security", PublicES: "una persona de seguridad informática"},
	{Code: "SURG", Name: "Surgery", NameES: "Cirugía", Public: "an expert in surgery screens", PublicES: "una persona experta en pantallas de cirugía"},
	{Code: "TELE", Name: "Video visits", NameES: "Citas por video", Public: "an expert in video visits", PublicES: "una persona experta en citas por video"},
	{Code: "USER", Name: "EHR preferences", NameES: "Preferencias", Public: "an expert in your screens", PublicES: "una persona experta en sus pantallas"},
}
