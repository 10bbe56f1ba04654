/**
 * Runs the tests: `npm test -- [--rabbitmq 4.0] [--only-broker-free] [PATH-PART...]`. Each file in
 * its own process. Three go side by side: files that need a RabbitMQ or much of the machine one after
 * the other, and beside them two of those that only compute, or start a clockd without a server, which
 * mostly waits. One RabbitMQ is for all that ask for it. Ends with the line `N passed, N failed`, and with exit code 1 when
 * something failed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../test/support/folder.ts";
import { type Rabbitmq, startRabbitmq } from "../test/support/rabbitmq.ts";
import { type FileReport, runFile } from "./runner/file.ts";

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    rabbitmq: { type: "string", default: "installed" },
    "only-broker-free": { type: "boolean", default: false },
    folder: { type: "string", default: join(import.meta.dirname, "../test") },
    limit: { type: "string", default: "300" },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (!["installed", "4.0"].includes(options.rabbitmq)) {
    console.error(`--rabbitmq is installed or 4.0, got ${options.rabbitmq}`);
    return 2;
  }
  process.env.CLOCKD_TEST_RABBITMQ = options.rabbitmq;
  const { CLOCKD_BIN } = process.env;
  if (CLOCKD_BIN) {
    // Tests start it in other folders.
    process.env.CLOCKD_BIN = resolve(CLOCKD_BIN);
    if (!existsSync(CLOCKD_BIN)) {
      console.error(
        `CLOCKD_BIN names no file: ${CLOCKD_BIN} (npm run build:binary makes dist/clockd)`,
      );
      return 2;
    }
  }
  const files = selectFiles();
  if (files.length === 0) {
    console.error(`no test file in ${options.folder} has ${parts.join(" or ")} in its path`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => stop.abort());
  }
  const { passed, failed } = await runAll(files, stop.signal);
  if (stop.signal.aborted) console.log("stopped before the end");
  console.log(`${passed} passed, ${failed} failed`);
  return stop.signal.aborted ? 130 : failed > 0 ? 1 : 0;
}

function selectFiles(): string[] {
  const folder = resolve(options.folder);
  const all = globSync("**/*.test.ts", { cwd: folder }).sort();
  const selected = all.map((file) => join(folder, file)).filter(isAskedFor);
  if (!options["only-broker-free"]) return selected;
  const free = selected.filter((file) => !imports(file, "sharedBroker", "startRabbitmq"));
  console.log(`${selected.length - free.length} files that need RabbitMQ are left out`);
  return free;
}

function isAskedFor(file: string): boolean {
  const path = relative(process.cwd(), file);
  return parts.length === 0 || parts.some((part) => path.includes(part) || file === resolve(part));
}

async function runAll(files: string[], signal: AbortSignal) {
  const home = temporaryFolder("run");
  buildBundle(join(home.path, "clockd.cjs"));
  // Hundreds of processes run the same source: each but the first starts in half the time.
  const shared = { NODE_COMPILE_CACHE: join(home.path, "compiled") };
  /** One for all lanes. */
  let starting: Promise<Rabbitmq> | undefined;
  let passed = 0;
  let failed = 0;
  const runLane = async (next: () => string | undefined) => {
    for (let file = next(); file !== undefined; file = next()) {
      const needsBroker = imports(file, "sharedBroker");
      if (needsBroker && !signal.aborted) starting ??= startShared();
      const broker = needsBroker ? await starting : undefined;
      if (signal.aborted) return;
      const report = await runFile(file, {
        folder: join(home.path, String(files.indexOf(file))),
        limit: Number(options.limit) * 1000,
        env: broker ? { ...shared, CLOCKD_TEST_BROKER: broker.url } : shared,
        signal,
      });
      if (signal.aborted) return;
      show(relative(process.cwd(), file), report);
      passed += report.passed;
      failed += report.failed;
    }
  };
  const beside = files.filter(goesBeside);
  const others = files.filter((file) => !goesBeside(file));
  try {
    const helping = () => beside.shift() ?? others.pop();
    const lanes = [() => others.shift(), helping, () => beside.shift()];
    await Promise.all(lanes.map(runLane));
  } finally {
    await (await starting)?.stop();
    home.remove();
  }
  return { passed, failed };
}

/** What tests start as clockd, unless CLOCKD_BIN names something else. */
function buildBundle(outfile: string): void {
  const script = join(import.meta.dirname, "build.ts");
  execFileSync(process.execPath, [script, "--outfile", outfile]);
  process.env.CLOCKD_TEST_BUNDLE = outfile;
}

/** Whether a file leaves RabbitMQ and most of the machine to others. Whoever starts a clockd mostly waits. */
function goesBeside(file: string): boolean {
  return !imports(file, "sharedBroker", "startRabbitmq");
}

async function startShared(): Promise<Rabbitmq> {
  const started = performance.now();
  const broker = await startRabbitmq();
  console.log(`RabbitMQ ${broker.version} is up (${seconds(performance.now() - started)})`);
  return broker;
}

function show(file: string, { passed, failed, reasons, output, duration }: FileReport): void {
  const count = `${passed + failed} test${passed + failed === 1 ? "" : "s"}`;
  console.log(`${failed > 0 ? "FAIL" : "ok  "} ${file}  ${count}  ${seconds(duration)}`);
  if (failed === 0) return;
  console.log(output.trim().replace(/^/gm, "  | "));
  for (const reason of reasons) console.log(`  ${file}: ${reason}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Whether a test file itself imports one of the names. */
function imports(file: string, ...names: string[]): boolean {
  const imported = new RegExp(`^import [^;]*\\b(${names.join("|")})\\b`, "m");
  return imported.test(readFileSync(file, "utf8"));
}
