import { type BrokerProblem, isBrokerProblem, type LedgerLink } from "../broker/broker.ts";
import { openBroker } from "../broker/open.ts";
import { chooseBrokerUrl } from "../broker/url.ts";
import type { Time } from "../clock/time.ts";
import type { Event } from "../observe/events.ts";
import { after } from "../worker/after.ts";
import { EXIT } from "./host.ts";
import { findLedger, type LedgerFlags, type LedgerPlan } from "./ledger-plan.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { refuse } from "./show.ts";

/** What a command about the ledger sees of the process. */
export interface LedgerIo {
  out(text: string): void;
  err(text: string): void;
  environment: Readonly<Record<string, string | undefined>>;
  isTerminal: boolean;
  time: Time;
  /** Host and pid, for the broker's list of connections. */
  name: string;
  hostname: string;
  readStdin(): Promise<Buffer>;
}

/** An open link to one ledger. */
export interface Session extends LedgerPlan {
  link: LedgerLink;
  /** The broker's, for people. */
  place: string;
}

/** A person waits, and a script may: no second attempt. ms. */
const CONNECT_WITHIN_MS = 10_000;
const CLOSE_MS = 1000;

/**
 * Opens the ledger that the flags, the environment and the file mean, hands it to `use` and closes
 * it. Resolves with an exit code; what is refused, or fails, has been said by then.
 */
export async function withLedger(
  flags: LedgerFlags,
  io: LedgerIo,
  use: (session: Session) => Promise<number | Refusal>,
): Promise<number> {
  const session = await open(flags, io);
  if (isRefusal(session)) return refuse(session, io);
  const answer = await use(session);
  await session.link.close(CLOSE_MS);
  return typeof answer === "number" ? answer : refuse(answer, io);
}

/** The broker is there, but the question makes no sense. */
const EXITS: Readonly<Partial<Record<string, number>>> = {
  BROKER_URL: EXIT.usage,
  BROKER_NO_LEDGER: EXIT.problems,
  BROKER_DEAD_BUSY: EXIT.problems,
};

/** A problem with the broker as the end of a command. */
export function brokerRefusal({ code, message }: BrokerProblem): Refusal {
  const exit = EXITS[code] ?? EXIT.brokerUnreachable;
  return { code: exit, message: `clockd: ${message}\n` };
}

async function open(flags: LedgerFlags, io: LedgerIo): Promise<Session | Refusal> {
  const { environment, time, name, err } = io;
  const plan = await findLedger(flags, environment, time.now());
  if (isRefusal(plan)) return plan;
  const { namespace } = plan;
  const url = chooseBrokerUrl(flags.broker, environment, plan.brokerUrl);
  const emit = (event: Event) => {
    // Otherwise a broker that takes nothing would only look slow.
    if (event.type !== "broker.blocked") return;
    err(`clockd: ${event.place} takes no messages for now: ${event.reason}\n`);
  };
  const broker = openBroker(url, { namespace, name, now: time.now, emit });
  if (isBrokerProblem(broker)) return brokerRefusal(broker);
  const link = await inTime(broker.openLedger(), broker.place);
  if (isBrokerProblem(link)) return brokerRefusal(link);
  return { ...plan, link, place: broker.place };
}

async function inTime(
  opening: Promise<LedgerLink | BrokerProblem>,
  place: string,
): Promise<LedgerLink | BrokerProblem> {
  const late = Promise.withResolvers<BrokerProblem>();
  const callOff = after(CONNECT_WITHIN_MS, () => {
    const message = `cannot reach ${place}: no answer within ${CONNECT_WITHIN_MS / 1000} s`;
    late.resolve({ code: "BROKER_SILENT", message });
  });
  const first = await Promise.race([opening, late.promise]);
  callOff();
  return first;
}
