import type { Document, YAMLError } from "yaml";
import { error, type Finding } from "./finding.ts";

/** One slip makes a YAML parser complain many times over: more than these help nobody. */
const MOST_FINDINGS = 20;

/**
 * What the YAML library has against a text, in clockd's codes. `more` are faults of parts that were
 * taken out of the document.
 */
export function yamlFindings(
  document: Document.Parsed,
  more: readonly YAMLError[],
  text: string,
): Finding[] {
  const { yaml } = document.directives;
  if (yaml?.explicit && yaml.version !== "1.2") return [wrongVersion(yaml.version, text)];
  const faults = [...document.errors, ...document.warnings, ...more];
  const found: Finding[] = [];
  let line = -1;
  for (const fault of faults.sort((a, b) => a.pos[0] - b.pos[0])) {
    // What follows on a line that is broken already is a consequence.
    const start = text.lastIndexOf("\n", fault.pos[0] - 1);
    if (start === line && fault.name === "YAMLParseError") continue;
    line = start;
    found.push(describeFault(fault, text));
    if (found.length === MOST_FINDINGS) break;
  }
  return found;
}

function wrongVersion(version: string, text: string): Finding {
  const at = Math.max(text.indexOf("%YAML"), 0);
  const message = `the directive asks for YAML ${version}, clockd reads YAML 1.2`;
  return { ...error("CONFIG_YAML_VERSION", "", at, message), hint: "remove the %YAML line" };
}

function describeFault(fault: YAMLError, text: string): Finding {
  const offset = fault.pos[0];
  const message = fault.message.split(/;|\n|\.\s|\.$/)[0]!;
  switch (fault.code) {
    case "TAG_RESOLVE_FAILED":
      return error("CONFIG_UNKNOWN_TAG", "", offset, message.replace("Unresolved", "unknown"));
    case "BAD_DIRECTIVE":
      return error("CONFIG_YAML_VERSION", "", offset, message);
    case "NON_STRING_KEY":
      return error("CONFIG_KEY", "", offset, "a key must be plain text");
    default:
      return withQuotesHint(error("CONFIG_YAML", "", offset, message), text);
  }
}

/** Every newcomer's first slip: a cron pattern without quotes, whose * is YAML's sign for an alias. */
function withQuotesHint(finding: Finding, text: string): Finding {
  const offset = finding.at as number;
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset + 1);
  const unquoted = /(cron:|-|\[|,)\s+["']?[*@]/.test(line);
  return unquoted
    ? { ...finding, hint: 'put the pattern in quotes: cron: "*/5 * * * *"' }
    : finding;
}
