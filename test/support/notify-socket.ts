import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "./until.ts";

/** A datagram socket that listens as systemd does, and whatever was sent to it. */
export interface NotifySocket {
  path: string;
  /** One object a message, in order. */
  readonly messages: readonly Readonly<Record<string, string>>[];
  close(): Promise<void>;
}

/** Perl is a part of every Debian, and has these sockets. What comes beside the text is closed at once. */
const LISTENER = `
use Socket; $| = 1;
socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die;
print "listening\\n";
while (defined recv($s, my $text, 65536, 0)) { $text =~ s/\\n/\\t/g; print "$text\\n" unless $text eq "BARRIER=1" }`;

/** Resolves when it listens. */
export async function openNotifySocket(path: string): Promise<NotifySocket> {
  const child = spawn("perl", ["-e", LISTENER, path], { stdio: ["ignore", "pipe", "inherit"] });
  const messages: Record<string, string>[] = [];
  let isListening = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "listening") isListening = true;
    else messages.push(variablesOf(line));
  });
  await until(() => isListening, 10_000, "the socket to listen");
  return {
    path,
    messages,
    async close() {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill();
      await gone;
    },
  };
}

function variablesOf(line: string): Record<string, string> {
  const pairs = line.split("\t").filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}
