package desk

// redFlagLists is a draft of June 2026: it needs the sign-off of each client's clinical lead before that client's
// patients rely on it, and it only decides what is told first. It is no triage. It holds one phrase a line, in folded letters and without apostrophes. "a|b" are
// alternatives, "pain*" is a stem, and "~2" allows up to two other words before the next.
var redFlagLists = []struct {
	flag    Flag
	phrases string
}{
	{FlagEmergency, `
not|isnt|stopped|stop|quit|barely|hardly ~1 breathing|breath|breathe|breating
cant|cannot|cnat|couldnt|unable ~2 breathe|breath|breathing|brethe|breeth
can not ~1 breathe|breath|brethe
trouble|difficulty|hard|struggling|struggle|problems ~2 breathing|breathe|breath
shortness|short of ~1 breath
chok* on|now|and|he|she
is|am|im|are|was|hes|shes|started chok*
lips|lip|face|skin ~2 blue|purple|gray|grey
turning|turned|turns|gone|going ~1 blue
gasping
cant|cannot ~1 finish ~2 sentence*
chest ~2 pain*|pressure|tight*|hurt*|crush*|heav*
chestpain*|chestpressure
pain*|pressure|tight*|hurt* ~3 chest
pain*|numb* ~3 jaw|arm
my|his|her|left jaw|arm ~1 hurts|numb
heart attack|atack|attck
heartattack
stroke|strokes|anaphyla*
face|mouth ~2 droop*
droop* ~2 face|mouth
arm|leg|side ~2 weak|weakness|numb
slur* ~1 speech|words
speech ~2 slur*
sudden|suddenly ~2 numb*|weak*|blind*
worst headache|migraine
unconscious|unconcious|unconsious|unresponsive
cant|cannot|wont|not|couldnt ~2 wake|waking
will not wake
having|had|has|new|first|more ~1 seizure*|convulsion*
seizing|convulsing
passed|passing|pass out
blacked|blacking out
faint* ~4 confus*
bleed* ~3 stop|heavily|badly|everywhere
bleed* ~2 lot|to|profus*
heavy|severe|uncontrolled ~1 bleed*
hemorrhag*
vomit*|throwing|coughing|spitting|puking ~2 blood
throat|tongue ~3 swell*|swollen|closing|closed|tight
swell*|swollen ~3 throat|tongue
allergic reaction
overdos*|overdoes|od|oded
took|taken|swallowed|ate|drank ~1 too many|much ~3 pill*|med*|tablet*|tylenol|insulin|dose*
took|swallowed|taken ~2 all|bottle ~3 pills|meds|medicine
poison*
swallow* ~3 batter*|magnet*|bleach|coin
severe|serious|bad ~1 injur*|burn*
severely|badly burn*|injured|hurt
head|skull injur*|wound
hit ~2 head ~4 blacked|unconscious|passed|vomit*
kill|shoot|stab|strangle|murder him|her|them|someone|somebody|people|everyone|my|you
hurt|harm someone|somebody|others|people
kill|killing|hang|hanging|shoot|cut myself ~8 pills|gun|rope|knife|bridge|tonight|today|plan|now
suicid* ~6 plan|pills|gun|rope|knife|tonight|now
have|got|with ~2 gun|pills|rope ~6 die|myself
end my life ~6 pills|gun|rope|knife|tonight|today|plan|now
going to kill myself
baby|infant|newborn|child|son|daughter ~3 limp|blue|unresponsive|floppy
limp baby
pregnan* ~6 bleed*|cord|hemorrhage
pregnan* ~6 not|no|stopped ~1 moving|movement
baby ~2 not|stopped|isnt|no ~2 moving|movement|kicking
water broke ~6 cord
carbon monoxide
shot ~2 chest|head|leg|arm|stomach
been shot|stabbed
stab wound
drown*
electrocut*
about to pass|faint|die
i am|think dying
im dying
i think im dying
call|need|calling ~2 ambulance
no|sin pulse|pulso
no ~2 respira|respirar|respiro|respirando|respiran
falta ~2 aire|respiracion
dificultad|trabajo|cuesta|problemas ~2 respirar
me|se|le|estoy|esta ahog*|asfixi*|atragant*
atragant*
labios ~2 azul*|morad*
pecho ~2 duele|aprieta|oprime
dolor*|presion|duele|opresion ~3 pecho
dolor*|duele ~3 brazo|mandibula|quijada
ataque|infarto ~1 corazon|cardiaco
infarto
infarto* ~1 miocardio
derrame cerebral
derrame
embolia
cara|boca ~2 caida|torcida|chueca|paralizada
brazo|pierna ~2 debil|dormido|dormida|adormecido
habla ~2 enreda*|arrastra*
peor dolor ~1 cabeza
inconsciente|desmay*|convuls*
no ~1 despierta|despertar|reacciona|responde ~1 mi|el|ella|bebe|mama|papa
no ~1 despierta|despertar|despierto
perdio|perdi ~2 conocimiento|conciencia
sangra* ~3 mucho|para|parar|detiene
no ~2 para ~2 sangrar
hemorragia*
vomit*|tosiendo|escupiendo ~2 sangre
garganta|lengua ~3 hincha*|inflama*|cierra|cerrando
reaccion alergica
sobredosis
tome|tomo|trago ~1 demasiad*|muchas ~2 pastillas|medicina*|pildoras
envenen*|intoxic*|veneno
trago|tragado ~3 pila|bateria|iman
quemadura* ~1 grave*
matar ~1 a|alguien|mi
matarme ~8 pastillas|pistola|cuerda|cuchillo|hoy|plan|ahora|noche
bebe ~3 azul|morado|flacido|mueve
embaraz* ~6 sangr*|cordon
monoxido
me|estoy ~2 muriendo
ambulancia
`},
	{FlagCrisis, `
suicid*|suiside|suicde|sucide|suiciad*
kill|killing|hang|hanging|shoot|hurt|hurting|harm|harming|cut|cutting myself|mysel
hurt|harm|kill ~1 self
self harm*|injury
want|wanna|wish|ready ~2 die|dead
want ~2 be dead
better ~1 dead
end|ending|take|taking my|own|his|her ~1 life
end it all
dont|not|no|cant|cannot ~3 want|reason ~2 live|alive
no reason ~2 live
cant|cannot ~2 go|live on|anymore
dont want ~2 be here anymore
nothing ~1 live for
not worth living
call ~1 988
suicid*
matarme|suicidarme|morirme|ahorcarme|cortarme
quiero|quisiera|deseo ~2 morir|matarme|muerto|muerta
quitarme ~1 vida
acabar con mi|todo
no ~2 quiero ~2 vivir
no ~1 vale ~2 vivir
hacerme dano
ganas de morir|vivir
`},
	{FlagNurse, `
fever*|feverish|chills|dizz*|lightheaded|vertigo|nausea*|nauseous|vomit*|diarrhea|diarrea
throwing|throw up
rash|rashes|hives|itch*|swollen|swelling|bleed*|blood|bruis* ~0 everywhere|spreading|more|badly|again|now|getting
rash|rashes|hives|swollen|swelling|bleeding
blood ~2 in|urine|stool|pee|poop
pain|pains|painful|aching|ache*|cramp*|sore
headache*|migraine*|stomachache
hurts|hurting
burning ~2 pee|urin*|eyes|skin
cough*|wheez*|sneez*|congest*
seizure ~0 today|again|yesterday|now
faint|fainted|fainting
confused ~2 mother|father|wife|husband|mom|dad
he|she|mom|dad|mother|father|husband|wife|son|daughter ~2 confused|disoriented
symptom*
feel|feeling|felt ~2 sick|ill|weak|worse|terrible|awful|faint|dizzy|unwell|bad
really|very|so|getting sick
heart ~2 racing|pounding|fluttering|skipping
palpitation*
infect* ~3 wound|cut|skin|incision|ear|eye
wound|incision|stitches|scar ~3 red|oozing|open|infect*|pus|draining
after surgery
low|high ~1 blood sugar|sugars|glucose
blood sugar|glucose ~3 low|high|over|under|above|below
sugar ~2 low|high
blood pressure ~3 high|low|over|above|under
high|low blood pressure
high|low pressure
out of ~4 insulin|medicine|medication*|meds|pills|inhaler|warfarin|eliquis|suboxone|methadone|oxygen
ran|run|running out ~5 insulin|medicine|medication*|meds|pills|inhaler|oxygen|prescription|refill*
no|without ~2 insulin|inhaler|heart|seizure medicine|meds|left|pills|medication
missed ~3 dose|doses|insulin
took|taken|gave|given ~3 wrong|double|extra ~2 dose|medicine|pill|pills|medication
wrong dose|medicine|medication|pill|pills ~0 taken|took
side effect*
should|shall|must i ~2 take|stop|worry|worried|skip|increase|be
should|can he|she|my|i ~2 take|stop ~4 medicine|medication|dose|pill*|insulin|aspirin|tylenol
result*|test*|lab|labs|biopsy|scan|xray|mri ~3 abnormal|mean|means|positive|bad|high|low|serious
abnormal ~3 result*|test*|lab*|mean
what ~3 result*|test*|lab|labs|number* ~1 mean|means
what do|does my ~2 result*|test*|lab*|number* mean
what does it mean
diagnosis|cancer|tumor ~2 mean|means|serious
worried|scared|afraid ~3 about|of ~2 result*|cancer|lump|health|baby|symptom*
lump
pregnan* ~5 pain*|worried|spotting|cramp*|concern*|bleed*
spotting
pump|lvad|oxygen|cgm|ventilator|monitor ~2 alarm*|beeping
abus*|unsafe ~2 home|husband|wife|partner|boyfriend|girlfriend|me
being abused|hit|beaten
hits|beats|abuses|hurts me
not safe ~1 home
afraid of my
fiebre|calentura|mareo*|mareado|mareada|nausea*|escalofrio*
dolor|dolores|duele|duelen|adolorid*
sarpullido|ronchas|hincha*|sangrado|sangrando|sangre
tos|tosiendo|vomit*|debilidad
sintoma*
me|se siento|siente ~1 mal|enfermo|enferma|debil|peor
azucar ~2 alta|baja
presion ~2 alta|baja
sin|acabo|acabaron|termino|quede ~4 insulina|medicina*|medicamento*|pastillas|remedio
resultado*|analisis|prueba ~3 anormal*|significa*|positiv*|mal|alto|bajo
que significa ~3 resultado*|analisis|prueba*
que quiere decir ~3 resultado*|analisis
debo|deberia ~2 tomar|dejar|preocuparme
me pega|golpea|maltrata
dosis equivocada
embaraz* ~5 dolor*|preocupa*|manchado
bulto|bolita ~0 en|pecho|cuello
`},
	{FlagSafety, `
wrong|different|another|other patient*
charted|documented|ordered|wrote|entered|put ~4 wrong patient|chart|person
wrong ~1 dose|dosage|weight|allergy|medication|medicine|drug|unit|units
dose|dosage|dosing ~2 wrong|incorrect|off|too|looks
allergy|allergies|diagnosis|drug|medication ~3 wrong|incorrect|missing|not
chart|record ~2 wrong|incorrect
alert|alerts|alarm|warning ~3 wrong*|not|didnt|silent|never|missing|failed
mar|emar ~3 wrong|missing|misses|missed
order*|result*|prescription*|message* ~2 lost|disappeared|vanished|missing
lost|missing order*|result*|prescription*
sent ~4 wrong pharmacy|patient|doctor|clinic
pharmacy ~3 not|never|didnt ~2 get|got|receive*|gotten
label*|wristband*|specimen* ~3 wrong|swapped|switched|mixed
wrong label*|wristband*|specimen*|bracelet
patient care stopped
patient*|care ~2 harm*|hurt|unsafe
near miss
patient safety
paciente equivocado|incorrecto
dosis ~3 equivocada|incorrecta|mal
peso|alergia ~2 equivocad*|incorrect*
expediente ~2 equivocado|incorrecto|mal
receta ~3 no|nunca ~1 llego
`},
	{FlagPrivacy, `
somebody|someone|anothers|anybody else|elses ~2 information|info|chart|record*|result*|account|data|name|test*|messages
someone|somebody elses
another|different|other|wrong ~1 persons|patients|person|peoples ~1 information|info|chart|record*|result*|data|name|account
see|seeing|saw|got|received|shows|showing ~2 wrong|another|other ~1 person*|patient*
not my ~1 information|chart|record*|results
sent ~4 wrong person|fax|email|address|patient|number
wrong fax|recipient|email|address ~0 sent|got|received
lost|stolen|stole|misplaced ~4 laptop|phone|tablet|ipad|device|usb|badge|computer
laptop|phone|tablet|ipad|device|usb|computer ~4 lost|stolen|stole|missing|misplaced
phish*|ransomware|malware|scam*|hacked|hacker*
suspicious|fake|fraud* ~1 email*|mail*|link*|call*|text*|message*
email*|mail*|link*|call*|text*|message* ~2 fraud*|fake|scam|suspicious|phish*
clicked ~3 link|attachment|it
fraud*
gave|told ~3 password ~2 to|someone|caller
pretend* ~2 be|from
impost*
remove|stop|block ~5 access ~2 my|from
without ~1 permission|consent
identity theft
someone|somebody ~3 access*|logged|signed|using|read|reading|opened ~3 my ~1 account|chart|records|portal|messages
informacion|datos|expediente|resultados ~2 otra|otro ~1 persona|paciente
otra|otro persona|paciente ~3 informacion|datos|nombre|expediente
robaron|robado|robada|perdi|perdido ~4 telefono|celular|computadora|laptop|tableta
hackea*|estafa*|fraude*
correo|mensaje|llamada ~2 sospechos*|fals*
sin ~1 permiso|consentimiento
`},
}
