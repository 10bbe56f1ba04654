import { readFileSync } from "node:fs";
import type { Starting } from "../config/config.ts";
import type { Accounts, User } from "./accounts.ts";

/** Who this process is, and what it may become. */
export interface Own {
  uid: number;
  gid: number;
  /** It may become any user, and any group. */
  mayBeUser: boolean;
  mayBeGroup: boolean;
}

/** Who a command runs as. */
export interface Identity {
  /** Undefined: who the worker is. */
  become?: Become;
  /** The user's own variables, when the file names one. */
  env: Readonly<Record<string, string>>;
}

/** What `setpriv` is told. */
export interface Become {
  /** A name, or a number without one. Undefined: only the group is another. */
  user?: string;
  gid: number;
  /** The user's other groups as the machine knows them; none; or those of the worker. */
  groups: "init" | "clear" | "keep";
}

/**
 * Who a command of a job with this `user` and `group` runs as, or why it cannot, as a sentence.
 * A user that the machine does not know may be given by its number, beside a group.
 */
export function identityOf(
  { user, group }: Pick<Starting, "user" | "group">,
  accounts: Accounts,
  own: Own,
): Identity | { refused: string } {
  const gid = group === undefined ? undefined : groupNumber(group, accounts);
  if (group !== undefined && gid === undefined) return refuse("group", group, UNKNOWN);
  if (user === undefined) return inGroup(gid, group, own);
  const known = accounts.user(user);
  const uid = known?.uid ?? numberOf(user);
  if (uid === undefined) return refuse("user", user, UNKNOWN);
  const env = variablesOf(known ?? { name: String(uid), home: "/", shell: "" });
  if (uid === own.uid && (gid === undefined || gid === own.gid)) return { env };
  if (!own.mayBeUser || !own.mayBeGroup) return refuse("user", user, mayNot(own));
  const main = gid ?? known?.gid;
  if (main === undefined) return refuse("user", user, "it has no entry here, so it needs a group");
  const groups = known ? "init" : "clear";
  return { env, become: { user: known?.name ?? String(uid), gid: main, groups } };
}

/** Who this process is. The rights themselves count: root in a container may lack them. */
export function ownIdentity(): Own {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  const rights = capabilities() ?? (uid === 0 ? -1n : 0n);
  const has = (right: bigint) => ((rights >> right) & 1n) === 1n;
  return { uid, gid, mayBeUser: has(CAP_SETUID), mayBeGroup: has(CAP_SETGID) };
}

const UNKNOWN = "this machine has none of that name";
/** Numbers of Linux. */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;

function inGroup(gid: number | undefined, group: string | undefined, own: Own) {
  if (gid === undefined || gid === own.gid) return { env: {} };
  if (!own.mayBeGroup) return refuse("group", group!, mayNot(own));
  return { env: {}, become: { gid, groups: "keep" as const } };
}

function groupNumber(group: string, accounts: Accounts): number | undefined {
  return accounts.group(group) ?? numberOf(group);
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Programs start SHELL for themselves: one that lets nobody in is of no use there. */
function variablesOf({ name, home, shell }: Pick<User, "name" | "home" | "shell">) {
  const usable = shell === "" || /\/(nologin|false)$/.test(shell) ? "/bin/sh" : shell;
  return { HOME: home || "/", USER: name, LOGNAME: name, SHELL: usable };
}

function mayNot({ uid }: Own): string {
  return uid === 0
    ? "this worker is root without the right to become another (CAP_SETUID, CAP_SETGID)"
    : `this worker is user ${uid} and not root`;
}

function refuse(what: "user" | "group", name: string, why: string): { refused: string } {
  return { refused: `cannot run as ${what} ${name}: ${why}` };
}

/** Undefined: this system tells of none. */
function capabilities(): bigint | undefined {
  try {
    const [, bits] =
      /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return bits === undefined ? undefined : BigInt(`0x${bits}`);
  } catch {
    return undefined;
  }
}
