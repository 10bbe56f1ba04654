import { setTimeout as sleep } from "node:timers/promises";
import { after } from "./after.ts";
import { hasLiveMembers } from "./members.ts";

/** `void`: somebody else has the run. */
export type StopReason = "timeout" | Interruption;
export type Interruption = "drain" | "cancelled" | "replaced" | "void";
export type StopSignal = "SIGTERM" | "SIGKILL";

/** Ends a process group: TERM, and KILL when that was not enough. */
export interface GroupStopper {
  /** Why the group was asked to end, or undefined. */
  readonly why: StopReason | undefined;
  /** TERM now, KILL when `killAfter` has passed. Only the first call counts. */
  terminate(why: StopReason): void;
  /** KILL now. */
  kill(why: StopReason): void;
  /**
   * To be called once, when the leader has ended. Resolves at once when nobody asked the group to
   * end; otherwise when nobody is left of it or KILL was sent. No signal is sent afterwards: the
   * group's number may then belong to somebody else.
   */
  leaderEnded(): Promise<void>;
}

/** How often a group without its leader is looked at, at first and at most: its end is no event. */
const LOOK_AGAIN_MS = 20;
const LOOK_AT_MOST_MS = 320;

export function groupStopper(
  leader: number,
  killAfter: number,
  onSignal: (why: StopReason, signal: StopSignal) => void,
): GroupStopper {
  let why: StopReason | undefined;
  let killed = false;
  let over = false;
  let callOffKill = () => {};
  const send = (signal: StopSignal) => {
    if (signalGroup(leader, signal) && why) onSignal(why, signal);
  };
  const kill = () => {
    if (killed || over) return;
    killed = true;
    send("SIGKILL");
  };
  return {
    get why() {
      return why;
    },
    terminate(reason) {
      if (why || over) return;
      why = reason;
      callOffKill = after(killAfter, kill);
      send("SIGTERM");
    },
    kill(reason) {
      if (!over) why ??= reason;
      kill();
    },
    async leaderEnded() {
      // Members that handle TERM after their leader's end have the same time for it.
      if (why) await untilGone(leader, () => killed);
      over = true;
      callOffKill();
    },
  };
}

async function untilGone(leader: number, enough: () => boolean): Promise<void> {
  let wait = LOOK_AGAIN_MS;
  while (!enough() && (await hasLiveMembers(leader))) {
    await sleep(wait);
    wait = Math.min(2 * wait, LOOK_AT_MOST_MS);
  }
}

/** False when it reached nobody: no such group, or only processes of other users. */
function signalGroup(leader: number, signal: StopSignal): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
