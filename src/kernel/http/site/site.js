// What all pages do: read the link, say how it goes, ask the service.

// The token stands behind the `#`, which browsers do not send.
export const token = decodeURIComponent(location.hash.slice(1));
export const at = (id) => document.getElementById(id);

const FAULTS = {
  too_many_requests: "There were too many requests. Wait a minute and try again.",
};

export function say(text) {
  at("status").textContent = text;
  at("status").hidden = text === "";
}

export function complain(text) {
  at("fault").textContent = text;
  at("fault").hidden = text === "";
}

async function answerOf(path, options) {
  const response = await fetch(path, { credentials: "omit", ...options });
  const text = await response.text();
  return { ok: response.ok, body: text === "" ? {} : JSON.parse(text) };
}

export const look = (path) => answerOf(path, { method: "GET" });

export const ask = (path, body) => answerOf(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// A problem in words: the page's own for its code, or for the members that are wrong, else the service's.
export function explain(problem, own, names) {
  if (problem.code === "validation_failed") {
    const faults = (problem.errors || []).map((fault) => names[fault.pointer] || fault.detail);
    return faults.join(" ") || problem.detail;
  }
  return own[problem.code] || FAULTS[problem.code] || problem.detail || "Something failed. Try again later.";
}

// Runs the first step of a page, which needs the link's token.
export async function begin(step) {
  if (!token) {
    say("");
    complain("This address lacks the link's secret part. Use the whole link of your mail.");
    return;
  }
  await attempt(step);
}

// Runs a step; the button rests meanwhile.
export async function attempt(step) {
  const button = document.querySelector("button");
  button.disabled = true;
  try {
    await step();
  } catch {
    say("");
    complain("The service cannot be reached. Try again later.");
  } finally {
    button.disabled = false;
  }
}
