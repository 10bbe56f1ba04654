import { type Fields, fieldsOf, isObject, isProse } from "./fields.ts";
import type { Fire } from "./fire.ts";
import type { Trigger } from "./record.ts";
import type { Leader } from "./state.ts";

// The parts of a snapshot beside its jobs. Undefined: it is not what was written.

export function readLeader(value: unknown): Leader | undefined {
  return read(value, (fields) => ({
    clock: fields.text("clock"),
    epoch: fields.count("epoch", 1),
    since: fields.instant("since"),
    config: fields.text("config"),
    seen: fields.instant("seen"),
  }));
}

export function readTrigger(value: unknown): Trigger | undefined {
  return read(value, (fields, { payload }) => ({
    job: fields.job("job"),
    slot: fields.instant("slot"),
    by: fields.text("by"),
    ...(payload === undefined ? {} : { payload }),
  }));
}

export function readFire(value: unknown): Fire | undefined {
  return read(value, (fields, raw) => {
    const target = readTarget(raw.target);
    return (
      target && {
        job: fields.job("job"),
        slot: fields.instant("slot"),
        attempt: fields.count("attempt", 1),
        config: fields.get("config", isProse, "a text"),
        epoch: fields.count("epoch", 0),
        catchUp: fields.flag("catchUp"),
        maybeDuplicate: fields.flag("maybeDuplicate"),
        triggered: fields.flag("triggered"),
        target,
      }
    );
  });
}

function readTarget(value: unknown): Fire["target"] | undefined {
  return read(value, (fields, { kind, payload, body }): Fire["target"] | undefined => {
    const text = (name: string) => fields.get(name, isProse, "a text");
    if (kind === "run") {
      return { kind, queue: text("queue"), ...(payload === undefined ? {} : { payload }) };
    }
    if (kind !== "publish") return undefined;
    const [exchange, routingKey] = [text("exchange"), text("routingKey")];
    const headers = fields.get("headers", isObject, "an object");
    return { kind, exchange, routingKey, headers, body };
  });
}

function read<T>(
  value: unknown,
  make: (fields: Fields, raw: Readonly<Record<string, unknown>>) => T | undefined,
): T | undefined {
  if (!isObject(value)) return undefined;
  const fields = fieldsOf(value);
  const made = make(fields, value);
  return fields.fault === undefined ? made : undefined;
}
