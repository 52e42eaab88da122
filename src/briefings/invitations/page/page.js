import { ask, at, attempt, begin, complain, explain, say, token } from "/site/site.js";

const DONE = {
  accepted: { confirmed: "You are registered. A confirmation is on its way to you.",
              waitlisted: "All seats are taken: you are on the waitlist, and are told when a seat comes free." },
  declined: "You have declined. Thank you for telling us.",
  delegated: "Thank you. The person you named is invited by mail, if they are not yet. Your invitation has ended.",
};
const FAULTS = {
  not_found: "This link is not known. Use the link of the last mail that you got.",
  invitation_expired: "This invitation has expired or was taken back. Ask the office for another.",
  registration_closed: "Registration for this briefing is closed.",
  already_registered: "Another organization has registered you for this briefing. Ask the office if that is not right.",
};
// What can no longer be answered is said in place of the form.
const OFF = {
  cancelled: "This briefing was cancelled. There is nothing to answer.",
  postponed: "This briefing was postponed. You are told of the new date; there is nothing to answer until then.",
  delivered: "This briefing has taken place.",
  closed: "This briefing has taken place.",
};
const ANSWERED = { accepted: "You have accepted this invitation already.",
                   declined: "You have declined this invitation already.",
                   delegated: "You have sent somebody else in your place already." };

const NAMES = {
  "/attendee/name": "Your name cannot be used.",
  "/delegate/name": "The name of the person who comes in your place is missing.",
  "/delegate/email": "The e-mail address of the person who comes in your place cannot be used.",
};

function reason(problem) {
  if (problem.code === "invitation_answered") {
    return ANSWERED[problem.answer] || "This invitation was answered already.";
  }
  return explain(problem, FAULTS, NAMES);
}

// In a zone the runtime does not know, the time is shown in the reader's own.
function shown(utc, timeZone) {
  const form = { dateStyle: "full", timeStyle: "short" };
  try {
    return `${new Intl.DateTimeFormat(undefined, { ...form, timeZone }).format(new Date(utc))} (${timeZone})`;
  } catch {
    return new Intl.DateTimeFormat(undefined, form).format(new Date(utc));
  }
}

function put(id, text) {
  at(id).textContent = text || "";
  const row = at(`${id}-row`);
  if (row) row.hidden = !text;
}

function show(view) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  at("title").textContent = view.title || "A briefing";
  document.title = `Your invitation: ${view.title || "a briefing"}`;
  put("invitee", `For ${view.invitee.name}`);
  put("there", shown(view.starts_at.utc, view.starts_at.time_zone));
  at("there").dateTime = view.starts_at.utc;
  put("here", own && own !== view.starts_at.time_zone ? shown(view.starts_at.utc, own) : "");
  at("here").dateTime = view.starts_at.utc;
  put("place", view.place);
  put("topic", view.topic);
  put("summary", view.summary);
  put("until", shown(view.expires_at, own || "UTC"));
  at("until").dateTime = view.expires_at;
  at("may-delegate").hidden = !view.may_delegate;
  at("name").value = view.invitee.name;
  at("office").value = view.invitee.title || "";
  at("briefing").hidden = false;
  const off = OFF[view.briefing_status];
  if (off) {
    say(off);
    return;
  }
  at("form").hidden = false;
  for (const choice of document.querySelectorAll("input[name=answer]")) {
    choice.disabled = !view.registration_open && choice.value !== "decline";
  }
  say(view.registration_open ? "" : "Registration is closed at the moment. You can still decline.");
}

const chosen = () => (document.querySelector("input[name=answer]:checked") || {}).value;

function choose() {
  at("attendee").hidden = chosen() !== "accept";
  at("delegate").hidden = chosen() !== "delegate";
}

// What is left empty is left out: the invitation says it already, or nobody does.
function filled(members) {
  return Object.fromEntries(Object.entries(members)
    .map(([name, id]) => [name, at(id).value.trim()])
    .filter(([, value]) => value !== ""));
}

function answer() {
  const body = { answer: chosen(), ...filled({ note: "note" }) };
  if (body.answer === "accept") {
    body.attendee = filled({ name: "name", title: "office", accommodations: "accommodations" });
  }
  if (body.answer === "delegate") {
    body.delegate = filled({ name: "delegate-name", email: "delegate-email", title: "delegate-office" });
  }
  return body;
}

async function send(event) {
  event.preventDefault();
  complain("");
  if (!chosen()) {
    complain("Choose an answer first.");
    document.querySelector("input[name=answer]").focus();
    return;
  }
  await attempt(async () => {
    const { ok, body } = await ask("/v1/invitation-links/answer", { token, ...answer() });
    if (!ok) {
      complain(reason(body));
      return;
    }
    const done = DONE[body.status];
    at("form").hidden = true;
    say(typeof done === "string" ? done : done[body.registration] || done.confirmed);
    at("title").focus();
  });
}

at("form").addEventListener("submit", send);
at("form").addEventListener("change", choose);
begin(async () => {
  const { ok, body } = await ask("/v1/invitation-links/look-up", { token });
  if (ok) {
    show(body);
  } else {
    say("");
    complain(reason(body));
  }
});
