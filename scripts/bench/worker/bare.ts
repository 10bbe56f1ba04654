/**
 * The least that Node can do for a command: starts it in a session of its own with pipes for both
 * outputs, and waits until it has ended and they are closed. A process of its own, that loads nothing else:
 * for each message `{command, count, atOnce}` it answers with how long they took, what this process used of
 * the processor, and what each command wrote.
 */
import { spawn } from "node:child_process";

export interface BareRequest {
  command: readonly string[];
  count: number;
  atOnce: number;
}

export interface BareAnswer {
  /** ms, for all of them. */
  took: number;
  /** ms of processor time of this process. */
  cpu: number;
  /** What each command wrote, and when it was asked for: ms UTC. */
  outputs: { at: number; output: string }[];
}

process.on("message", async ({ command, count, atOnce }: BareRequest) => {
  const outputs: BareAnswer["outputs"] = [];
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  let left = count;
  const place = async () => {
    while (left-- > 0) outputs.push(await runOnce(command));
  };
  await Promise.all(Array.from({ length: atOnce }, place));
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  process.send!({ took, cpu: (user + system) / 1000, outputs } satisfies BareAnswer);
});
process.send!("ready");

function runOnce([program = "", ...args]: readonly string[]) {
  const at = performance.timeOrigin + performance.now();
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.resume();
  return new Promise<BareAnswer["outputs"][number]>((resolve) => {
    child.once("close", () => resolve({ at, output }));
  });
}
