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

/** The file of the embedded broker. */
export interface FileAddress {
  scheme: "sqlite";
  path: string;
}

/** What is used when nothing is said. */
const DEFAULT_URL = "sqlite:.clockd/clockd.db";

const FILE_SHAPE = "write sqlite:PATH, such as sqlite:.clockd/clockd.db";

/** Noticing a dead broker takes two of these. Seconds. */
const HEARTBEAT_S = 5;

const SHAPE = "write amqp://USER:PASSWORD@HOST:5672/VHOST, amqps://… or sqlite:PATH";

/**
 * Reads `amqp:`, `amqps:` and `sqlite:` URLs. The problem never repeats the URL: it may hold a
 * password. The path after `sqlite:` is taken as it is, and is relative to the working directory.
 */
export function readBrokerUrl(text: string): BrokerAddress | FileAddress | BrokerProblem {
  return /^sqlite:/i.test(text) ? readFileUrl(text.slice("sqlite:".length)) : readAmqpUrl(text);
}

function readFileUrl(rest: string): FileAddress | BrokerProblem {
  // sqlite:///var/lib/clockd.db has an empty host, as file: URLs have.
  const path = rest.replace(/^\/\/(?=\/)/, "");
  if (path === "") return badUrl(`the broker's URL names no file: ${FILE_SHAPE}`);
  if (path.startsWith("//")) {
    return badUrl(`the broker's URL names a host, but the file must be on this one: ${FILE_SHAPE}`);
  }
  if (path.startsWith(":")) {
    return badUrl(`a broker in memory would forget every fire at its end: ${FILE_SHAPE}`);
  }
  if (/[\0?#]/.test(path)) {
    return badUrl(`the path in the broker's URL has a "?", a "#" or a NUL: ${FILE_SHAPE}`);
  }
  if (/[\\/]$/.test(path)) return badUrl(`the broker's URL names a folder: ${FILE_SHAPE}`);
  return { scheme: "sqlite", path };
}

function readAmqpUrl(text: string): BrokerAddress | BrokerProblem {
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
 * the embedded broker's default. A broker that is named and away is waited for, never replaced.
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
    DEFAULT_URL
  );
}

function badUrl(message: string): BrokerProblem {
  return { code: "BROKER_URL", message };
}
