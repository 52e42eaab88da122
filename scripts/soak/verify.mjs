// Verifies webhooks with the official JavaScript library of Standard Webhooks, as they come: one a
// line, {"secret", "headers", "body"}, on standard input. Says at the end how many were good, and
// what was wrong with the first that was not.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

let good = 0;
let bad = 0;
let first = null;
for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(body, headers);
    good += 1;
  } catch (error) {
    bad += 1;
    first ??= `${headers["webhook-id"]}: ${error.message}`;
  }
}
console.log(JSON.stringify({ good, bad, first }));
