import type { Broker } from "../broker/broker.ts";
import { openBroker } from "../broker/open.ts";
import { chooseBrokerUrl } from "../broker/url.ts";
import { systemTime, type Time } from "../clock/time.ts";
import type { Config } from "../config/config.ts";
import { createReloader, loadAtStart, type ReloadDeps } from "../config/reload.ts";
import { watchFile } from "../config/watch.ts";
import { createLifecycle, type Lifecycle } from "../lifecycle.ts";
import type { Emit, Event } from "../observe/events.ts";
import type { LogLevel } from "../observe/levels.ts";
import { createLog } from "../observe/log.ts";
import { createService, type Service } from "../systemd/service.ts";
import { VERSION } from "../version.ts";
import { becomeFirstProcess } from "./first-process.ts";
import { EXIT, type Host } from "./host.ts";

/** What clock and worker are started with. */
export interface DaemonOptions {
  config: string;
  broker: string | undefined;
  logLevel: LogLevel;
  logFormat: "auto" | "json" | "human";
}

export interface DaemonParts {
  config: Config;
  broker: Broker;
  /** What this process is called in the ledger: host and pid. */
  name: string;
  time: Time;
  /** Writes to the log under the mode's name. */
  emit: Emit;
  /** The same log under another name: where two share it, each line says whose it is. */
  logAs(name: "clock" | "worker"): Emit;
  /** Registers what has to be undone at the end. */
  onStop: Lifecycle["onStop"];
}

/** Puts another file in force. A problem means that the old one stays. */
export type Apply = (next: Config) => Promise<{ message: string } | undefined>;

/** What a mode does with the parts, and how long its end may take after the first signal, ms. */
export interface Mode {
  /** Every good file that comes later is offered to the answer. */
  start(parts: DaemonParts): Apply;
  stopWithin(config: Config): number;
  /** How long running commands may go on after it, ms. Absent where there are none. */
  drain?: number;
}

/**
 * What clock and worker have in common: the log, the file, the broker, following the file, and an end
 * that cannot hang. Resolves with an exit code after `host.stop` was aborted.
 */
export async function daemon(
  mode: "clock" | "worker" | "up",
  options: DaemonOptions,
  host: Host,
  what: Mode,
): Promise<number> {
  const isReaping = what.drain === undefined || host.pid !== 1;
  const whyNotReaping = isReaping ? undefined : becomeFirstProcess(host);
  const time = systemTime();
  const { config: path, broker: flag } = options;
  const { environment, pid } = host;
  const service = createService({ mode, environment, pid, emit: openLog(mode, options, host) });
  const logAs = (name: typeof mode) => {
    const log = openLog(name, options, host);
    return (event: Event) => {
      log(event);
      service.observe(name, event);
    };
  };
  const emit = logAs(mode);
  // From now on a signal is ours: it ends this in good order.
  const { stop } = host;
  emit({ type: "process.started", mode, version: VERSION, config: path, pid });
  if (whyNotReaping !== undefined) {
    emit({ type: "process.not_reaping", reason: whyNotReaping });
  }
  const reading = { path, role: mode, environment, time, emit };
  const code = await run(reading, { flag, what, logAs, service, host, stop });
  if (code === EXIT.ok) emit({ type: "process.stopped", mode });
  await service.close();
  return code;
}

type Reading = Omit<ReloadDeps, "apply">;

/** Reads the file, opens the broker and serves until `host.stop` is aborted. */
async function run(
  reading: Reading,
  { flag, what, logAs, service, host, stop }: Surroundings,
): Promise<number> {
  const { path, environment, time, emit } = reading;
  const config = await loadAtStart(reading);
  if (!config) return EXIT.refused;
  const name = `${host.hostname}:${host.pid}`;
  const { namespace, brokerUrl } = config;
  const url = chooseBrokerUrl(flag, environment, brokerUrl);
  const broker = openBroker(url, { namespace, name, now: time.now, emit });
  if ("code" in broker) {
    host.err(`clockd: ${broker.message}\n`);
    return EXIT.usage;
  }
  const follow = (apply: Apply) => {
    const reload = createReloader(config, { ...reading, apply });
    host.onReload(() => void service.reloading(reload()));
    watchFile(path, { time, signal: stop, onChange: () => void reload() });
    // For an edit between the first reading and the first look.
    void reload();
  };
  const parts = { config, broker, name, time, emit, logAs };
  await serve(what, parts, { follow, stop, stopping: service.stopping });
  return EXIT.ok;
}

interface Surroundings {
  /** --broker. */
  flag: string | undefined;
  what: Mode;
  logAs: DaemonParts["logAs"];
  service: Service;
  host: Host;
  stop: AbortSignal;
}

interface Until {
  follow(apply: Apply): void;
  stop: AbortSignal;
  /** Told how long the end may take, ms, as it begins. */
  stopping(within: number): void;
}

/** Starts it, follows the file and SIGHUP until `stop` is aborted, and ends everything. */
async function serve(
  { start, stopWithin, drain }: Mode,
  parts: Omit<DaemonParts, "onStop">,
  { follow, stop, stopping }: Until,
): Promise<void> {
  const { config, emit } = parts;
  const lifecycle = createLifecycle();
  const offer = start({ ...parts, onStop: lifecycle.onStop });
  let longest = stopWithin(config);
  follow(async (next) => {
    const refusal = await offer(next);
    // What is running may be from any of the files.
    if (!refusal) longest = Math.max(longest, stopWithin(next));
    return refusal;
  });
  await aborted(stop);
  const draining = drain === undefined ? {} : { drain };
  emit({ type: "process.stopping", signal: String(stop.reason), ...draining });
  stopping(longest);
  for (const reason of await lifecycle.stop(longest)) {
    emit({ type: "process.clean_up_failed", reason });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function openLog(name: string, options: DaemonOptions, host: Host): Emit {
  const { logLevel: level, logFormat } = options;
  const human = logFormat === "auto" ? host.isTerminal : logFormat === "human";
  const color = host.isTerminal && !host.environment.NO_COLOR;
  return createLog({ level, format: human ? "human" : "json", color, name, write: host.log });
}
