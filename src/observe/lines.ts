import { clockLine } from "./clock-lines.ts";
import type {
  BrokerEvent,
  ClockEvent,
  ConfigEvent,
  Event,
  LedgerEvent,
  ProcessEvent,
  WorkerEvent,
} from "./events.ts";
import type { NoticeEvent } from "./notice-events.ts";
import { noticeLine } from "./notice-lines.ts";
import { counted, iso, seconds, type Wording } from "./words.ts";
import { workerLine } from "./worker-lines.ts";

/** What an event is in the log. Messages make sense without the fields, which are for machines. */
export interface Line {
  level: Wording[0];
  message: string;
  fields: Record<string, unknown>;
}

/** The line of an event. */
export function describe(event: Event): Line {
  const { type, ...fields } = event;
  // The log has every line of it already.
  if ("tail" in fields) delete (fields as { tail?: string }).tail;
  const [level, message] = wording(event);
  return { level, message, fields: withTimes(fields) };
}

function wording(event: Event): Wording {
  if (isOf<ProcessEvent>(event, "process")) return processLine(event);
  if (isOf<ConfigEvent>(event, "config")) return configLine(event);
  if (isOf<BrokerEvent>(event, "broker")) return brokerLine(event);
  if (isOf<WorkerEvent>(event, "worker", "run", "message")) return workerLine(event);
  if (isOf<NoticeEvent>(event, "notice")) return noticeLine(event);
  if (isOf<LedgerEvent>(event, "ledger")) {
    if (event.type === "ledger.odd") return ["warn", `the ledger: ${event.reason}`];
    return [
      "info",
      `the ledger is new: it begins now with ${counted(event.jobs, "job")}, and nothing is paused by people`,
    ];
  }
  return clockLine(event as ClockEvent);
}

function isOf<E extends Event>(event: Event, ...rooms: string[]): event is E {
  return rooms.includes(event.type.slice(0, event.type.indexOf(".")));
}

function processLine(event: ProcessEvent): Wording {
  switch (event.type) {
    case "process.started":
      return [
        "info",
        `clockd ${event.version} ${event.mode === "up" ? "clock and worker" : event.mode} started with ${event.config}`,
      ];
    case "process.stopping":
      return ["info", `stopping on ${event.signal}${drainOf(event)}`];
    case "process.not_reaping":
      return [
        "warn",
        `processes that commands leave behind will stay as zombies (${event.reason}): start this container with an init, such as docker run --init`,
      ];
    case "process.not_told":
      return [
        "warn",
        `systemd cannot be told how this process is (${event.reason}): a unit of Type=notify needs the program systemd-notify and NotifyAccess=all`,
      ];
    case "process.stopped":
      return ["info", "stopped"];
    case "process.clean_up_failed":
      return ["warn", `while stopping: ${event.reason}`];
  }
}

/** A person who waits for the end shall know what for. */
function drainOf({ drain }: ProcessEvent & { type: "process.stopping" }): string {
  if (!drain) return "";
  return `: running commands have ${seconds(drain)} to end, a second signal terminates them`;
}

function configLine(event: ConfigEvent): Wording {
  switch (event.type) {
    case "config.loaded":
      return ["info", `${event.file}: ${counted(event.jobs, "job")}`];
    case "config.problem":
      return [event.problem.level === "error" ? "error" : "warn", event.problem.text];
    case "config.refused":
      return [
        "error",
        `${event.file} is refused, the last good one stays in force: ${event.reason}`,
      ];
    case "config.unchanged":
      return ["debug", `${event.file} says the same as before`];
    case "config.needs_restart":
      return ["warn", `${event.file}: a new ${event.field} takes effect at the next start`];
    case "config.reloaded": {
      const parts = (["added", "changed", "removed"] as const)
        .filter((what) => event[what].length > 0)
        .map((what) => `${event[what].length} ${what}`);
      return [
        "info",
        `${event.file} reloaded: ${counted(event.jobs, "job")}, ${parts.join(", ") || "none changed"}`,
      ];
    }
  }
}

function brokerLine(event: BrokerEvent): Wording {
  switch (event.type) {
    case "broker.connected":
      return ["info", `connected to ${event.place}`];
    case "broker.lost":
      return ["error", `lost ${event.place}, connecting again: ${event.reason}`];
    case "broker.unreachable":
      return [
        event.quiet ? "debug" : "error",
        `${event.reason}, trying again until it is there (attempt ${event.attempt})`,
      ];
    case "broker.blocked":
      return ["warn", `${event.place} takes no messages for now: ${event.reason}`];
    case "broker.unblocked":
      return ["info", `${event.place} takes messages again`];
  }
}

const TIMES = new Set(["slot", "nextSlot", "first", "last", "since"]);

/** Instants are for people and machines alike in UTC, ISO 8601. */
function withTimes(fields: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(fields)) {
    if (TIMES.has(key) && typeof value === "number") fields[key] = iso(value);
  }
  return fields;
}
