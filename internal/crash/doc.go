// Package crash proves law 5 by force: a desk under load is killed at random moments, and after each
// kill everything that was acknowledged is there, every open ticket has its live promise, and nothing
// has happened twice. Three nodes on one PostgreSQL, whose clocks differ, must keep all laws under the same force. It
// holds tests only; they run themselves again as the servers to be killed. Start reading at
// TestNothingAcknowledgedIsLost. KEPT_CRASH=400 kills as often as it says on each engine.
package crash
