import type { Fire } from "../ledger/fire.ts";
import type { FireOutcome } from "./broker.ts";
import { deadHeaders } from "./dead-letter.ts";
import { refuseDelay } from "./delay.ts";
import { outcomeOf } from "./sqlite-ledger.ts";
import type { Link } from "./sqlite-link.ts";
import { encodeFire } from "./wire.ts";

/** What a worker does with a fire when its message is not at hand. */
export function createRetrying({ db, ns, write }: Link, now: () => number) {
  const work = db.prepare("INSERT INTO work (ns, queue, headers, body) VALUES (?, ?, ?, ?)");
  const wait = db.prepare(
    "INSERT INTO waiting (ns, queue, since, due, headers, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const dead = db.prepare("INSERT INTO dead (ns, headers, body) VALUES (?, ?, ?)");
  return {
    /** Into its work queue, or where it waits until then. */
    async again(fire: Fire, delayMs: number): Promise<FireOutcome> {
      const refused = refuseDelay(delayMs);
      if (refused) return refused;
      const at = now();
      const { queue, headers, body } = messageOf(fire, at);
      const text = JSON.stringify(headers);
      const due = at + Math.ceil(delayMs);
      const put = () =>
        due > at ? wait.run(ns, queue, at, due, text, body) : work.run(ns, queue, text, body);
      return outcomeOf(await write(put));
    },
    async bury(fire: Fire, reason: string): Promise<FireOutcome> {
      const at = now();
      const { queue, headers, body } = messageOf(fire, at);
      const text = JSON.stringify({ ...headers, ...deadHeaders(queue, reason, at) });
      return outcomeOf(await write(() => dead.run(ns, text, body)));
    },
  };
}

function messageOf(fire: Fire, at: number) {
  if (fire.target.kind !== "run") throw new Error("only a fire for a worker has a work queue");
  const { body, properties } = encodeFire(fire, at);
  return { queue: fire.target.queue, headers: properties.headers, body };
}
