import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { openBroker } from "./open.ts";
import { inspectRabbitmq } from "./rabbitmq-inspect.ts";
import { readBrokerUrl } from "./url.ts";

/** What a broker looks like to a file that is to be used with it. Nothing is made or changed in it. */
export interface Inspection {
  /** For people, without secrets: `rabbitmq localhost:5672/shop (RabbitMQ 3.10.8)`. */
  place: string;
  /** By name, as far as they were asked for. `missing`: the first clock makes it. */
  queues: ReadonlyMap<string, "ready" | "missing" | BrokerProblem>;
  exchanges: ReadonlyMap<string, "ready" | BrokerProblem>;
  /**
   * It takes back what a consumer holds for longer than a limit of its own, which no client can see:
   * ms, what that is unless somebody has set another. Undefined: it has none.
   */
  usualConsumerTimeout: number | undefined;
}

export interface InspectOptions {
  namespace: string;
  /** Host and pid, for the broker's list of connections. */
  name: string;
  now: () => number;
  queues: Iterable<string>;
  exchanges: Iterable<string>;
}

/** Looks at the broker of a URL, as a client that makes nothing. */
export async function inspectBroker(
  url: string,
  options: InspectOptions,
): Promise<Inspection | BrokerProblem> {
  const address = readBrokerUrl(url);
  if ("code" in address) return address;
  return address.scheme === "sqlite"
    ? inspectSqlite(url, options)
    : inspectRabbitmq(address, options);
}

const CLOSE_MS = 1000;

/** A file: if there is one, it must open. Its queues are rows, and it has no exchanges. */
async function inspectSqlite(
  url: string,
  { namespace, name, now, queues, exchanges }: InspectOptions,
): Promise<Inspection | BrokerProblem> {
  const broker = openBroker(url, { namespace, name, now, emit: () => undefined });
  if (isBrokerProblem(broker)) return broker;
  const link = await broker.openLedger();
  // Without a ledger no clock has used it yet, and nothing stands in the way of the first one.
  if (isBrokerProblem(link) && link.code !== "BROKER_NO_LEDGER") return link;
  if (!isBrokerProblem(link)) await link.close(CLOSE_MS);
  const message = "the embedded broker has no exchanges: a job with publish needs RabbitMQ";
  return {
    place: broker.place,
    queues: new Map([...queues].map((queue) => [queue, "ready"])),
    exchanges: new Map([...exchanges].map((one) => [one, { code: "BROKER_NO_EXCHANGE", message }])),
    usualConsumerTimeout: undefined,
  };
}
