/**
 * How to write a value of a form that the schema's `$comment` names, when `got` is not of that form.
 * Undefined when there is nothing to say that the form itself does not.
 */
export function formHint(form: unknown, got: unknown): string | undefined {
  const [, hint] = HINTS.find(([start]) => String(form).startsWith(start)) ?? [];
  return hint?.(got);
}

type Hint = (got: unknown) => string | undefined;

const HINTS: readonly (readonly [start: string, hint: Hint])[] = [
  ["a duration", (got) => (isPlain(got) ? `write a unit, such as ${got}s` : undefined)],
  ["a size", sizeHint],
  // YAML reads 027 as twenty-seven: what was written is not known here.
  ["an octal mask", () => 'write three digits from 0 to 7 in quotes, such as "027"'],
  ["the path of a shell", shellHint],
  ["a map such as {attempts", attemptsHint],
];

/** A text would have been written otherwise. */
function isPlain(got: unknown): boolean {
  return typeof got === "number" || typeof got === "boolean";
}

function sizeHint(got: unknown): string | undefined {
  if (typeof got !== "string" && typeof got !== "number") return undefined;
  return /^\d+$/.test(String(got))
    ? `write a unit, such as ${got}MB`
    : "write a whole number of KB, MB, GB, KiB, MiB or GiB";
}

function shellHint(got: unknown): string | undefined {
  if (typeof got !== "string" || !/\S\s+\S/.test(got)) return undefined;
  return `write arguments as a list: [${got.trim().split(/\s+/).join(", ").slice(0, 60)}]`;
}

/** Elsewhere such a number counts the retries, or the attempts. */
function attemptsHint(got: unknown): string | undefined {
  return Number.isInteger(got) ? `write {attempts: ${got}}, the first one included` : undefined;
}
