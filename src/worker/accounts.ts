import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A user of this machine. */
export interface User {
  name: string;
  uid: number;
  /** Its main group. */
  gid: number;
  home: string;
  shell: string;
}

/** The users and groups of this machine. Names and numbers as text; undefined: there is none. */
export interface Accounts {
  user(key: string): User | undefined;
  /** The number of a group. */
  group(key: string): number | undefined;
}

/** Asking a directory service holds the worker up. ms */
const LOOK_UP_MS = 2000;

/**
 * Looks into the machine's own files, every time, for they are small and may change; and asks
 * `getent`, where there is one, for what a directory service knows.
 */
export function systemAccounts(): Accounts {
  return {
    user(key) {
      const [name, , uid, gid, , home = "", shell = ""] = entryOf("passwd", key) ?? [];
      if (name === undefined || !isNumber(uid) || !isNumber(gid)) return undefined;
      return { name, uid: Number(uid), gid: Number(gid), home, shell };
    },
    group(key) {
      const [, , gid] = entryOf("group", key) ?? [];
      return isNumber(gid) ? Number(gid) : undefined;
    },
  };
}

/** The fields of the first line of a database with this name, or with this number. */
function entryOf(database: "passwd" | "group", key: string): string[] | undefined {
  return find(fileOf(database), key) ?? find(askedOf(database, key), key);
}

function find(text: string, key: string): string[] | undefined {
  const entries = text.split("\n").map((line) => line.split(":"));
  const named = entries.find(([name]) => name === key);
  return named ?? (isNumber(key) ? entries.find(([, , id]) => id === key) : undefined);
}

function fileOf(database: string): string {
  try {
    return readFileSync(`/etc/${database}`, "utf8");
  } catch {
    return "";
  }
}

function askedOf(database: string, key: string): string {
  try {
    return execFileSync("getent", [database, key], {
      encoding: "utf8",
      timeout: LOOK_UP_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}
