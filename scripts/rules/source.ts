export interface Source {
  /** The text with the insides of comments, strings and patterns blanked; every place is kept. */
  code: string;
  imports: Import[];
}

export interface Import {
  /** Undefined when it is not a plain string. */
  specifier: string | undefined;
  line: number;
  /** Only types: it is not there when the program runs. */
  typeOnly: boolean;
  /** A re-export: `export … from`. */
  exports: boolean;
}

/** What in a TypeScript file is not code: comments, strings, patterns. */
const NOT_CODE =
  /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};>]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/\w*/g;

const STATEMENT =
  /^\s*(import|export)\s+((?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\}|\w+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+\w+))?)\s+from\s+)?(?=["'])/gm;
const CALL = /\b(?:import|require)\s*\(\s*/g;

/** Takes a file apart as far as the rules need it. Reads any text; never fails. */
export function readSource(text: string): Source {
  const code = text.replace(NOT_CODE, blank);
  return { code, imports: [...statements(text, code), ...calls(text, code)] };
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Keeps quotes and line ends, and what is computed inside a template. */
function blank(found: string): string {
  const quoted = /^["'`]/.test(found);
  const inside = quoted ? found.slice(1, -1) : found;
  const blanked =
    inside.startsWith("/*") || !found.startsWith("`") ? spaces(inside) : holes(inside);
  return quoted ? found[0] + blanked + found[0] : blanked;
}

function holes(template: string): string {
  return template
    .split(/(\$\{[^}]*\})/)
    .map((part, index) => (index % 2 === 1 ? part : spaces(part)))
    .join("");
}

function spaces(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

function statements(text: string, code: string): Import[] {
  return [...code.matchAll(STATEMENT)].map((found) => {
    const end = found.index + found[0].length;
    const names = (found[2] ?? "").replace(/\s+from\s+$/, "");
    return {
      specifier: stringAt(text, end),
      line: lineAt(text, end),
      typeOnly: isTypeOnly(names),
      exports: found[1] === "export",
    };
  });
}

/** `type X from`, `type { X } from`, or only `type` names in the braces. */
function isTypeOnly(names: string): boolean {
  if (/^type\s+[\w{*]/.test(names)) return true;
  const braces = /^\{([^}]*)\}$/.exec(names);
  if (!braces) return false;
  const each = braces[1]!.split(",").map((name) => name.trim());
  return each.filter(Boolean).every((name) => name.startsWith("type "));
}

function calls(text: string, code: string): Import[] {
  return [...code.matchAll(CALL)].map((found) => {
    const end = found.index + found[0].length;
    const specifier = stringAt(text, end);
    return { specifier, line: lineAt(text, end), typeOnly: false, exports: false };
  });
}

function stringAt(text: string, index: number): string | undefined {
  const end = text.indexOf(text[index]!, index + 1);
  return /["']/.test(text[index]!) && end > 0 ? text.slice(index + 1, end) : undefined;
}
