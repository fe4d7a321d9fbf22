package app

import "strings"

// synonyms are words that people use for the same thing, in English and Spanish; the first of each
// line stands for all. Two words with _ between them are a phrase.
const synonyms = `
pound lb lbs libra
kilo kg kgs kilogram kilogramo kilograms
weight weigh peso pesar
height altura estatura
login log signin logon log_in logging_in logged_in log_on sign_in signing_in signed_in sign_on entrar ingresar acceder iniciar_sesion inicio_sesion
logout signout log_out sign_out log_off cerrar_sesion
password contrasena clave passcode pass_word
username user usuario user_name
doctor dr provider physician medico doctora
appointment appt visit cita consulta
message msg mensaje
result resultado
test lab labs prueba examen analisis laboratorio
child kid son daughter teen hijo hija nino nina
phone cell mobile cellphone telefono celular movil
email mail correo e_mail
bill billing invoice factura statement
pay payment pago pagar
medicine med meds medication drug medicina medicamento
prescription rx receta
refill renew renewal surtir resurtir renovar
print printer printout imprimir impresora
change switch convert update cambiar convertir actualizar
unit units unidad
code codigo
video televisit telehealth videovisita videollamada
locked lock lockout blocked bloqueado bloqueada bloquear
forgot forget forgotten olvide olvidar olvidado
cancel cancelar
reschedule move reprogramar
address direccion
name nombre
vaccine vaccination immunization shot vacuna
record records chart expediente historial
insurance seguro aseguranza
language idioma
spanish espanol
english ingles
error fail failed failure falla
broken broke
picture photo image foto imagen
scan scanner escanear
barcode bar_code
order orden
nurse enfermera enfermero
pharmacy farmacia
account cuenta
delete remove borrar eliminar
add agregar anadir
send sent enviar mandar
read leer
app aplicacion
computer pc laptop computadora ordenador
`

// stopped are words that tell nothing about what somebody needs.
const stopped = `
a an the and or but if of to in on at for from by with without about into as is are was were be been am
i me my mine we us our you your he him his she her they them their it its this that these those there here
do does did doing done have has had can cant cannot could will wont would should shall may might must
not no never tried try tries went came come through out up back dont doesnt didnt isnt im ive id how what when where why who which please help need want know tell
get got getting go goes going see show just some any so too very really still again also than then now
hi hello hey thanks thank
el la los las un una unos unas y o u pero si de del al en con sin por para que como cuando donde quien cual
es son era esta estan estoy estar ser soy fue yo mi mis me tu tus te su sus se lo le les nos nuestro nuestra
no ya muy mas puedo puede pueden podria quiero quisiera necesito necesita ayuda favor saber ver tengo tiene
hay hacer hace hago este esto esa ese eso hola gracias porque
`

// sameAs gives, by the basic form of a word, the basic form of the word that stands for it; phrases
// does the same for two words as typed.
var sameAs, phrases = func() (map[string]string, map[string]string) {
	same, phrase := map[string]string{}, map[string]string{}
	for line := range strings.Lines(synonyms) {
		list := strings.Fields(line)
		for _, w := range list {
			if strings.Contains(w, "_") {
				phrase[strings.ReplaceAll(w, "_", " ")] = stem(list[0])
			} else {
				same[stem(w)] = stem(list[0])
			}
		}
	}
	return same, phrase
}()

var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(stopped) {
		m[w] = true
	}
	return m
}()
