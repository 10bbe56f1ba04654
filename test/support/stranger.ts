import { resolve } from "node:path";
import type { Taken } from "./amqp.ts";
import { rabbitmqStranger } from "./rabbitmq-stranger.ts";
import { sqliteStranger } from "./sqlite-stranger.ts";

/** Somebody who is not clockd, with one namespace of a broker. */
export interface Stranger {
  /** Puts a message into a work queue that is there. */
  put(queue: string, message: Put): Promise<void>;
  /** Takes what is in a work queue now and held by nobody. Rejects when there is no such queue. */
  take(queue: string): Promise<Taken[]>;
  /** Takes what is among the dead letters now. */
  takeDead(): Promise<Taken[]>;
  close(): Promise<void>;
}

export interface Put {
  body: Buffer | string;
  headers?: Readonly<Record<string, unknown>>;
}

const SQLITE = "sqlite:";

/** The same URL, but the path of an embedded broker's file no longer depends on where one is. */
export function urlIn(folder: string, url: string): string {
  return url.startsWith(SQLITE) ? SQLITE + resolve(folder, url.slice(SQLITE.length)) : url;
}

/** `url` is absolute. */
export function strangerAt(url: string, namespace: string): Stranger {
  return url.startsWith(SQLITE)
    ? sqliteStranger(url.slice(SQLITE.length), namespace)
    : rabbitmqStranger(url, namespace);
}
