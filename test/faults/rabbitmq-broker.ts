import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";
import type { Rabbitmq } from "../support/rabbitmq.ts";

/** A RabbitMQ of one's own, to be broken. Faults of the broker come one after the other. */
export interface BrokerUnderTest {
  readonly url: string;
  readonly port: number;
  readonly version: string;
  /** As a power cut; back `restart` ms later. Calls `begun` when it is dead. */
  kill(restart: number, begun: () => void): Promise<void>;
  /** It answers nothing for so long, ms. */
  freeze(lasts: number, begun: () => void): Promise<void>;
  /** It has no memory left, and takes no messages for so long, ms. */
  alarm(lasts: number, begun: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** Every fault rejects when it did not happen, and has ended when it resolves. */
export function brokerUnderTest(rabbitmq: Rabbitmq): BrokerUnderTest {
  const oneByOne = createQueue();
  const isAnswering = () => answers(rabbitmq.url);
  return {
    url: rabbitmq.url,
    port: rabbitmq.port,
    version: rabbitmq.version,
    kill: (restart, begun) =>
      oneByOne(async () => {
        await rabbitmq.kill();
        begun();
        const alive = await isAnswering();
        await sleep(restart);
        await rabbitmq.restart();
        if (alive) throw new Error("the broker was killed, and it answered all the same");
      }),
    freeze: (lasts, begun) =>
      oneByOne(async () => {
        rabbitmq.freeze();
        begun();
        const [alive] = await Promise.all([isAnswering(), sleep(lasts)]).finally(rabbitmq.thaw);
        if (alive) throw new Error("the broker was frozen, and it answered all the same");
      }),
    alarm: (lasts, begun) =>
      oneByOne(async () => {
        const alarms = await rabbitmq.evaluate(`${setMemory("0.00001")}, ${ALARMS}`);
        begun();
        await sleep(lasts);
        const after = await rabbitmq.evaluate(`${setMemory("0.6")}, ${ALARMS}`);
        if (!alarms.includes("memory")) throw new Error(`there was no memory alarm: ${alarms}`);
        if (after.includes("memory")) throw new Error(`the memory alarm did not end: ${after}`);
      }),
    stop: rabbitmq.stop,
  };
}

const ALARMS = "rabbit_alarm:get_alarms().";

function setMemory(share: string): string {
  return `vm_memory_monitor:set_vm_memory_high_watermark(${share})`;
}

async function answers(url: string): Promise<boolean> {
  try {
    const model = await connect(url, { timeout: 300 });
    model.on("error", () => {});
    await model.close();
    return true;
  } catch {
    return false;
  }
}

/** Runs what it is given one after the other, whatever becomes of each. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
