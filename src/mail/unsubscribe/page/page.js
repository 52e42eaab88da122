import { ask, at, attempt, begin, complain, explain, look, say, token } from "/site/site.js";

const KINDS = {
  briefing_reminder: "reminders of briefings",
  materials_added: "news of materials of a briefing",
  follow_up_due: "reminders of tasks of yours",
};
const FAULTS = { invalid_grant: "This link is not known. Use the whole link of your mail." };

const path = `/v1/mail/unsubscribe?token=${encodeURIComponent(token)}`;

function show({ ok, body }) {
  if (!ok) {
    say("");
    complain(explain(body, FAULTS, { "/token": FAULTS.invalid_grant }));
    return;
  }
  at("form").hidden = body.is_unsubscribed;
  if (body.is_unsubscribed) {
    say("You are unsubscribed.");
    at("title").focus();
    return;
  }
  say("");
  at("recipient").textContent = body.recipient;
  at("kinds").replaceChildren(...body.kinds.map((kind) => {
    const row = document.createElement("li");
    row.textContent = KINDS[kind] || kind;
    return row;
  }));
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  complain("");
  attempt(async () => show(await ask(path, {})));
});

begin(async () => show(await look(path)));
