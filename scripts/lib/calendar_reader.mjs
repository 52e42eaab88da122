// Reads calendars with ical.js, which computes instants from the VTIMEZONE in each file. Takes the
// names of files; writes, for each, [[uid, start, end, sequence, status], …] with seconds since 1970.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const files = readFileSync(0, "utf8").split("\n").filter((name) => name);
const read = files.map((name) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(name, "utf8")));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [
      event.uid,
      event.startDate.toUnixTime(),
      event.endDate.toUnixTime(),
      event.sequence,
      component.getFirstPropertyValue("status"),
    ];
  });
});
console.log(JSON.stringify(read));
