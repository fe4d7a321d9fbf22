// Package need answers two questions of whoever plans a desk: how many people must be there in
// each half hour, and how likely is it that a promise will be broken.
//
// The first goes in four steps. History becomes a Profile: what a usual week looks like, half
// hour by half hour, and where it is heading. Profile.Forecast says how many contacts to expect.
// Goal says how many people answer so many contacts well enough, by the theory of queues. Rule
// adds the work of the promises that are already booked, rounds up once, and sets it beside who
// is rostered: "need 3 (calls 2.1 + promises 3), have 0".
//
// The second is Durations: how long such work took before, and so what is left for this one.
//
// It is pure: nothing is read or booked, time is an argument, and it knows no client, person or
// ticket. Start reading at Rule, then Goal and Queue.
package need
