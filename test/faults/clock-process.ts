/**
 * The clock as `clockd` runs it, with one difference: its wall clock can be set, by a message
 * `{offset: MS}` from the process that started it. Run as
 * `clock-process.ts --offset MS --config FILE --broker URL`.
 */
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { openBroker } from "../../src/broker/open.ts";
import { createClock } from "../../src/clock/clock.ts";
import { systemTime } from "../../src/clock/time.ts";
import { createReloader, loadAtStart } from "../../src/config/reload.ts";
import { watchFile } from "../../src/config/watch.ts";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import { createLog } from "../../src/observe/log.ts";
import { VERSION } from "../../src/version.ts";
import { createWallClock } from "./wall-clock.ts";

const { values } = parseArgs({
  options: {
    offset: { type: "string", default: "0" },
    config: { type: "string", default: "" },
    broker: { type: "string", default: "" },
  },
});
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort("SIGTERM"));
const time = createWallClock(systemTime());
time.offset = Number(values.offset);
process.on("message", ({ offset }: { offset: number }) => {
  time.offset = offset;
  process.send?.({ offset });
});
process.channel?.unref();
process.exit(await main());

async function main(): Promise<number> {
  const { config: path, broker: url } = values;
  const write = (text: string) => void process.stdout.write(text);
  const emit = createLog({ level: "info", format: "json", color: false, name: "clock", write });
  const { pid, env: environment } = process;
  emit({ type: "process.started", mode: "clock", version: VERSION, config: path, pid });
  const reading = { path, role: "clock" as const, environment, time, emit };
  const config = await loadAtStart(reading);
  if (!config) return 78;
  const { namespace } = config;
  const name = `${hostname()}:${pid}`;
  const broker = openBroker(url, { namespace, name, now: time.now, emit });
  if ("code" in broker) throw new Error(broker.message);
  const clock = createClock({
    broker,
    config,
    name,
    time,
    emit,
    random: Math.random,
    pace: STANDARD_PACE,
  });
  const reload = createReloader(config, { ...reading, apply: (next) => clock.reload(next) });
  watchFile(path, { time, signal: stop.signal, onChange: () => void reload() });
  void reload();
  await clock.run(stop.signal);
  emit({ type: "process.stopped", mode: "clock" });
  return 0;
}
