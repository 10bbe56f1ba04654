import { systemTime } from "../../src/clock/time.ts";
import { type Command, startCommand } from "../../src/worker/command.ts";

// A process of its own, so that its peak memory is that of one run: prints it as JSON.
const command: Command = {
  command: process.argv[2] ?? "",
  env: { PATH: process.env.PATH ?? "" },
  cwd: "/",
  killAfter: 1000,
};
let lines = 0;
let bytes = 0;
let longest = 0;
const watch = {
  onStarted() {},
  onTerminating() {},
  onLine(_stream: string, line: string) {
    lines++;
    bytes += line.length;
    longest = Math.max(longest, line.length);
  },
};
const before = process.resourceUsage().maxRSS;
const outcome = await startCommand(command, watch, systemTime()).ended;
const grownMiB = Math.round((process.resourceUsage().maxRSS - before) / 1024);
process.stdout.write(JSON.stringify({ lines, bytes, longest, grownMiB, outcome }));
