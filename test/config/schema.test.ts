import { Ajv } from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import schema from "../../schema/schedules.schema.json" with { type: "json" };

type Node = Record<string, unknown>;

/** Every field of the schema with its own description, by its path. */
function fields(node: Node, path = ""): [string, Node][] {
  const own = Object.entries((node.properties ?? {}) as Record<string, Node>).flatMap(
    ([key, field]) => (typeof field === "object" ? described(field, `${path}/${key}`) : []),
  );
  const named = Object.entries((node.definitions ?? {}) as Record<string, Node>).flatMap(
    ([key, definition]) => described(definition, `${path}#${key}`),
  );
  return [...own, ...named];
}

function described(field: Node, path: string): [string, Node][] {
  return field.$ref ? [] : [[path, field], ...fields(field, path)];
}

const test = suite("the schema");

test("every field has a title, a description and an example", () => {
  const all = fields(schema);
  assert.ok(all.length > 25, `only ${all.length}`);
  for (const [path, field] of all) {
    assert.type(field.title, "string", path);
    assert.type(field.description, "string", path);
    assert.ok(Array.isArray(field.examples) && field.examples.length > 0, path);
  }
});

test("every example and every default is allowed by its own field", () => {
  const ajv = new Ajv({ allowUnionTypes: true });
  ajv.addVocabulary(["errorMessage", "patternErrorMessage"]);
  for (const [path, field] of fields(schema)) {
    const check = ajv.compile({ ...field, definitions: schema.definitions });
    const values = [...(field.examples as unknown[])];
    if ("default" in field) values.push(field.default);
    for (const value of values) {
      assert.ok(check(value), `${path}: ${JSON.stringify(value)}: ${ajv.errorsText(check.errors)}`);
    }
  }
});

test("every map of fields refuses keys that it does not know", () => {
  for (const [path, field] of [["", schema], ...fields(schema)] as [string, Node][]) {
    if (field.properties) assert.is(field.additionalProperties, false, path);
  }
});

test.run();
