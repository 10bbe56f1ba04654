import type { Time } from "../clock/time.ts";
import type { RunTask } from "../config/config.ts";
import type { Notice, Webhook } from "../config/notice.ts";
import { type Facts, fillIn } from "../config/placeholders.ts";
import type { Emit } from "../observe/events.ts";
import { systemAccounts } from "./accounts.ts";
import { type Surroundings, settingOf } from "./environment.ts";
import { identityOf, ownIdentity } from "./identity.ts";
import { programOf, runNotice, variablesOf } from "./notice-command.ts";
import { factsOf, type Subject } from "./notice-facts.ts";
import { type NoticeRequest, placeOf, type Sent, sendRequest } from "./notice-request.ts";

export interface SenderOptions {
  /** What this worker is called in the ledger: host and pid. */
  name: string;
  /** The worker's own. */
  environment: Surroundings["environment"];
  /** The folder of the config file, absolute. */
  folder(): string;
  time: Time;
  emit: Emit;
  /** 0 to 1, as Math.random: spreads the waits before trying again. */
  random: () => number;
}

/** One thing to tell one receiver. */
export interface Parcel {
  subject: Subject;
  /** Of the job, as the worker's file has it. */
  task: RunTask;
  what: Notice | { kind: "ping"; url: string };
}

const PING = { method: "GET", headers: {}, timeout: 10_000, retries: 3 } as const;

/** Sends a parcel; ends soon after `stop` is aborted. */
export type Send = (parcel: Parcel, stop: AbortSignal) => Promise<Sent>;

export function createSender(options: SenderOptions): Send {
  const [accounts, own] = [systemAccounts(), ownIdentity()];
  const identify: Surroundings["identify"] = (starting) => identityOf(starting, accounts, own);
  return ({ subject, task, what }, stop) => {
    const facts = factsOf(subject, options.name);
    if (what.kind === "webhook") return sendRequest(postOf(what, facts), stop, options.random);
    if (what.kind === "ping") {
      const url = addressOf(what.url, subject);
      return sendRequest({ ...PING, url }, stop, options.random);
    }
    const { environment, time, emit } = options;
    const around = { environment, folder: options.folder(), identify };
    const setting = settingOf(task, around, { ...variablesOf(facts), ...traceOf(subject) });
    const { notice } = subject;
    return runNotice(what, setting, facts, {
      ...{ stop, time },
      onLine: (stream, line, truncated) =>
        emit({ type: "notice.output", job: jobOf(subject), notice, stream, line, truncated }),
    });
  };
}

/** Where a parcel goes: a receiver that is slow keeps only its own waiting. */
export function receiverOf({ what }: Parcel): string {
  return what.kind === "command" ? programOf(what) : placeOf(what.url);
}

export function jobOf(subject: Subject): string {
  return subject.notice === "missed" ? subject.job : subject.fire.job;
}

function postOf({ url, headers, body, timeout, retries }: Webhook, facts: Facts): NoticeRequest {
  // Output may hold what is nobody's business: only who asks for it gets it.
  const { tail: _, ...usual } = facts;
  const filled = body === undefined ? usual : fillIn(body, facts);
  const isText = typeof body === "string";
  const type = isText ? "text/plain; charset=utf-8" : "application/json";
  return {
    ...{ method: "POST", url, timeout, retries },
    headers: { "content-type": type, ...headers },
    body: isText ? String(filled ?? "") : JSON.stringify(filled),
  };
}

/** The name of a job needs no escaping in an address. */
function addressOf(url: string, subject: Subject): string {
  return url.replace(/\{\{\s*job\s*\}\}/g, jobOf(subject));
}

function traceOf(subject: Subject): Record<string, string> {
  return subject.notice === "missed" ? {} : { TRACEPARENT: subject.fire.traceparent };
}
