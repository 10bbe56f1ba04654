import type { ClockEvent } from "./events.ts";
import { counted, iso, seconds, type Wording } from "./words.ts";

/** What a clock's events are in the log. */
export function clockLine(event: ClockEvent): Wording {
  switch (event.type) {
    case "clock.standing_by": {
      const leader = event.leader === undefined ? "another clock leads" : `${event.leader} leads`;
      return ["info", `standing by: ${leader}`];
    }
    case "clock.no_leader":
      return ["warn", `no leader has been heard of for ${seconds(event.silent)}: calling for one`];
    case "clock.stepped_down":
      return [
        event.resigned ? "info" : "warn",
        `no longer leading (epoch ${event.epoch}): ${event.reason}`,
      ];
    case "job.held":
      return ["info", `paused ${event.job}, as ${event.by} asked`];
    case "job.released":
      return ["info", `resumed ${event.job}, as ${event.by} asked`];
    case "job.triggered":
      return ["info", `firing ${event.fire} out of turn, as ${event.by} asked`];
    case "clock.leading": {
      const first =
        event.nextSlot === undefined
          ? "none is due"
          : `next ${event.nextJob} at ${iso(event.nextSlot)}`;
      const late = event.late > 0 ? `, ${counted(event.late, "thing")} to catch up` : "";
      const jobs = counted(event.jobs, "job");
      return ["info", `leading (epoch ${event.epoch}) with ${jobs}: ${first}${late}`];
    }
    case "fire.confirmed": {
      const marks = [
        event.catchUp && "caught up",
        event.maybeDuplicate && "maybe a duplicate",
      ].filter(Boolean);
      return ["info", `fired ${event.fire}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`];
    }
    case "fire.undeliverable":
      return ["error", `not delivered ${event.fire}: ${event.reason}`];
    case "fire.in_doubt":
      return [
        event.retryIn === undefined ? "debug" : "warn",
        `in doubt ${event.fire}: ${event.reason}`,
      ];
    case "clock.resending":
      return [
        "warn",
        `sending ${counted(event.count, "fire")} again, flagged: the broker gave no confirm`,
      ];
    case "slots.missed":
      return [
        "warn",
        `missed ${event.count} of ${event.job} from ${iso(event.first)} to ${iso(event.last)}: ${event.reason}`,
      ];
    case "time.behind":
      return [
        "warn",
        `this machine's clock is ${seconds(event.by)} behind the ledger: nothing is fired before it has caught up`,
      ];
    case "time.jumped":
      return [
        "warn",
        event.by > 0
          ? `the machine slept or its clock went forward ${seconds(event.by)}: catching up`
          : `the machine's clock went back ${seconds(-event.by)}: slots already fired are not fired again`,
      ];
  }
}
