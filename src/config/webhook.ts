import { error, type Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import { nearest } from "./nearest.ts";
import type { Webhook } from "./notice.ts";
import { PLACEHOLDERS, placeholdersIn } from "./placeholders.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, type Raw } from "./raw.ts";
import type { TaskContext } from "./task.ts";

const TIMEOUT_MS = 10_000;
const RETRIES = 3;

/** They belong to the connection, and not to who makes a request. */
const OF_THE_CONNECTION: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
];

/** Reads a notice with `webhook`. Undefined when its address is none. */
export function readWebhook(raw: Raw, path: string, context: TaskContext): Webhook | undefined {
  const url = readAddress(raw.webhook, `${path}/webhook`, context);
  const headers = readHeaders(asMap(raw.headers), `${path}/headers`, context);
  const timeout = readDuration("notice_timeout", raw.timeout, `${path}/timeout`, context.report);
  const { body } = raw;
  checkBody(body, `${path}/body`, context.report);
  if (url === undefined) return undefined;
  return {
    ...{ kind: "webhook", url, headers },
    timeout: timeout ?? TIMEOUT_MS,
    retries: Number.isInteger(raw.retries) ? (raw.retries as number) : RETRIES,
    ...(body === undefined
      ? {}
      : { body: context.variables.deep(body, `${path}/body`, context.unset.env) }),
  };
}

/**
 * Reads an http address. Undefined when it is none, which is said without a word of it: it may hold a
 * secret. Where variables are missing nobody knows what it will be; where they leave nothing at all,
 * as `${ALERTS_URL:-}` does on a laptop, nobody is to be told.
 */
export function readAddress(
  value: unknown,
  path: string,
  { variables, unset, report }: TaskContext,
): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const text = variables.text(value, path, unset.env);
  if (text === "") return undefined;
  if (isAddress(text) || !variables.areSet(value)) return text;
  const finding = error("CONFIG_VALUE", path, "value", "expected an http or https address");
  report({ ...finding, hint: "it begins with https:// or http:// and a host" });
  return undefined;
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  return /^https?:$/.test(new URL(text).protocol);
}

function readHeaders(raw: Raw, path: string, context: TaskContext): Record<string, string> {
  const { variables, unset, written, report } = context;
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(raw)) {
    const place = joinPointer(path, name);
    if (OF_THE_CONNECTION.includes(name.toLowerCase())) {
      report(error("CONFIG_HEADER_NAME", place, "key", `the header "${name}" cannot be set`));
    }
    if (typeof value === "string") {
      const text = variables.text(value, place, unset.env);
      // A variable's value often ends with the newline of the file that it came from.
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text.trim())) {
        const message = "a header cannot hold a line break, nor letters beyond Latin-1";
        report(error("CONFIG_VALUE", place, "value", message));
      }
      headers.push([name, text.trim()]);
    } else if (typeof value === "number" || typeof value === "boolean") {
      headers.push([name, written.get(raw)?.get(name) ?? String(value)]);
    }
  }
  return Object.fromEntries(headers);
}

function checkBody(body: unknown, path: string, report: (finding: Finding) => void): void {
  if (typeof body === "string" && /^\s*[[{](?!\{)/.test(body)) {
    // What is put into it could not be escaped.
    const finding = error("CONFIG_VALUE", path, "value", "a body that is text is no JSON");
    report({ ...finding, hint: "write JSON as a map or a list of YAML" });
  }
  checkPlaceholders(body, path, report);
}

function checkPlaceholders(value: unknown, path: string, report: (finding: Finding) => void): void {
  if (typeof value === "string") {
    for (const name of placeholdersIn(value)) checkPlaceholder(name, PLACEHOLDERS, path, report);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkPlaceholders(item, joinPointer(path, key), report);
    }
  }
}

/** Reports a placeholder that is none of `known`. */
export function checkPlaceholder(
  name: string,
  known: readonly string[],
  path: string,
  report: (finding: Finding) => void,
): void {
  if (known.includes(name)) return;
  const message = `there is no placeholder {{${name.slice(0, 40)}}} here`;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `known: ${known.join(", ")}` : `did you mean {{${meant}}}?`;
  report({ ...error("CONFIG_PLACEHOLDER", path, "value", message), hint });
}
