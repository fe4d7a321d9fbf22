package demo

import "kept/internal/desk"

// macros are the canned texts of the demo's desk.
var macros = []desk.Macro{
	{Name: "Hello, we look into it", Letters: "he", Next: desk.MacroNext(desk.Update),
		Body:   "Hello {name}, this is the help desk of {hospital}. We have your question and look into it now.",
		BodyES: "Hola {name}: le escribe la mesa de ayuda de {hospital}. Tenemos su pregunta y ya la estamos viendo."},
	{Name: "We will call you", Letters: "wc",
		Body:   "Hello {name}, we will call you {window}. If another time is better, choose it here: {link}",
		BodyES: "Hola {name}: le llamamos {window}. Si le queda mejor otra hora, elíjala aquí: {link}"},
	{Name: "We need one thing from you", Letters: "wn",
		Body:   "Hello {name}, to go on we need one thing from you. Please answer here: {link}. Or call {phone}, day or night.",
		BodyES: "Hola {name}: para seguir necesitamos una cosa de usted. Conteste aquí: {link}. O llame al {phone}, de día o de noche."},
	{Name: "It should work now", Letters: "wo", Next: desk.NextAsk,
		Body:   "Hello {name}, we changed it. Please close the page, open it again and look. If it does not work, call {phone}.",
		BodyES: "Hola {name}: ya lo cambiamos. Cierre la página, ábrala otra vez y mire. Si no funciona, llame al {phone}."},
	{Name: "Pounds and kilograms", Letters: "lb", Next: desk.NextAsk,
		Body:   "Hello {name}, you can see your weight in pounds. Open this page and choose pounds: {link}. Your record does not change.",
		BodyES: "Hola {name}: puede ver su peso en libras. Abra esta página y elija libras: {link}. Su expediente no cambia."},
	{Name: "Another team takes it", Letters: "at", Next: desk.MacroNext(desk.Handoff),
		Body:   "Hello {name}, another team knows more about this. We give it to them and stay your contact: {phone}.",
		BodyES: "Hola {name}: otro equipo sabe más de esto. Se lo pasamos y seguimos a su lado: {phone}."},
	{Name: "Sorry, we were late", Letters: "so",
		Body:   "Hello {name}, we said that we would call and we did not. We are sorry. We will call you {window}.",
		BodyES: "Hola {name}: le dijimos que íbamos a llamar y no llamamos. Lo sentimos. Le llamamos {window}."},
	{Name: "We tried to call", Letters: "tc",
		Body:   "Hello {name}, we tried to call you. Choose a time that is good for you: {link}. Or call {phone}, day or night.",
		BodyES: "Hola {name}: tratamos de llamarle. Elija una hora que le quede bien: {link}. O llame al {phone}, de día o de noche."},
}
