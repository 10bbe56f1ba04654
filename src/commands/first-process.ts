import type { Host } from "./host.ts";

/** What the system starts instead, with this command line as arguments. */
const SHELL = "/bin/sh";

/**
 * Starts clockd as a child, passes signals on to it, and ends as it ends. While a shell waits for
 * one child it waits for all, also for those that it never started. A signal ends its waiting, not
 * the child.
 */
const REAPING = `"$@" & clockd=$!
for signal in TERM INT HUP QUIT USR1 USR2; do trap "kill -$signal $clockd" $signal; done
while :; do
  wait $clockd; code=$?
  kill -0 $clockd 2>/dev/null || exit $code
done`;

/**
 * The first process of a container inherits every process that a command leaves behind, and must
 * wait for it when it ends; otherwise the dead pile up. Node waits only for what it has started. So
 * this process becomes a shell that does it, and starts clockd once more. Returns only when that
 * cannot be done, with the reason.
 */
export function becomeFirstProcess({ become, commandLine }: Host): string {
  return become(SHELL, ["clockd", "-c", REAPING, "clockd", ...commandLine]);
}
