import type { Broker } from "../broker/broker.ts";
import { openBroker } from "../broker/open.ts";
import { chooseBrokerUrl } from "../broker/url.ts";
import { systemTime, type Time } from "../clock/time.ts";
import type { Config } from "../config/config.ts";
import { createReloader, loadAtStart } from "../config/reload.ts";
import { watchFile } from "../config/watch.ts";
import { createLifecycle, type Lifecycle } from "../lifecycle.ts";
import type { Emit } from "../observe/events.ts";
import { createLog, type LogLevel } from "../observe/log.ts";
import { VERSION } from "../version.ts";
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
  emit: Emit;
  /** Registers what has to be undone at the end. */
  onStop: Lifecycle["onStop"];
  /** Follows the file and SIGHUP until the process is told to stop. */
  follow(apply: (next: Config) => Promise<{ message: string } | undefined>): void;
}

/** What a mode does with the parts, and how long its end may take after the first signal, ms. */
export interface Mode {
  start(parts: DaemonParts): void;
  stopWithin(config: Config): number;
}

/**
 * What clock and worker have in common: the log, the file, the broker, following the file, and an end
 * that cannot hang. Resolves with an exit code after `host.stop` was aborted.
 */
export async function daemon(
  mode: "clock" | "worker",
  options: DaemonOptions,
  host: Host,
  { start, stopWithin }: Mode,
): Promise<number> {
  const time = systemTime();
  const emit = openLog(mode, options, host);
  const { environment, stop } = host;
  emit({ type: "process.started", mode, version: VERSION, config: options.config, pid: host.pid });
  const reading = { path: options.config, role: mode, environment, time, emit };
  const config = await loadAtStart(reading);
  if (!config) return EXIT.refused;
  const url = chooseBrokerUrl(options.broker, environment, config.brokerUrl);
  const name = `${host.hostname}:${host.pid}`;
  const { namespace } = config;
  const broker = openBroker(url, { namespace, name, now: time.now, emit });
  if ("code" in broker) {
    host.err(`clockd: ${broker.message}\n`);
    return EXIT.usage;
  }
  const follow: DaemonParts["follow"] = (apply) => {
    const reload = createReloader(config, { ...reading, apply });
    host.onReload(() => void reload());
    watchFile(options.config, { time, signal: stop, onChange: () => void reload() });
    // For an edit between the first reading and the first look.
    void reload();
  };
  const lifecycle = createLifecycle();
  start({ config, broker, name, time, emit, follow, onStop: lifecycle.onStop });
  await aborted(stop);
  emit({ type: "process.stopping", signal: String(stop.reason) });
  for (const reason of await lifecycle.stop(stopWithin(config))) {
    emit({ type: "process.clean_up_failed", reason });
  }
  emit({ type: "process.stopped", mode });
  return EXIT.ok;
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
