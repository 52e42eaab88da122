import { ask, at, attempt, begin, complain, explain, say, token } from "/site/site.js";

const FAULTS = { invalid_grant: "This link has expired, or was used already. Ask for another." };

at("shown").addEventListener("change", () => {
  at("password").type = at("shown").checked ? "text" : "password";
});

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  complain("");
  attempt(async () => {
    const password = at("password").value;
    if (password === "") {
      complain("Choose a password first.");
      at("password").focus();
      return;
    }
    const { ok, body } = await ask("/v1/auth/accept-invitation", { token, password });
    if (!ok) {
      complain(explain(body, FAULTS, {}));
      return;
    }
    at("form").hidden = true;
    at("password").value = "";
    say("Your password is set. Sign in with it where your office works.");
    at("title").focus();
  });
});

begin(async () => {
  at("form").hidden = false;
});
