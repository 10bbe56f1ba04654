import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import type { Channel, ChannelModel } from "amqplib";
import type { BrokerProblem } from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import type { BrokerAddress } from "./url.ts";

/** One connection and the news that it is gone. */
export interface Connected {
  model: ChannelModel;
  /** Resolves once, with the first reason. Never after `closing()`. */
  lost: Promise<BrokerProblem>;
  isLost(): boolean;
  /** Declares it lost and drops the connection without waiting for the other side. */
  lose(problem: BrokerProblem): void;
  /** From here on its end is wanted, and nothing is a loss. */
  closing(): void;
}

/** A broker that accepts the connection but says nothing (frozen, or no broker at all). ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Connects; `name` is shown in the broker's list of connections. */
export async function connectTo(
  address: BrokerAddress,
  name: string,
): Promise<Connected | BrokerProblem> {
  const options = await socketOptions(address, name);
  if ("code" in options) return options;
  // Whoever uses the embedded broker is spared the library.
  const { connect } = await import("amqplib");
  try {
    return watch(await connect(address.url, options));
  } catch (error) {
    return explain(error, address.place);
  }
}

async function socketOptions(address: BrokerAddress, name: string) {
  const tls: { ca?: Buffer[]; cert?: Buffer; key?: Buffer } = {};
  try {
    if (address.tls.ca) tls.ca = [await readFile(address.tls.ca)];
    if (address.tls.cert) tls.cert = await readFile(address.tls.cert);
    if (address.tls.key) tls.key = await readFile(address.tls.key);
  } catch (error) {
    return problem("BROKER_TLS_FILE", `cannot read a TLS file: ${(error as Error).message}`);
  }
  // Without noDelay a confirm takes 44 ms instead of 1 ms.
  const clientProperties = { connection_name: name };
  return { ...tls, noDelay: true, timeout: CONNECT_TIMEOUT_MS, clientProperties };
}

function watch(model: ChannelModel): Connected {
  const { promise, resolve } = Promise.withResolvers<BrokerProblem>();
  let state: "open" | "lost" | "closing" = "open";
  const lose = (reason: BrokerProblem) => {
    if (state !== "open") return;
    state = "lost";
    resolve(reason);
    void drop(model);
  };
  let lastError: Error | undefined;
  // Without a listener for `error` the process would die; the reason is only there.
  model.on("error", (error) => {
    lastError = error;
  });
  model.on("close", (error) => lose(problem("BROKER_CLOSED", reasonOf(lastError ?? error))));
  return {
    model,
    lost: promise,
    isLost: () => state === "lost",
    lose,
    closing: () => {
      if (state === "open") state = "closing";
    },
  };
}

/** Closes as the protocol wants it, and without the other side when it does not answer. */
export async function drop(model: ChannelModel): Promise<void> {
  // Not in the driver's types; without it a frozen broker would hold the process.
  const { stream } = model.connection as unknown as { stream: Socket };
  await withDeadline(model.close(), 1000);
  // Only from an error does the driver learn that it can end its channels and its heartbeat.
  stream.destroy(new Error("the other side did not answer the end of the connection"));
}

/**
 * Makes the end of a channel the end of the connection: a link is whole or it is lost. `isWanted`:
 * this end is no loss.
 */
export function tie<C extends Channel>(
  channel: C,
  connected: Connected,
  isWanted = () => false,
): C {
  let lastError: Error | undefined;
  channel.on("error", (error) => {
    lastError = error;
  });
  channel.on("close", () => {
    if (isWanted()) return;
    connected.lose(problem("BROKER_CHANNEL_CLOSED", reasonOf(lastError)));
  });
  return channel;
}

/** A broker that is alive answers a question in much less. ms. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Runs one conversation on a channel of its own, so that a refusal harms no other channel. Always
 * ends: when the connection goes at the wrong moment, the driver never answers.
 */
export async function onScratchChannel<T>(
  connected: Connected,
  talk: (channel: Channel) => Promise<T>,
): Promise<T | BrokerProblem> {
  const conversation = async () => {
    const channel = await connected.model.createChannel();
    channel.on("error", () => undefined);
    const answer = await talk(channel);
    channel.close().catch(() => undefined);
    return answer;
  };
  const refused = (error: Error & { code?: number }) =>
    // 4xx and 5xx are the broker's own words; without a code it is the driver's or the network's.
    problem(error.code ? "BROKER_REFUSED" : "BROKER_CLOSED", reasonOf(error));
  return orLost(connected, conversation().catch(refused));
}

/** What `work` says; or why the connection is lost, or silent, when that comes first. */
export async function orLost<T>(
  connected: Connected,
  work: Promise<T>,
): Promise<T | BrokerProblem> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<BrokerProblem>((resolve) => {
    const message = `the broker has not answered for ${ANSWER_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => resolve(problem("BROKER_SILENT", message)), ANSWER_TIMEOUT_MS);
  });
  const answer = await Promise.race([work, connected.lost, silence]);
  clearTimeout(timer);
  return answer;
}

export function problem(code: BrokerProblem["code"], message: string): BrokerProblem {
  return { code, message };
}

function reasonOf(error: Error | undefined): string {
  return error?.message || "the connection was closed";
}

/** Node puts the reason of a failed connect in `code` or, for several addresses, in `errors`. */
function explain(error: unknown, place: string): BrokerProblem {
  const { message, code, errors } = error as Error & { code?: string | number; errors?: Error[] };
  const text = (message || errors?.[0]?.message || String(code ?? error)).replace(/\s+/g, " ");
  if (/ACCESS[_-]REFUSED|403/.test(text)) {
    return problem("BROKER_ACCESS", `${place} refused the user or password`);
  }
  // The driver keeps the broker's own words for this one to itself.
  if (/NOT[_-]ALLOWED|530|ConnectionOpenOk; got <ConnectionClose/.test(text)) {
    const reason = "the virtual host does not exist, is down, or is not for this user";
    return problem("BROKER_ACCESS", `${place}: ${reason}`);
  }
  return problem("BROKER_UNREACHABLE", `cannot reach ${place}: ${text}`);
}
