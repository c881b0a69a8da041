// Reads [{ secret, headers, body }] from standard input, and verifies each with a library that this project did not write.
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const messages = JSON.parse(input);
assert.ok(messages.length > 0);
for (const { secret, headers, body } of messages) {
  assert.deepEqual(new Webhook(secret).verify(body, headers), JSON.parse(body));
  assert.throws(() => new Webhook(secret).verify(body + " ", headers));
  assert.throws(() => new Webhook(secret).verify(body, { ...headers, "webhook-id": "evt_other" }));
}
console.log(`verified ${messages.length}`);
