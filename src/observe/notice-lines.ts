import type { NoticeAbout, NoticeEvent } from "./notice-events.ts";
import { counted, type Wording } from "./words.ts";

/** What notices are in the log. */
export function noticeLine(event: NoticeEvent): Wording {
  switch (event.type) {
    case "notice.sent":
      return [event.by === "ping" ? "debug" : "info", `told ${to(event)} of ${what(event)}`];
    case "notice.failed": {
      const tries = event.tries > 1 ? `, tried ${counted(event.tries, "time")}` : "";
      return ["error", `could not tell ${to(event)} of ${what(event)}${tries}: ${event.reason}`];
    }
    case "notice.output":
      return [
        "info",
        `${event.job}, notice of ${WHAT[event.notice]} | ${event.line}${event.truncated ? " …" : ""}`,
      ];
  }
}

const WHAT: Readonly<Record<NoticeAbout["notice"], string>> = {
  failure: "the failure",
  recovery: "the recovery",
  missed: "missed slots",
  long: "the long run",
  ping: "the end",
};

function to({ by, to: receiver }: NoticeAbout): string {
  return by === "command" ? receiver : `${receiver} (${by})`;
}

function what({ notice, fire, job }: NoticeAbout): string {
  return `${WHAT[notice]} of ${fire ?? job}`;
}
