/**
 * Finds out what an expression is, without running the file that it is in.
 *
 * @module
 */
import type { Library } from "./copy.ts";
import { isNode, type Node } from "./parse.ts";

/** What cannot be known without running it. */
export const UNKNOWN = Symbol("unknown");

/**
 * The value of texts, numbers, lists, objects and constants of this and other files. What else there is in
 * an object, such as a function, is {@linkcode UNKNOWN}.
 */
export function evaluate(library: Library, path: string, node: unknown, depth = 0): unknown {
  if (!isNode(node) || depth > 20) return UNKNOWN;
  const value = (inner: unknown, file = path) => evaluate(library, file, inner, depth + 1);
  const { type } = node;
  if (/^(String|Numeric|Boolean)Literal$/.test(type)) return node.value;
  if (/^TS(AsExpression|SatisfiesExpression|NonNullExpression)$/.test(type)) {
    return value(node.expression);
  }
  if (type === "TemplateLiteral") {
    const parts = (node.expressions as Node[]).map((one) => value(one));
    if (parts.includes(UNKNOWN)) return UNKNOWN;
    const texts = (node.quasis as Node[]).map(({ value }) => (value as { cooked: string }).cooked);
    return texts.map((text, i) => text + (i < parts.length ? parts[i] : "")).join("");
  }
  if (type === "BinaryExpression" && node.operator === "+") {
    const [left, right] = [value(node.left), value(node.right)] as [string, string];
    return typeof left === "symbol" || typeof right === "symbol" ? UNKNOWN : left + right;
  }
  if (type === "ArrayExpression") return (node.elements as Node[]).map((one) => value(one));
  if (type === "ObjectExpression") return object(node, value);
  if (type === "Identifier") {
    const found = constant(library, path, node.name as string);
    return found ? value(found.node, found.path) : UNKNOWN;
  }
  if (type === "MemberExpression" && !node.computed) {
    const whole = value(node.object);
    const { name } = node.property as unknown as { name: string };
    if (typeof whole === "string" && name === "length") return whole.length;
    const known = typeof whole === "object" && whole !== null && Object.hasOwn(whole, name);
    return known ? (whole as Record<string, unknown>)[name] : UNKNOWN;
  }
  return UNKNOWN;
}

/** The expression that a constant stands for, in its file or in the one that it comes from. */
export function constant(
  library: Library,
  path: string,
  name: string,
): { path: string; node: Node } | undefined {
  for (const { node, names } of library.source(path).items) {
    const declared = isNode(node.declaration) ? node.declaration : node;
    if (names.includes(name)) {
      if (declared.type !== "VariableDeclaration" || declared.kind !== "const") return undefined;
      const one = (declared.declarations as Node[]).find(({ id }) =>
        isNode(id) && id.name === name
      );
      return isNode(one?.init) ? { path, node: one.init } : undefined;
    }
    if (node.type !== "ImportDeclaration") continue;
    const from = (node.source as unknown as { value: string }).value;
    for (const { local, imported } of node.specifiers as Record<string, Node | undefined>[]) {
      if (local?.name !== name || !from.startsWith(".")) continue;
      const other = new URL(from, `file:///${path}`).pathname.slice(1);
      return constant(library, other, (imported ?? local).name as string);
    }
  }
  return undefined;
}

function object(node: Node, value: (inner: unknown) => unknown): unknown {
  const made: Record<string, unknown> = {};
  for (const one of node.properties as Node[]) {
    if (one.type === "SpreadElement") {
      const more = value(one.argument);
      if (typeof more !== "object") return UNKNOWN;
      Object.assign(made, more);
      continue;
    }
    const { name, value: text } = one.key as unknown as { name?: string; value?: string };
    made[name ?? text ?? ""] = one.type === "ObjectProperty" ? value(one.value) : UNKNOWN;
  }
  return made;
}
