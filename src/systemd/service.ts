import type { Emit, Event } from "../observe/events.ts";
import { createSender, type Sender } from "./send.ts";
import { createServiceState, type Reporter } from "./state.ts";

/** What a process tells the systemd that has started it. Without one, nothing. */
export interface Service {
  /** Hears of everything that is reported, and tells what matters. */
  observe(reporter: Reporter, event: Event): void;
  /** Shows as reloading until `work` is done. */
  reloading(work: Promise<void>): Promise<void>;
  /** It ends now, and that may take so long: systemd is not to kill it before. ms. */
  stopping(within: number): void;
  /** No pings any more. Resolves when all is told. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  mode: Reporter;
  environment: Readonly<Record<string, string | undefined>>;
  pid: number;
  /** For `process.not_told`. */
  emit: Emit;
}

/** A broker that is silent, or a long ledger: below the 90 s that systemd gives a start. ms. */
const READY_WITHIN_MS = 30_000;
/** No ping is that urgent: pings are programs. ms. */
const SHORTEST_PING_MS = 100;

/** Speaks to systemd by the protocol of sd_notify(3), if NOTIFY_SOCKET names its socket. */
export function createService({ mode, environment, pid, emit }: ServiceOptions): Service {
  if (!environment.NOTIFY_SOCKET) return SILENT;
  const sender = createSender(environment, (reason) => emit({ type: "process.not_told", reason }));
  const judge = createServiceState(mode);
  let told = "";
  let isReady = false;

  function ready(): void {
    if (!isReady) sender.send({ READY: "1", STATUS: told });
    isReady = true;
  }

  const patience = setTimeout(ready, READY_WITHIN_MS).unref();
  const stopPings = ping(sender, environment, pid);

  return {
    observe(reporter, event) {
      const state = judge(reporter, event);
      // The end is told by `stopping`.
      const isNews = state.status !== told && event.type !== "process.stopping";
      told = state.status;
      if (state.isReady && !isReady) ready();
      else if (isNews) sender.send({ STATUS: told });
    },
    async reloading(work) {
      sender.send({ RELOADING: "1", MONOTONIC_USEC: String(process.hrtime.bigint() / 1000n) });
      await work;
      sender.send({ READY: "1", STATUS: told });
      isReady = true;
    },
    stopping(within) {
      sender.send({ STOPPING: "1", STATUS: told, EXTEND_TIMEOUT_USEC: String(within * 1000) });
    },
    async close() {
      clearTimeout(patience);
      stopPings();
      await sender.flushed();
    },
  };
}

/**
 * Tells the watchdog at half its time that this process lives. By a timer of the event loop, so that
 * one which stands still tells nothing.
 */
function ping(
  sender: Sender,
  { WATCHDOG_USEC, WATCHDOG_PID }: ServiceOptions["environment"],
  pid: number,
): () => void {
  const half = Number(WATCHDOG_USEC) / 2000;
  const isOurs = !WATCHDOG_PID || Number(WATCHDOG_PID) === pid;
  if (!isOurs || !(half > 0)) return () => {};
  const timer = setInterval(
    () => {
      // A message that is on its way does not get there sooner by a second one behind it.
      if (sender.isIdle) sender.send({ WATCHDOG: "1" });
    },
    Math.max(half, SHORTEST_PING_MS),
  );
  timer.unref();
  return () => clearInterval(timer);
}

const SILENT: Service = {
  observe() {},
  reloading: (work) => work,
  stopping() {},
  async close() {},
};
