import type { ErrorObject } from "ajv";
import { error, type Finding } from "./finding.ts";
import { formHint } from "./form-hint.ts";
import { misplacedKey } from "./misplaced.ts";
import { nearest } from "./nearest.ts";
import { joinPointer } from "./pointer.ts";

/**
 * What the schema has against a value, as a finding in clockd's own words. Undefined when another
 * finding says the same: one wrong value must not be told twice. `root` is the whole file's value.
 */
export function describeFault(fault: ErrorObject, root: unknown): Finding | undefined {
  // The branches of "exactly one of" and the pattern of a key are told by their parent.
  if (fault.schemaPath.includes("/oneOf/") || fault.propertyName !== undefined) return undefined;
  const describe = describers[fault.keyword] ?? otherFault;
  return describe(fault, root);
}

type Describe = (fault: ErrorObject, root: unknown) => Finding | undefined;

const describers: Record<string, Describe> = {
  type: wrongType,
  const: wrongVersion,
  enum: notOneOf,
  pattern: notAsExpected,
  minimum: notAsExpected,
  maximum: notAsExpected,
  minLength: (fault) => wrongValue(fault, "expected text that is not empty"),
  minItems: tooFew,
  minProperties: noneOfKeys,
  required: missingKey,
  additionalProperties: unknownKey,
  propertyNames: wrongName,
  oneOf: notExactlyOne,
  // Its branch tells what is wrong.
  if: () => undefined,
  "false schema": misplacedKey,
};

function wrongType(fault: ErrorObject): Finding {
  const got = fault.data;
  // A number of the wrong kind.
  if (typeof got === "number" && fault.schema === "integer") return notAsExpected(fault);
  const message = `expected ${expected(fault)}, got ${kindOf(got)}`;
  const finding = error("CONFIG_TYPE", fault.instancePath, "value", message);
  const hint = typeHint(got, fault.parentSchema ?? {});
  return hint ? { ...finding, hint } : finding;
}

function typeHint(got: unknown, schema: Record<string, unknown>): string | undefined {
  if (got === null) return "give it a value, or remove the key";
  const hint = formHint(schema.$comment, got);
  if (hint || (typeof got !== "number" && typeof got !== "boolean")) return hint;
  const types = [schema.type].flat();
  if (typeof got === "number" && types.includes("integer")) return undefined;
  return types.includes("string") ? `write it in quotes: "${got}"` : undefined;
}

function wrongVersion({ instancePath, data }: ErrorObject): Finding {
  const message = `this clockd reads version 1 of the format, got ${shorten(data)}`;
  return { ...error("CONFIG_VERSION", instancePath, "value", message), hint: "write version: 1" };
}

function wrongValue(fault: ErrorObject, message: string): Finding {
  return error("CONFIG_VALUE", fault.instancePath, "value", message);
}

function notAsExpected(fault: ErrorObject): Finding {
  const finding = wrongValue(fault, `expected ${expected(fault)}, got ${shorten(fault.data)}`);
  const hint = formHint(fault.parentSchema?.$comment, fault.data);
  return hint ? { ...finding, hint } : finding;
}

function notOneOf(fault: ErrorObject): Finding | undefined {
  if (fault.parentSchema?.type === "boolean" && fault.data === false) return notAsExpected(fault);
  // What is no text is told by its type.
  if (typeof fault.data !== "string") return undefined;
  const allowed = fault.schema as string[];
  const message = `expected one of ${allowed.join(", ")}, got ${shorten(fault.data)}`;
  const lower = fault.data.toLowerCase();
  const finding = wrongValue(fault, message);
  return allowed.includes(lower) ? { ...finding, hint: `write ${lower}` } : finding;
}

function tooFew(fault: ErrorObject): Finding {
  const { length } = fault.data as unknown[];
  if (fault.schema !== 1) return wrongValue(fault, `expected ${expected(fault)}, got ${length}`);
  return wrongValue(fault, "expected at least one item, got an empty list");
}

function noneOfKeys({ instancePath, parentSchema }: ErrorObject): Finding {
  const keys = Object.keys(parentSchema?.properties as object);
  const message = `expected at least one of ${keys.join(", ")}`;
  return error("CONFIG_VALUE", instancePath, "key", message);
}

