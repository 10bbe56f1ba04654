import { error, type Finding } from "./finding.ts";
import { joinPointer } from "./pointer.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How bad a variable is that is not set and has no default; undefined: no problem. */
export type UnsetLevel = "error" | "warning" | undefined;

/** Replaces variables, and reports what is wrong with them. Never with a variable's value in it. */
export interface Variables {
  /** A text with its variables replaced; one that is not set becomes nothing. */
  text(text: string, path: string, level: UnsetLevel): string;
  /** The same for every text inside a value of any shape. */
  deep(value: unknown, path: string, level: UnsetLevel): unknown;
  /** True when nothing is missing in a text: each variable in it is set, or has a default. */
  areSet(text: string): boolean;
}

/** `$${`, or `${` with what follows it up to `}`. */
const VARIABLE = /\$?\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g;

/**
 * `${VAR}` is the variable; `${VAR:-text}` the text when it is not set or empty, as in a shell;
 * `$${` a plain `${`.
 */
export function createVariables(
  environment: Environment,
  report: (finding: Finding) => void,
): Variables {
  const setTo = (name: string) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;

  function text(written: string, path: string, level: UnsetLevel): string {
    if (!written.includes("${")) return written;
    return written.replace(VARIABLE, (match, name?: string, fallback?: string) => {
      if (match.startsWith("$$")) return match.slice(1);
      if (name === undefined) return malformed(match, path);
      const value = setTo(name);
      if (value || (value !== undefined && fallback === undefined)) return value;
      if (fallback !== undefined) return fallback;
      if (level) report(unset(name, path, level));
      return "";
    });
  }

  function malformed(match: string, path: string): string {
    const message = `a \${ that begins no \${VARIABLE} and no \${VARIABLE:-default}`;
    report({
      ...error("CONFIG_VARIABLE", path, "value", message),
      hint: "write $${ for a plain ${",
    });
    return match;
  }

  function deep(value: unknown, path: string, level: UnsetLevel): unknown {
    if (typeof value === "string") return text(value, path, level);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      return value.map((item, index) => deep(item, joinPointer(path, index), level));
    }
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, deep(item, joinPointer(path, key), level)]),
    );
  }

  function areSet(written: string): boolean {
    return [...written.matchAll(VARIABLE)].every(
      ([match, name, fallback]) =>
        match.startsWith("$$") ||
        fallback !== undefined ||
        (name !== undefined && setTo(name) !== undefined),
    );
  }

  return { text, deep, areSet };
}

/**
 * The same, but texts stay as they are written, and only what is wrong with them is said: for who shows
 * them to people, since a variable may hold a secret.
 */
export function keepAsWritten({ text, deep }: Variables): Variables {
  return {
    text(written, path) {
      text(written, path, undefined);
      return written;
    },
    deep(value, path) {
      deep(value, path, undefined);
      return value;
    },
    areSet: (written) => !written.includes("${"),
  };
}

function unset(name: string, path: string, level: "error" | "warning"): Finding {
  const finding = error("CONFIG_UNSET_VARIABLE", path, "value", `the variable ${name} is not set`);
  return { ...finding, level, hint: `set it, or give it a default: \${${name}:-…}` };
}
