// A tour of the API with a client whose types are generated from the OpenAPI document: the office
// drafts, schedules and publishes a briefing, a city registers someone, the office sees it.
//
// scripts/check-clients generates `chancery.ts` beside this file, checks the types and runs it.

import createClient from "openapi-fetch";
import type { components, paths } from "./chancery.js";

type Problem = components["schemas"]["ProblemDocument"];

const url = setting("CHANCERY_URL");

/** A setting of the tour, from the environment. */
function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}`);
  }
  return value;
}

/** The body of a good answer. Ends the tour at any other, with what the problem says. */
function body<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status} from ${answer.response.url}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

/** The version of a record, which a change has to name. */
function version(answer: { response: Response }): string {
  const tag = answer.response.headers.get("ETag");
  if (!tag) {
    throw new Error(`no ETag from ${answer.response.url}`);
  }
  return tag;
}

/** Signs in, and gives a client that acts for this account. */
async function signIn(account: string) {
  const client = createClient<paths>({ baseUrl: url });
  const tokens = body(
    await client.POST("/v1/auth/login", {
      body: { email: setting(`CHANCERY_${account}_EMAIL`), password: setting(`CHANCERY_${account}_PASSWORD`) },
    }),
  );
  client.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${tokens.access_token}`);
    },
  });
  return client;
}

/** Ten o'clock and eleven o'clock in Phoenix, two months from now. */
function anHourInTwoMonths() {
  const day = new Date(Date.now() + 60 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  const time_zone = "America/Phoenix";
  return {
    starts_at: { local: `${day}T10:00:00`, time_zone },
    ends_at: { local: `${day}T11:00:00`, time_zone },
  };
}

const office = await signIn("ADMIN");

const found = body(
  await office.GET("/v1/organizations", {
    params: { query: { q: "phoenix", kind: "municipality", country: "US", sort: "-population" } },
  }),
);
const phoenix = found.data[0];
if (!phoenix) {
  throw new Error("Phoenix is not in the directory");
}
console.log(`found        ${phoenix.name}, ${phoenix.subdivision}: ${phoenix.id}`);

const briefer = body(
  await office.POST("/v1/briefers", {
    body: { name: "Amara Okafor", title: "Deputy Director, Trade Policy", email: "amara.okafor@example.gov" },
  }),
);
console.log(`added        ${briefer.name}: ${briefer.id}`);

const venue = body(
  await office.POST("/v1/venues", {
    body: {
      name: "Phoenix City Hall",
      address: "200 W Washington St, Phoenix, AZ 85003",
      time_zone: "America/Phoenix",
      capacity: 120,
      organization_id: phoenix.id,
    },
  }),
);
console.log(`added        ${venue.name}: ${venue.id}`);

const drafted = await office.POST("/v1/briefings", {
  body: {
    title: "Semiconductor supply chains",
    topic: "trade",
    format: "in_person",
    ...anHourInTwoMonths(),
    venue_id: venue.id,
    briefer_ids: [briefer.id],
    capacity: 25,
    audience: { scope: "states", states: ["US-AZ"] },
  },
});
const id = body(drafted).id;
console.log(`drafted      ${body(drafted).title}: ${id}`);

// Each change names the version that it was made against: nobody overwrites what they have not seen.
const scheduled = await office.POST("/v1/briefings/{id}/schedule", {
  params: { path: { id }, header: { "If-Match": version(drafted) } },
});
console.log(`scheduled    ${body(scheduled).starts_at.utc}, with ${body(scheduled).briefers.length} briefer`);

const published = await office.POST("/v1/briefings/{id}/publish", {
  params: { path: { id }, header: { "If-Match": version(scheduled) } },
});
console.log(`published    at ${body(published).published_at}`);

const city = await signIn("CITY");

const listed = body(await city.GET("/v1/briefings", { params: { query: { sort: "-created_at" } } }));
if (!listed.data.some((briefing) => briefing.id === id)) {
  throw new Error("the city does not see the briefing");
}
console.log(`city sees    ${listed.data.length} briefings, this one among them`);

// With a key the request may be repeated after a broken connection: one registration, whatever happens.
const registered = body(
  await city.POST("/v1/briefings/{id}/registrations", {
    params: { path: { id }, header: { "Idempotency-Key": `tour-${id}` } },
    body: { attendee: { name: "Ana Ruiz", email: "ana.ruiz@phoenix.example.gov", title: "Chief of Staff" } },
  }),
);
console.log(`registered   ${registered.attendee.name}: ${registered.status}`);

const registrations = body(
  await office.GET("/v1/briefings/{id}/registrations", { params: { path: { id } } }),
);
const seen = registrations.data.find((registration) => registration.id === registered.id);
if (!seen) {
  throw new Error("the office does not see the registration");
}
console.log("office sees ", JSON.stringify(seen, null, 2));
