import type { Channel, ConsumeMessage } from "amqplib";
import type { Amqp } from "../support/amqp.ts";
import type { SeenFire, SeenMissed } from "./evidence.ts";
import type { Collected } from "./ground.ts";

export const QUEUES = ["default", "urgent", "foreign"] as const;

/** The name of a queue in the broker; that of another service is also its exchange's. */
export function queueName(namespace: string, queue: (typeof QUEUES)[number]): string {
  return queue === "foreign" ? `${namespace}-foreign` : `${namespace}.work.${queue}`;
}

/** Takes all that a round has left in its queues, and reads its ledger from the oldest record. */
export async function collectFromRabbitmq(amqp: Amqp, namespace: string): Promise<Collected> {
  const queued: SeenFire[] = [];
  for (const queue of QUEUES) queued.push(...(await drain(amqp, queueName(namespace, queue))));
  return { queued, ...(await readLedger(amqp, namespace)), odd: [] };
}

const MARK = "mark";
/** Until the mark has come back. ms. */
const READ_WITHIN_MS = 30_000;

/** Everything in a queue, in its order, up to a mark of our own that is put behind it. */
async function drain({ model }: Amqp, queue: string): Promise<SeenFire[]> {
  const channel = await model.createChannel();
  await channel.prefetch(1000);
  const fires: SeenFire[] = [];
  channel.sendToQueue(queue, Buffer.from("{}"), { type: MARK });
  await readToMark(channel, queue, {}, (message) => fires.push(fireOf(message)));
  await channel.close();
  return fires;
}

/** Takes what is left in work queues and in the queues of retries with these delays. */
export async function leftIn(
  amqp: Amqp,
  namespace: string,
  delays: readonly number[],
): Promise<string[]> {
  const names = [
    ...["default", "urgent"].map((queue) => `${namespace}.work.${queue}`),
    ...delays.map((delay) => `${namespace}.retry.${delay}`),
  ];
  const left: string[] = [];
  for (const name of names) {
    if (!(await isThere(amqp, name))) continue;
    for (const { messageId, headers } of await amqp.drain(name)) {
      left.push(`left in ${name}: ${messageId}#${headers["x-clockd-attempt"]}`);
    }
  }
  return left;
}

/** Asks on a channel of its own, which an answer of no closes. */
async function isThere({ model }: Amqp, queue: string): Promise<boolean> {
  const channel = await model.createChannel();
  channel.on("error", () => {});
  try {
    await channel.checkQueue(queue);
    await channel.close();
    return true;
  } catch {
    return false;
  }
}

async function readLedger(
  { model }: Amqp,
  namespace: string,
): Promise<Pick<Collected, "ledger" | "trail">> {
  const channel = await model.createChannel();
  await channel.prefetch(1000);
  const nonce = `judge-${namespace}`;
  const body = JSON.stringify({ version: 1, kind: MARK, at: Date.now(), nonce });
  const properties = { type: MARK, contentType: "application/json", persistent: true };
  channel.publish(namespace, `ledger.${MARK}`, Buffer.from(body), properties);
  const fires: SeenFire[] = [];
  const missed: SeenMissed[] = [];
  const added = new Map<string, number>();
  const trail: string[] = [];
  const isOurs = (message: ConsumeMessage) => bodyOf(message).nonce === nonce;
  const read = (message: ConsumeMessage) => {
    const kind = String(message.properties.type);
    const content = kind === "fire" ? {} : bodyOf(message);
    const name = typeof content.event === "string" ? `${kind}.${content.event}` : kind;
    const said = kind === "fire" ? message.properties.headers : content;
    trail.push(`${name} ${JSON.stringify(said)}`);
    if (kind === "fire") fires.push(fireOf(message));
    if (kind === "missed") missed.push(content as unknown as SeenMissed);
    if (name !== "job.added") return;
    for (const job of content.jobs as string[]) {
      if (!added.has(job)) added.set(job, content.after as number);
    }
  };
  await readToMark(channel, `${namespace}.ledger`, { "x-stream-offset": "first" }, read, isOurs);
  await channel.close();
  return { ledger: { fires, missed, added }, trail };
}

/** Resolves when the mark was read; `read` gets all that comes before it. */
function readToMark(
  channel: Channel,
  queue: string,
  args: Record<string, unknown>,
  read: (message: ConsumeMessage) => void,
  isEnd: (message: ConsumeMessage) => boolean = () => true,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`reading ${queue}: ${why}`));
    };
    const timer = setTimeout(() => fail("its end did not come"), READ_WITHIN_MS);
    channel.on("error", (error: Error) => fail(error.message));
    const onMessage = (message: ConsumeMessage | null) => {
      if (!message) return fail("it was deleted");
      channel.ack(message);
      if (message.properties.type !== MARK) return read(message);
      if (!isEnd(message)) return;
      clearTimeout(timer);
      resolve();
    };
    channel.consume(queue, onMessage, { arguments: args }).catch(({ message }) => fail(message));
  });
}

function fireOf({ properties }: ConsumeMessage): SeenFire {
  const { messageId: id, headers = {} } = properties;
  const slot = Date.parse(String(headers["x-clockd-slot"]));
  const job = String(headers["x-clockd-job"]);
  return { id, job, slot, flagged: headers["x-clockd-maybe-duplicate"] === true };
}

function bodyOf(message: ConsumeMessage): Record<string, unknown> {
  return JSON.parse(message.content.toString());
}
