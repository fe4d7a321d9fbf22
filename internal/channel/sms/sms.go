// Package sms sends texts through a provider that speaks plain HTTP, and plays such a
// provider for the demo and the tests.
//
// It serves no webhooks: it reads and verifies what a webhook got ([Verify],
// [ParseInbound], [ParseReceipt]); whoever serves it gives the result to a channel.Sink.
// It never writes a number or a text into an error.
//
// Start reading at [HTTP] for the real thing and at [Fake] for the demo phone.
package sms
