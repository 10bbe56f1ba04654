import { stringify } from "yaml";

/** What of JSON Schema the schedules' schema uses. */
export interface SchemaNode {
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  required?: string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  definitions?: Record<string, SchemaNode>;
  then?: SchemaNode;
  $ref?: string;
  $comment?: string;
}

const HEAD = `# The file, field by field

This page is made from the schema (\`npm run docs\`), which \`clockd validate\` checks with and editors complete
with. \`clockd schema >schedules.schema.json\` prints it; a file names it in its first line:

\`\`\`yaml
# yaml-language-server: $schema=./schedules.schema.json
\`\`\`

A file is YAML 1.2. A duration is written in units from large to small: \`500ms\`, \`90s\`, \`5m\`, \`2h30m\`, \`1d\`.
`;

/** A section of the page: a map with fields of its own. */
interface Section {
  name: string;
  node: SchemaNode;
}

/** The reference page: a section a map, with a table of its fields and what each means. */
export function referenceOf(schema: SchemaNode): string {
  const resolve = (node: SchemaNode): SchemaNode =>
    node.$ref ? schema.definitions![node.$ref.replace("#/definitions/", "")]! : node;
  const sections = [{ name: "The whole file", node: schema }, ...sectionsOf(schema, resolve)];
  const names = new Map(sections.map(({ name, node }) => [node, name]));
  const contents = sections.map(({ name }) => `- [${name}](#${anchorOf(name)})`).join("\n");
  const parts = sections.map((section) => sectionText(section, resolve, names));
  return `${[HEAD, contents, ...parts].join("\n").trimEnd()}\n`;
}

type Resolve = (node: SchemaNode) => SchemaNode;

/** Every map with named fields, in the order in which the page comes to them; each once. */
function sectionsOf(schema: SchemaNode, resolve: Resolve): Section[] {
  const found: Section[] = [];
  const seen = new Set<SchemaNode>([schema]);
  const visit = (name: string, node: SchemaNode) => {
    if (!seen.has(node) && node.properties) {
      seen.add(node);
      found.push({ name, node });
    }
    for (const [key, field] of Object.entries(node.properties ?? {})) walk(key, resolve(field));
  };
  const walk = (name: string, node: SchemaNode) => {
    const inner = innerOf(node)
      .map(resolve)
      .filter((one) => !seen.has(one));
    if (node.properties && !seen.has(node)) visit(name, node);
    for (const one of inner) if (one.properties) visit(nameOf(name, one), one);
  };
  // Jobs first: they are what the page is opened for.
  const { jobs, ...rest } = schema.properties!;
  walk("jobs", jobs!);
  for (const [key, field] of Object.entries(rest)) walk(key, resolve(field));
  return found;
}

/** What a map of names, or a list, holds. */
function innerOf({ additionalProperties, items, then }: SchemaNode): SchemaNode[] {
  return [additionalProperties, items, then].filter(
    (one): one is SchemaNode => typeof one === "object",
  );
}

function nameOf(parent: string, { title }: SchemaNode): string {
  if (parent === "jobs") return "A job";
  if (parent === "calendars") return "A calendar";
  return title ?? parent;
}

function sectionText(
  { name, node }: Section,
  resolve: Resolve,
  names: Map<SchemaNode, string>,
): string {
  const fields = Object.entries(node.properties!).map(
    ([key, field]) => [key, resolve(field)] as const,
  );
  const linked = (field: SchemaNode) => {
    const target = [field, ...innerOf(field).map(resolve)].find(
      (one) => names.has(one) && one !== node,
    );
    return target === undefined
      ? ""
      : ` See [${names.get(target)}](#${anchorOf(names.get(target)!)}).`;
  };
  // `defaults` has a job's fields, which are explained there.
  if (name === "defaults") return defaultsText(node);
  const rows = fields.map(
    ([key, field]) =>
      `| [\`${key}\`](#${anchorOf(`${name}: ${key}`)}) | ${typeOf(field, resolve)} | ${defaultOf(field, node, key)} |`,
  );
  return [
    `\n## ${name}\n`,
    `${node.description}\n`,
    "| field | type | default |\n|---|---|---|",
    ...rows,
    ...fields.map(([key, field]) => fieldText(`${name}: ${key}`, key, field, linked(field))),
  ].join("\n");
}

function defaultsText(node: SchemaNode): string {
  const keys = Object.keys(node.properties!).map(
    (key) => `[\`${key}\`](#${anchorOf(`A job: ${key}`)})`,
  );
  return `\n## defaults\n\n${node.description}\n\nFields: ${keys.join(", ")}.\n\n${exampleText("defaults", node)}`;
}

function fieldText(title: string, key: string, field: SchemaNode, link: string): string {
  return `\n### ${title}\n\n${field.description}${link}\n\n${exampleText(key, field)}`;
}

function exampleText(key: string, { examples = [] }: SchemaNode): string {
  const shown = examples.map((value) =>
    stringify({ [key]: value }, { lineWidth: 0, flowCollectionPadding: false }).trimEnd(),
  );
  return `\`\`\`yaml\n${shown.join("\n\n")}\n\`\`\``;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "`true` or `false`",
  array: "list",
  object: "map",
};

function typeOf(
  { type, enum: words, const: only, $comment, items }: SchemaNode,
  resolve: Resolve,
): string {
  if (only !== undefined) return `\`${only}\``;
  if (words) return words.map((word) => `\`${word}\``).join(", ");
  if ($comment && !/^a map such/.test($comment)) return $comment.replaceAll("|", "\\|");
  const names = [type ?? []].flat().map((one) => TYPES[one] ?? one);
  if (names.length === 0) return "any value";
  const inner = items && resolve(items);
  return (
    names.join(" or ") +
    (inner?.enum ? ` of ${inner.enum.map((word) => `\`${word}\``).join(", ")}` : "")
  );
}

function defaultOf(field: SchemaNode, parent: SchemaNode, key: string): string {
  if (parent.required?.includes(key)) return "must be given";
  if (!("default" in field)) return "";
  return `\`${typeof field.default === "string" ? field.default : JSON.stringify(field.default)}\``;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}
