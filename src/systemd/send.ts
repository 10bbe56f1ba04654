import { spawn } from "node:child_process";

/** How a message gets to systemd. */
export interface Sender {
  /** Variables such as `READY=1`. Those that wait are sent together, in order. Never throws. */
  send(variables: Readonly<Record<string, string>>): void;
  /** Nothing is on its way. */
  readonly isIdle: boolean;
  /** Resolves when all is sent, or given up. */
  flushed(): Promise<void>;
}

/** systemd's own program. It ends only after systemd has taken the message. */
const PROGRAM = "systemd-notify";
/** It gives up by itself after 5 s; this is for one that hangs all the same. ms. */
const WITHIN_MS = 10_000;

/**
 * Sends by systemd's own program, one after the other, since the order says what was last: Node has no
 * datagram sockets of Unix. `failed` hears once of a program that cannot do it.
 */
export function createSender(
  environment: Readonly<Record<string, string | undefined>>,
  failed: (reason: string) => void,
): Sender {
  /** Each value once a message: of two states of one variable only the last counts, unless others came between. */
  const waiting: Record<string, string>[] = [];
  let sending: Promise<void> | undefined;
  let hasFailed = false;

  async function sendAll(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const reason = await run(next, environment);
      if (reason === undefined || hasFailed) continue;
      hasFailed = true;
      failed(reason);
    }
    sending = undefined;
  }

  return {
    send(variables) {
      const last = waiting.at(-1);
      // READY=1 after RELOADING=1 is two messages; a newer text alone takes the place of an older one.
      const isText = Object.keys(variables).join() === "STATUS";
      if (last && isText) last.STATUS = variables.STATUS!;
      else waiting.push({ ...variables });
      sending ??= sendAll();
    },
    get isIdle() {
      return sending === undefined;
    },
    async flushed() {
      await sending;
    },
  };
}

/** Resolves with the reason why it was not sent. */
function run(
  variables: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const words = Object.entries(variables).map(([name, value]) => `${name}=${oneLine(value)}`);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = spawn(PROGRAM, words, {
    env: { ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: WITHIN_MS,
    killSignal: "SIGKILL",
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-500);
  });
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code, signal) => {
    if (code === 0) return resolve(undefined);
    resolve(oneLine(said.trim()) || `${PROGRAM} ended with ${signal ?? code}`);
  });
  return promise;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
