// What the page of the API needs of an OpenAPI document.

export interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  description: string;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  /** An example of what is sent, as JSON; none if nothing is. */
  sends: string | undefined;
  needsToken: boolean;
  answers: { status: string; kinds: string[]; description: string }[];
}

type Json = { [key: string]: unknown };
const METHODS = ["get", "post", "delete"];

export function operations(document: Json): Operation[] {
  const paths = document["paths"] as Record<string, Record<string, Json>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operation(document, path, method, item[method] ?? {})),
  );
}

function operation(document: Json, path: string, method: string, told: Json): Operation {
  const parameters = ((told["parameters"] ?? []) as Json[]).map((one) => ({
    name: String(one["name"]),
    in: one["in"] as "path" | "query",
    required: one["required"] === true,
    description: String(one["description"] ?? (one["schema"] as Json | undefined)?.["description"] ?? ""),
  }));
  const content = (told["requestBody"] as { content?: Record<string, { schema?: Json }> } | undefined)?.content;
  const schema = content?.["application/json"]?.schema;
  const responses = (told["responses"] ?? {}) as Record<string, { description?: string; content?: Json }>;
  return {
    id: String(told["operationId"]),
    method: method.toUpperCase(),
    path,
    tag: String((told["tags"] as string[] | undefined)?.[0] ?? ""),
    summary: String(told["summary"] ?? ""),
    description: String(told["description"] ?? ""),
    parameters,
    sends: schema ? JSON.stringify(example(document, schema), null, 2) : undefined,
    needsToken: told["security"] !== undefined,
    answers: Object.entries(responses).map(([status, one]) => ({ status, kinds: Object.keys(one.content ?? {}), description: one.description ?? "" })),
  };
}

/** Something that fits a schema: its required parts. */
function example(document: Json, schema: Json, depth = 0): unknown {
  const reference = schema["$ref"] as string | undefined;
  if (reference) {
    const name = reference.split("/").at(-1) ?? "";
    const all = (document["components"] as { schemas: Record<string, Json> }).schemas;
    return all[name] && depth < 5 ? example(document, all[name], depth + 1) : {};
  }
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if (type === "object") {
    const required = (schema["required"] ?? []) as string[];
    const properties = (schema["properties"] ?? {}) as Record<string, Json>;
    const wanted = required.length > 0 ? required : Object.keys(properties);
    return Object.fromEntries(wanted.map((key) => [key, example(document, properties[key] ?? {}, depth + 1)]));
  }
  if (type === "array") {
    const items = example(document, (schema["items"] ?? {}) as Json, depth + 1);
    return Array.from({ length: Number(schema["minItems"] ?? 1) }, () => items);
  }
  return type === "number" || type === "integer" ? 0 : type === "boolean" ? false : "";
}
