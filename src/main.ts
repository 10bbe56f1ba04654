import { hostname } from "node:os";
import { isSea } from "node:sea";
import { GUARD, guard } from "./commands/guard.ts";
import { EXIT, type Host } from "./commands/host.ts";
import { boundedWriter, flushed } from "./streams.ts";

/**
 * Turns the process into a `Host` (arguments, streams, signals) and its answer into an exit code.
 * Everything else is in rooms that know of no process.
 */
const stop = new AbortController();
const hurry = new AbortController();
let reload = () => {};

/** A wrapper such as npm passes a Ctrl-C on that the terminal has sent already: one request. ms. */
const SAME_REQUEST_MS = 200;
let firstAt = 0;

function end(signal: NodeJS.Signals | "SIGPIPE"): void {
  if (!stop.signal.aborted) firstAt = performance.now();
  else if (performance.now() - firstAt > SAME_REQUEST_MS) hurry.abort(signal);
  stop.abort(signal);
}

/** Only who looks at `stop` takes the signals over; every other command ends by them as usual. */
function listen(): AbortSignal {
  if (process.listenerCount("SIGTERM") === 0) {
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
    process.on("SIGHUP", () => reload());
  }
  return stop.signal;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of a pipe may go away (`clockd … | head`): end, without a hurry and without a
    // stack trace. A full disk only takes lines: the jobs matter more than their log.
    if (error.code === "EPIPE" && !stop.signal.aborted) end("SIGPIPE");
  });
}

const log = boundedWriter(process.stdout);

const host: Host = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  log: log.write,
  err: (text) => void process.stderr.write(text),
  readStdin: async () => Buffer.concat(await process.stdin.toArray()),
  isTerminal: process.stdout.isTTY === true,
  pid: process.pid,
  hostname: hostname(),
  self: isSea() ? [process.execPath] : [process.execPath, process.argv[1]!],
  commandLine: isSea()
    ? [process.execPath, ...process.argv.slice(2)]
    : [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
  become(program, argv) {
    try {
      return process.execve!(program, argv, process.env);
    } catch (error) {
      return (error as Error).message;
    }
  },
  get stop() {
    return listen();
  },
  hurry: hurry.signal,
  onReload: (listener) => {
    reload = listener;
  },
};

/** A guard is small because it loads nothing that it does not need: all that the command line is for. */
async function run(args: string[]): Promise<number> {
  if (args.length === 1 && args[0] === GUARD && !process.stdin.isTTY) {
    await guard(process.stdin);
    return EXIT.ok;
  }
  const { cli } = await import("./cli.ts");
  return cli(args, host);
}

run(process.argv.slice(2))
  .catch((error: Error) => {
    process.stderr.write(`clockd: this is a bug, please report it\n${error.stack}\n`);
    return EXIT.bug;
  })
  .then(async (code) => {
    // Whoever was told to end does not wait for a reader of its log.
    log.release();
    const isHurried = () => stop.signal.aborted;
    await Promise.all([process.stdout, process.stderr].map((to) => flushed(to, isHurried)));
    // Everything is closed by now; a forgotten handle must not keep the process.
    process.exit(code);
  });
