import { readdirSync } from "node:fs";
import { type Bench, figureLine, isMet, machineLine } from "./bench/figures.ts";

/** Shared by the benchmarks, and no benchmark itself. */
const SHARED = ["figures.ts", "log.ts", "running.ts"];

const folder = new URL("./bench/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !SHARED.includes(file))
  .map((file) => file.slice(0, -".ts".length))
  .sort();

const args = process.argv.slice(2);
const [name] = args.filter((arg) => arg !== "--check");
if (name === undefined || !names.includes(name)) {
  console.log(`usage: npm run bench -- NAME [--check]\nNAME is one of: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = await runBench(name, args.includes("--check"));
}

/** Prints each figure as it comes. 1 when one is short and that is asked about. */
async function runBench(name: string, check: boolean): Promise<number> {
  const module = await import(new URL(`${name}.ts`, folder).href);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
  console.log(machineLine(module.broker));
  let short = false;
  const bench: Bench = {
    signal: stop.signal,
    figure(figure) {
      short ||= !isMet(figure);
      console.log(figureLine(name, figure));
    },
  };
  try {
    await module.run(bench);
  } catch (reason) {
    if (stop.signal.aborted) return 130;
    throw reason;
  }
  return check && short ? 1 : 0;
}
