import type { Event } from "../observe/events.ts";

/** Who reports: the log's name. `up` speaks for both of its halves. */
export type Reporter = "clock" | "worker" | "up";

/** What systemd is told of a process. */
export interface ServiceState {
  /** One line for `systemctl status`. */
  status: string;
  /** The start is over: what can be done at once is done. Once true, it stays so. */
  isReady: boolean;
}

/** How far one half is. */
interface Half {
  text: string;
  /** It works, or waits for something that a start must not wait for. */
  isSettled: boolean;
}

/**
 * Makes of events the state for systemd. Ready are a clock that leads or stands by and a worker that
 * takes; and either as soon as its broker is known to be away, since that is waited for and must not
 * run into the limit that systemd sets for a start.
 */
export function createServiceState(
  mode: Reporter,
): (reporter: Reporter, event: Event) => ServiceState {
  const halves = new Map<Reporter, Half>();
  for (const name of mode === "up" ? (["clock", "worker"] as const) : [mode]) {
    halves.set(name, { text: "starting", isSettled: false });
  }
  let [jobs, isReady, isRefused] = [0, false, false];
  let ending: string | undefined;

  function take(reporter: Reporter, event: Event): void {
    if (event.type === "config.loaded" || event.type === "config.reloaded") jobs = event.jobs;
    if (event.type.startsWith("config.")) isRefused = stillRefused(isRefused, event);
    if (event.type === "process.stopping") ending = `stopping on ${event.signal}`;
    const next = halfAfter(event);
    if (next && halves.has(reporter)) halves.set(reporter, next);
  }

  function status(): string {
    if (ending !== undefined) return ending;
    const texts = [...halves].map(([name, { text }]) =>
      mode === "up" ? `${name}: ${text}` : text,
    );
    const counted = `${jobs} ${jobs === 1 ? "job" : "jobs"}`;
    const refused = isRefused ? "; THE FILE AS IT IS NOW IS REFUSED, see the log" : "";
    return `${texts.join("; ")}; ${counted}${refused}`;
  }

  return (reporter, event) => {
    take(reporter, event);
    isReady ||= [...halves.values()].every(({ isSettled }) => isSettled);
    return { status: status(), isReady };
  };
}

/** Undefined: it changes nothing that a person would look for. */
function halfAfter(event: Event): Half | undefined {
  switch (event.type) {
    case "config.loaded":
      return { text: "connecting to the broker", isSettled: false };
    case "broker.connected":
      return { text: `connected to ${event.place}`, isSettled: false };
    case "broker.unreachable":
    case "broker.lost":
      return { text: `waiting for the broker: ${event.reason}`, isSettled: true };
    case "clock.standing_by": {
      const leader = event.leader === undefined ? "another clock leads" : `${event.leader} leads`;
      return { text: `standing by: ${leader}`, isSettled: true };
    }
    case "clock.leading":
      return { text: `leading (epoch ${event.epoch})`, isSettled: true };
    case "clock.stepped_down":
      return { text: `no longer leading: ${event.reason}`, isSettled: true };
    case "worker.taking": {
      const queues = event.queues.join(", ");
      return { text: `taking from ${queues}, ${event.concurrency} at once`, isSettled: true };
    }
    default:
      return undefined;
  }
}

function stillRefused(before: boolean, { type }: Event): boolean {
  if (type === "config.refused") return true;
  return type === "config.reloaded" || type === "config.unchanged" ? false : before;
}
