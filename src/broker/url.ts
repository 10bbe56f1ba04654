import type { BrokerProblem } from "./broker.ts";

/** A broker's URL, taken apart. */
export interface BrokerAddress {
  scheme: "amqp" | "amqps";
  /** For the driver: with the password, a heartbeat, and without what is in `tls`. */
  url: string;
  /** For people: `localhost:5672/shop`. Without user and password. */
  place: string;
  /** Paths from the query, by RabbitMQ's own names for them (cacertfile, certfile, keyfile). */
  tls: { ca?: string; cert?: string; key?: string };
}

/** Noticing a dead broker takes two of these. Seconds. */
const HEARTBEAT_S = 5;

const SHAPE = "write amqp://USER:PASSWORD@HOST:5672/VHOST or amqps://…";

/** Reads `amqp://` and `amqps://` URLs. The problem never repeats the URL: it may hold a password. */
export function readBrokerUrl(text: string): BrokerAddress | BrokerProblem {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1);
  if (!url?.hostname) return badUrl(`the broker's URL cannot be read: ${SHAPE}`);
  if (scheme !== "amqp" && scheme !== "amqps") {
    return badUrl(`the broker's URL begins with ${url.protocol}//: ${SHAPE}`);
  }
  if (url.pathname.slice(1).includes("/")) {
    return badUrl(`the virtual host in the broker's URL has a "/": write it as %2f`);
  }
  const tls: BrokerAddress["tls"] = {};
  for (const [option, key] of [
    ["cacertfile", "ca"],
    ["certfile", "cert"],
    ["keyfile", "key"],
  ] as const) {
    const path = url.searchParams.get(option);
    if (path) tls[key] = path;
    url.searchParams.delete(option);
  }
  // As a socket option the driver ignores it: it must be in the query.
  if (!url.searchParams.has("heartbeat")) url.searchParams.set("heartbeat", String(HEARTBEAT_S));
  const heartbeat = url.searchParams.get("heartbeat") as string;
  if (!/^\d{1,5}$/.test(heartbeat) || Number(heartbeat) > 65_535) {
    return badUrl("the heartbeat in the broker's URL is not a number of seconds from 0 to 65535");
  }
  const port = url.port || (scheme === "amqps" ? "5671" : "5672");
  const vhost = url.pathname.length > 1 ? url.pathname : "";
  return { scheme, url: url.href, place: `${url.hostname}:${port}${vhost}`, tls };
}

/**
 * The URL to use, by precedence: the flag, then the environment's usual names, then the file, then
 * RabbitMQ's own default.
 */
export function chooseBrokerUrl(
  flag: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): string {
  return (
    flag ||
    environment.CLOCKD_BROKER_URL ||
    environment.AMQP_URL ||
    environment.CLOUDAMQP_URL ||
    environment.RABBITMQ_URL ||
    file ||
    "amqp://localhost"
  );
}

function badUrl(message: string): BrokerProblem {
  return { code: "BROKER_URL", message };
}