function missingKey({ instancePath, params }: ErrorObject): Finding {
  const message = `the key "${params.missingProperty}" is missing`;
  const finding = error("CONFIG_MISSING_KEY", instancePath, "key", message);
  return params.missingProperty === "version" ? { ...finding, hint: "add version: 1" } : finding;
}

function unknownKey({ instancePath, params, parentSchema }: ErrorObject): Finding {
  const key = params.additionalProperty as string;
  const path = joinPointer(instancePath, key);
  const finding = error("CONFIG_UNKNOWN_KEY", path, "key", `unknown key ${shorten(key)}`);
  if (key === "<<") return { ...finding, hint: "merge keys are not YAML 1.2: use defaults" };
  const meant = nearest(key, Object.keys((parentSchema?.properties as object) ?? {}));
  return meant === undefined ? finding : { ...finding, hint: `did you mean ${meant}?` };
}

function wrongName({ instancePath, params, data }: ErrorObject): Finding {
  const name = params.propertyName as string;
  const path = joinPointer(instancePath, name);
  if (instancePath === "/jobs" || instancePath === "/calendars") {
    return wrongOwnName(instancePath, name, data as object);
  }
  if (instancePath.endsWith("/headers")) {
    return error("CONFIG_HEADER_NAME", path, "key", headerFault(instancePath, name));
  }
  const message = name.startsWith("CLOCKD_")
    ? `${shorten(name)} is set by clockd itself`
    : `a variable's name is letters, digits and _, got ${shorten(name)}`;
  return error("CONFIG_ENV_NAME", path, "key", message);
}

function headerFault(path: string, name: string): string {
  if (name === "") return "a header needs a name";
  return path.endsWith("/publish/headers")
    ? `the header ${shorten(name)} is set by clockd itself`
    : `a header's name is letters, digits and -, got ${shorten(name)}`;
}

/** The name of a job or a calendar. */
function wrongOwnName(parent: string, name: string, siblings: object): Finding {
  const path = joinPointer(parent, name);
  const lower = name.toLowerCase();
  if (lower !== name && Object.hasOwn(siblings, lower)) {
    const message = `the name "${name}" differs only by case from "${lower}"`;
    return {
      ...error("CONFIG_NAME_CASE", path, "key", message),
      first: joinPointer(parent, lower),
    };
  }
  const message = `a name is 1 to 100 characters of a-z 0-9 . _ -, got ${shorten(name)}`;
  const finding = error("CONFIG_NAME", path, "key", message);
  const plain = lower.replaceAll(" ", "-");
  return /^[a-z0-9._-]{1,100}$/.test(plain) ? { ...finding, hint: `write ${plain}` } : finding;
}

/** By the first of several keys: what has exactly one of them, and the code of a problem with it. */
const KIND_OF: Readonly<Record<string, readonly [what: string, code: string]>> = {
  cron: ["job", "CONFIG_SCHEDULE_KIND"],
  run: ["job", "CONFIG_TASK_KIND"],
  webhook: ["notice", "CONFIG_NOTICE_KIND"],
  job: ["test", "CONFIG_TEST_KIND"],
};

function notExactlyOne({ instancePath, parentSchema, data }: ErrorObject): Finding | undefined {
  if (kindOf(data) !== KINDS.object) return undefined;
  const branches = parentSchema?.oneOf as { required: [string] }[];
  const keys = branches.map((branch) => branch.required[0]);
  const given = keys.filter((key) => Object.hasOwn(data as object, key));
  const [what, code] = KIND_OF[keys[0]!]!;
  const got = given.length === 0 ? "none" : given.join(" and ");
  const message = `a ${what} has exactly one of ${keys.join(", ")}, got ${got}`;
  return error(code, instancePath, "key", message);
}

/** For a keyword that the schema has and this file does not know yet: better rough than silent. */
function otherFault(fault: ErrorObject): Finding {
  return wrongValue(fault, fault.message ?? "is not allowed");
}

const KINDS: Record<string, string> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** In the words of the schema's $comment, or by the type alone. */
function expected({ parentSchema }: ErrorObject): string {
  const { $comment, type } = parentSchema ?? {};
  return typeof $comment === "string" ? $comment : (KINDS[String(type)] ?? String(type));
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "boolean") return String(value);
  return KINDS[Array.isArray(value) ? "array" : typeof value]!;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
