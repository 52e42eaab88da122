// Answers invitations, unsubscribes and sets a password in a browser. Called by scripts/check-pages.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const [url, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function call(method, path, body, headers = { "Content-Type": "application/json" }) {
  const response = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${process.env.TOKEN}`, ...headers },
    body: typeof body === "object" ? JSON.stringify(body) : body,
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

// The link that was sent to an address, out of the mail.
async function linkOf(email, pattern = /\/invitations#chb_[A-Za-z0-9_-]{43}/) {
  for (let tries = 0; tries < 100; tries++) {
    for (const name of readdirSync(folder).filter((name) => name.endsWith(".eml"))) {
      const text = readFileSync(join(folder, name), "utf8").replaceAll("=\r\n", "");
      const found = text.includes(email) && text.match(pattern);
      if (found) return url + found[0];
    }
    await sleep(100);
  }
  throw new Error(`no mail to ${email}`);
}

const open = await call("GET", "/v1/briefings?status=published&sort=-starts_at");
const briefing = open.data.find((one) => one.registration_open && one.marking !== "cui");
assert.ok(briefing, "the demo has no briefing that is open for registration");
const organization = (await call("GET", "/v1/organizations?kind=municipality&limit=1")).data[0];
const people = ["accept", "decline", "delegate"].map((name) => ({
  name: `Guest ${name}`, email: `${name}@guests.example.gov`, organization_id: organization.id,
}));
await call("POST", `/v1/briefings/${briefing.id}/invitations`, { people });

const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: ["--no-sandbox"] });
try {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Asia/Kathmandu" });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) wrong.push(`asks ${request.url()}`);
    if (/chb_|chi_/.test(request.url())) wrong.push("the token is in an address that is sent");
  });

  async function visit(link) {
    await page.goto("about:blank");
    await page.goto(link);
  }
  async function barriers(where) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], where);
  }

  // By keyboard alone: the answer, what one needs, the button.
  const link = await linkOf("accept@guests.example.gov");
  await visit(link);
  await page.getByRole("heading", { name: briefing.title }).waitFor();
  const text = await page.locator("main").innerText();
  assert.match(text, new RegExp(`\\(${briefing.starts_at.time_zone}\\)`));
  // Browsers know the zone under its older name.
  assert.match(text, /\(Asia\/Kath?mandu\)/);
  await barriers("before an answer");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await barriers("with the fields of an acceptance");
  assert.equal(await page.getByLabel("Full name").first().inputValue(), "Guest accept");
  for (const wanted of ["name", "office", "accommodations"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), wanted);
  }
  await page.keyboard.type("Step-free access");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: /registered|waitlist/ }).waitFor();
  await visit(link);
  await page.getByRole("alert").filter({ hasText: "accepted this invitation already" }).waitFor();

  await visit(await linkOf("decline@guests.example.gov"));
  await page.getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: "Choose an answer" }).waitFor();
  await page.getByLabel("I do not come").check();
  await page.getByLabel("A word to the office").fill("<img src=x onerror=alert(1)>");
  await page.getByRole("button").click();
  await page.getByRole("status").filter({ hasText: "You have declined" }).waitFor();

  await visit(await linkOf("delegate@guests.example.gov"));
  await page.getByLabel("Somebody else comes in my place").check();
  await page.getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: "name of the person" }).waitFor();
  await barriers("with a fault");
  const other = page.getByRole("group", { name: "Who comes in your place" });
  await other.getByLabel("Full name").fill("Ben Ortiz");
  await other.getByLabel("E-mail address").fill("ben@guests.example.gov");
  await page.getByRole("button").click();
  await page.getByRole("status").filter({ hasText: "is invited by mail" }).waitFor();
  await visit(await linkOf("ben@guests.example.gov"));
  await page.getByRole("heading", { name: briefing.title }).waitFor();
  assert.equal(await page.getByLabel("Somebody else comes in my place").isVisible(), false);

  await visit(`${url}/invitations#chb_unknown`);
  await page.getByRole("alert").filter({ hasText: "not known" }).waitFor();
  await visit(`${url}/invitations`);
  await page.getByRole("alert").filter({ hasText: "whole link" }).waitFor();

  // What is off cannot be answered, and the page says so.
  const now = await call("GET", `/v1/briefings/${briefing.id}`);
  await call("POST", `/v1/briefings/${briefing.id}/invitations`, {
    people: [{ name: "Guest late", email: "late@guests.example.gov", organization_id: organization.id }],
  });
  const late = await linkOf("late@guests.example.gov");
  const act = (action, version) => call("POST", `/v1/briefings/${briefing.id}/${action}`,
    { reason: "The briefer is ill." }, { "Content-Type": "application/json", "If-Match": `"${version}"` });
  const postponed = await act("postpone", now.version);
  await visit(late);
  await page.getByRole("status").filter({ hasText: "was postponed" }).waitFor();
  assert.equal(await page.getByRole("button").isVisible(), false);
  await act("cancel", postponed.version);
  await visit(late);
  await page.getByText(/was cancelled|was taken back/).waitFor();
  assert.equal(await page.getByRole("button").isVisible(), false);

  // The foot of a mail that is no duty leads to a page, and its button unsubscribes.
  const second = open.data.find((one) => one.registration_open && one.id !== briefing.id && one.marking !== "cui");
  assert.ok(second, "the demo has no second briefing that is open for registration");
  await call("POST", `/v1/briefings/${second.id}/registrations`, {
    organization_id: organization.id, attendee: { name: "Guest reader", email: "reader@guests.example.gov" },
  });
  await call("POST", `/v1/briefings/${second.id}/materials?filename=notes.txt&title=Notes&audience=registered`,
    "Notes for those who come.", { "Content-Type": "text/plain" });
  await visit(await linkOf("reader@guests.example.gov", /\/unsubscribe#chu_[A-Za-z0-9_-]+/));
  await page.getByText("news of materials of a briefing").waitFor();
  await barriers("before unsubscribing");
  await page.getByRole("button").click();
  await page.getByRole("status").filter({ hasText: "You are unsubscribed" }).waitFor();
  await visit(`${url}/unsubscribe#chu_unknown`);
  await page.getByRole("alert").filter({ hasText: "not known" }).waitFor();

  // A new account chooses its password.
  const office = (await call("GET", "/v1/organizations?kind=national_office&limit=1")).data[0];
  const account = await call("POST", "/v1/users", {
    email: "new@office.example.gov", name: "New Colleague",
    memberships: [{ organization_id: office.id, role: "scheduler" }],
  });
  await visit(account.invitation.url);
  await barriers("before a password");
  await page.getByLabel("Password").fill("too short");
  await page.getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: /15/ }).waitFor();
  await page.getByLabel("Password").fill("seven grey herons at dawn");
  await page.getByRole("button").click();
  await page.getByRole("status").filter({ hasText: "Your password is set" }).waitFor();
  await call("POST", "/v1/auth/login", { email: "new@office.example.gov", password: "seven grey herons at dawn" });
  await visit(account.invitation.url);
  await page.getByLabel("Password").fill("seven grey herons at dusk");
  await page.getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: "was used already" }).waitFor();

  // A refused answer is an error on the console by itself.
  const others = wrong.filter((one) => !/status of (400|404|409|410|422)/.test(one));
  assert.deepEqual(others, []);
} finally {
  await browser.close();
}
