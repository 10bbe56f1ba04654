import type { ErrorObject } from "ajv";
import { error, type Finding } from "./finding.ts";
import { splitPointer } from "./pointer.ts";

/** Which of a job's keys each of these needs one of. */
const GOES_WITH: Record<string, readonly string[]> = {
  anchor: ["every"],
  day_match: ["cron"],
  dst: ["cron", "at"],
};

/** A key that does not go with the job's kind. Undefined when the kinds themselves are what is wrong. */
export function misplacedKey({ instancePath }: ErrorObject, root: unknown): Finding | undefined {
  const end = instancePath.lastIndexOf("/");
  if (/\/on_[a-z]+(\/\d+)?\/[a-z]+$/.test(instancePath)) return misplacedInNotice(instancePath);
  if (/^\/tests\/\d+\/[a-z]+$/.test(instancePath)) return misplacedInTest(instancePath);
  const job = valueAt(root, instancePath.slice(0, end));
  const key = instancePath.slice(end + 1);
  const needed = GOES_WITH[key] ?? ["run"];
  if (needed.some((kind) => has(job, kind))) return undefined;
  const got = (GOES_WITH[key] ? ["cron", "every", "at"] : ["publish"]).find((kind) =>
    has(job, kind),
  );
  const wanted = needed.map((kind) => `"${kind}"`).join(" or ");
  const message = `"${key}" goes with ${wanted}, this job has "${got}"`;
  return error("CONFIG_MISPLACED_KEY", instancePath, "key", message);
}

function misplacedInNotice(path: string): Finding {
  const key = path.slice(path.lastIndexOf("/") + 1);
  const message = `"${key}" goes with "webhook", this notice has "command"`;
  return error("CONFIG_MISPLACED_KEY", path, "key", message);
}

function misplacedInTest(path: string): Finding {
  const key = path.slice(path.lastIndexOf("/") + 1);
  const message = `"${key}" goes with "job", this test has "never_together"`;
  return error("CONFIG_MISPLACED_KEY", path, "key", message);
}

function valueAt(root: unknown, path: string): unknown {
  return splitPointer(path).reduce<unknown>(
    (at, key) => (at as Record<string, unknown>)[key],
    root,
  );
}

function has(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
