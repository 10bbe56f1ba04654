/**
 * What `clockd` is while a page is tried: the real one; one that would run until it is told to stop is
 * told so as soon as it does its work.
 */
import { spawnSync } from "node:child_process";
import { executable, runClockd } from "../support/process.ts";

/** On a machine that does much else. ms. */
const AT_WORK_WITHIN_MS = 60_000;

const args = process.argv.slice(2);
const [command, ...first] = executable();
const isDaemon = /^(-.*)?$|^(worker|up)$/.test(args[0] ?? "");
if (isDaemon && !args.some((arg) => /^--?(h|help|version)$/.test(arg))) {
  const clockd = runClockd(args);
  const isAtWork = ({ entry }: { entry: Readonly<Record<string, unknown>> }) =>
    ["clock.leading", "clock.standing_by", "worker.taking"].includes(String(entry.event));
  await clockd.waitFor(isAtWork, AT_WORK_WITHIN_MS, "it to be at work");
  const { code, signal } = await clockd.stop();
  if (code !== 0) throw new Error(`clockd ${args.join(" ")} ended with ${signal ?? code}`);
} else {
  process.exitCode = spawnSync(command, [...first, ...args], { stdio: "inherit" }).status ?? 1;
}
