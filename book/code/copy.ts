/**
 * Makes a program of its own from something that a file declares: with all that it needs from this and
 * other files, in one text that runs in an empty folder.
 *
 * @module
 */
import { isNode, type Item, type Node, parse, type Source, walk } from "./parse.ts";

/** What is needed to find the other files, and the packages. */
export interface Library {
  /** A file of the project, by its path in it. */
  source(path: string): Source;
  /** The names that stand for packages: `"iconv-lite": "npm:iconv-lite@0.7.3"`. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A name, as another file knows it. */
interface Import {
  readonly from: string;
  /** `default`, `*`, or the name there. */
  readonly name: string;
  readonly type: boolean;
}

interface Module {
  readonly source: Source;
  readonly declared: Map<string, Item>;
  readonly imported: Map<string, Import>;
  /** What it exports under which name. */
  readonly exported: Map<string, string>;
  /** What of it is needed. */
  readonly needed: Set<Item>;
  /** What its names are called in the copy, where not the same. */
  readonly renamed: Map<string, string>;
  /** What it uses of the files that it imports as a whole, `import * as dns`, and how that is called. */
  readonly wholes: Map<string, Map<string, string>>;
}

/**
 * A program that declares these names of a file and then does what `tail` says, in which those names, and
 * what it imports, can be used.
 */
export function copy(library: Library, path: string, names: string[], tail = ""): string {
  const collected = new Collection(library);
  const module = collected.module(path);
  for (const name of names) collected.need(module, name);
  const end = tail && collected.tail(module, tail);
  return collected.text(end);
}

class Collection {
  readonly #library: Library;
  readonly #modules = new Map<string, Module>();
  /** From other projects: the names in the copy, by what they stand for. */
  readonly #packages = new Map<string, Map<string, { local: string; type: boolean }>>();
  /** What each name of the copy stands for. */
  readonly #taken = new Map<string, string>();

  constructor(library: Library) {
    this.#library = library;
  }

  module(path: string): Module {
    const known = this.#modules.get(path);
    if (known) return known;
    const module = read(this.#library.source(path));
    this.#modules.set(path, module);
    return module;
  }

  /** Takes a name into the copy, with all that it needs. Returns what it is called there. */
  need(module: Module, name: string): string {
    const item = module.declared.get(name);
    if (!item) return this.#import(module, name);
    if (!module.needed.has(item)) {
      module.needed.add(item);
      for (const own of item.names) {
        const called = this.#call(own, `${module.source.path} ${own}`);
        if (called !== own) module.renamed.set(own, called);
      }
      this.#needAllOf(module, item.node);
    }
    return module.renamed.get(name) ?? name;
  }

  /** The text of a program that uses the module's names, ready to stand at the end. */
  tail(module: Module, text: string): string {
    const { path } = module.source;
    const tail = read(parse(`${path.slice(0, path.lastIndexOf("/"))}/tail.ts`, text));
    const statements = tail.source.items.filter(({ node }) => node.type !== "ImportDeclaration");
    for (const { node } of statements) {
      for (const name of mentioned(node)) {
        if (tail.declared.has(name)) continue;
        const imported = tail.imported.has(name);
        if (!imported && !module.declared.has(name) && !module.imported.has(name)) continue;
        const called = imported ? this.#import(tail, name) : this.need(module, name);
        if (called !== name) tail.renamed.set(name, called);
        if (!imported && this.#isWhole(module, name)) this.#needOf(module, name, node);
      }
    }
    const clash = [...tail.declared.keys()].some((name) => this.#taken.has(name));
    const first = statements[0]?.start ?? 0;
    const body = renamed(tail, first, text.length).trim();
    return clash ? `{\n${body.replaceAll(/^(?=.)/gm, "  ")}\n}` : body;
  }

  text(tail: string): string {
    const imports = [...this.#packages].map(([from, names]) => importing(from, names));
    const files = this.#inOrder().filter(({ needed }) => needed.size > 0).map((module) => {
      const items = [...new Set(module.declared.values())].filter((item) =>
        module.needed.has(item)
      );
      const texts = items.map(({ start, end }) => renamed(module, start, end));
      return [...gathered(module), ...texts].join("\n\n");
    });
    return [imports.join("\n"), ...files, tail].filter((text) => text !== "").join("\n\n") + "\n";
  }

  /** The files as they would be loaded: what runs while a file loads, such as a constant, finds what it uses. */
  #inOrder(): Module[] {
    const seen = new Set<Module>();
    const order: Module[] = [];
    const load = (module: Module) => {
      if (seen.has(module)) return;
      seen.add(module);
      for (const from of loadedBy(module)) {
        const other = this.#modules.get(from);
        if (other) load(other);
      }
      order.push(module);
    };
    for (const module of this.#modules.values()) load(module);
    return order;
  }

  #needAllOf(module: Module, node: Node): void {
    for (const name of mentioned(node)) {
      if (!module.declared.has(name) && !module.imported.has(name)) continue;
      const called = this.need(module, name);
      if (called !== name) module.renamed.set(name, called);
      if (this.#isWhole(module, name)) this.#needOf(module, name, node);
    }
  }

  #isWhole(module: Module, name: string): boolean {
    const { from, name: wanted } = module.imported.get(name) ?? {};
    return wanted === "*" && from!.startsWith(".");
  }

  /** Takes into the copy what a node uses of a file that is imported as a whole. */
  #needOf(module: Module, whole: string, node: Node): void {
    const other = this.module(resolved(module.source.path, module.imported.get(whole)!.from));
    const used = module.wholes.get(whole) ?? new Map<string, string>();
    module.wholes.set(whole, used);
    walk(node, (node) => {
      const { of, name } = part(node);
      const inside = of === whole ? other.exported.get(name) : undefined;
      if (inside !== undefined) used.set(name, this.need(other, inside));
    });
  }

  #import(module: Module, local: string): string {
    const { from, name, type } = module.imported.get(local)!;
    if (this.#isWhole(module, local)) return this.#call(local, `${module.source.path} ${local}`);
    if (from.startsWith(".")) {
      const other = this.module(resolved(module.source.path, from));
      const inside = other.exported.get(name);
      if (inside === undefined) throw new Error(`${other.source.path} does not export ${name}.`);
      return this.need(other, inside);
    }
    const where = from.startsWith("node:") ? from : this.#library.imports[from] ?? from;
    const names = this.#packages.get(where) ?? new Map();
    this.#packages.set(where, names);
    const known = names.get(name);
    names.set(name, {
      local: known?.local ?? this.#call(local, `${where} ${name}`),
      type: type && (known?.type ?? true),
    });
    return names.get(name)!.local;
  }

  /** A name for this thing that nothing else in the copy has. */
  #call(wanted: string, thing: string): string {
    for (let name = wanted, i = 2;; name = `${wanted}${i++}`) {
      const owner = this.#taken.get(name);
      if (owner !== undefined && owner !== thing) continue;
      this.#taken.set(name, thing);
      return name;
    }
  }
}

function read(source: Source): Module {
  const module: Module = {
    source,
    declared: new Map(),
    imported: new Map(),
    exported: new Map(),
    needed: new Set(),
    renamed: new Map(),
    wholes: new Map(),
  };
  for (const item of source.items) {
    const { node } = item;
    if (node.type === "ImportDeclaration") {
      const from = (node.source as { value: string }).value;
      for (const specifier of node.specifiers as Node[]) {
        const name = specifier.type === "ImportDefaultSpecifier"
          ? "default"
          : specifier.type === "ImportNamespaceSpecifier"
          ? "*"
          : nameOf(specifier.imported);
        const type = node.importKind === "type" || specifier.importKind === "type";
        module.imported.set(nameOf(specifier.local), { from, name, type });
      }
    } else if (Array.isArray(node.specifiers) && node.specifiers.length > 0) {
      for (const { local, exported } of node.specifiers) {
        module.exported.set(nameOf(exported), nameOf(local));
        if (isNode(node.source)) {
          const from = (node.source as unknown as { value: string }).value;
          module.imported.set(nameOf(local), { from, name: nameOf(local), type: false });
        }
      }
    }
    for (const name of item.names) {
      module.declared.set(name, item);
      if (item.exported) module.exported.set(name, name);
    }
  }
  return module;
}

/** The files that a file loads, in their order: not those of which it takes types only. */
function loadedBy({ source }: Module): string[] {
  return source.items.flatMap(({ node }) => {
    const { source: from, importKind, specifiers = [] } = node as Node & { specifiers?: Node[] };
    const types = importKind === "type" ||
      specifiers.length > 0 && specifiers.every((one) => one.importKind === "type");
    return isNode(from) && !types ? [resolved(source.path, from.value as string)] : [];
  });
}

function nameOf(node: unknown): string {
  const { name, value } = node as { name?: string; value?: string };
  return name ?? value ?? "";
}

/** What was found out of a node: it is asked of the same ones for many copies. */
const mentions = new WeakMap<Node, ReadonlySet<string>>();

/** The names that a node uses and does not declare itself. */
function mentioned(node: Node): ReadonlySet<string> {
  const known = mentions.get(node);
  if (known) return known;
  const found = new Set<string>();
  mentions.set(node, found);
  const see = (node: unknown, hidden: ReadonlySet<string>, parent?: Node) => {
    if (Array.isArray(node)) return node.forEach((one) => see(one, hidden, parent));
    if (!isNode(node)) return;
    if (
      node.type === "Identifier" && !isProperty(node, parent) && !hidden.has(node.name as string)
    ) {
      found.add(node.name as string);
    }
    const own = parent ? declaredIn(node) : []; // what the outermost one declares is what is asked about
    const inside = own.length > 0 ? new Set([...hidden, ...own]) : hidden;
    for (const [key, value] of Object.entries(node)) {
      if (key !== "loc" && typeof value === "object") see(value, inside, node);
    }
  };
  see({ type: "Whole", start: node.start, end: node.end, node }, new Set());
  return found;
}

/** The names that are known inside of this node only: parameters, and what its statements declare. */
function declaredIn(node: Node): string[] {
  const { params, parameters, param, left, init, body, typeParameters } = node;
  const block = node.type === "BlockStatement" ? body as Node[] : [];
  const types = isNode(typeParameters) ? typeParameters.params as Node[] : [];
  const loops = [left, init].filter((one) => isNode(one) && one.type === "VariableDeclaration");
  return [
    ...[params, parameters, param].flat().flatMap(bound),
    ...types.map(({ name }) => nameOf(isNode(name) ? name : { name })),
    ...[...block, ...loops as Node[]].flatMap((statement) =>
      Array.isArray(statement.declarations)
        ? statement.declarations.flatMap(({ id }) => bound(id))
        : isNode(statement.id)
        ? bound(statement.id)
        : []
    ),
  ];
}

/** The names that a pattern binds. */
function bound(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  const { type, left, argument, value, properties, elements, parameter } = pattern;
  if (type === "Identifier") return [pattern.name as string];
  if (type === "AssignmentPattern") return bound(left);
  if (type === "RestElement") return bound(argument);
  if (type === "ObjectProperty") return bound(value);
  if (type === "TSParameterProperty") return bound(parameter);
  return [properties, elements].flat().flatMap(bound);
}

function isProperty(node: Node, parent: Node | undefined): boolean {
  if (!parent || parent.computed) return false;
  if (/^(Optional)?MemberExpression$/.test(parent.type)) return parent.property === node;
  if (parent.type === "TSQualifiedName") return parent.right === node;
  if (/Property$|Method$|Signature$|^ClassAccessor|^TSEnumMember$/.test(parent.type)) {
    return parent.key === node && !parent.shorthand;
  }
  return /^(Labeled|Break|Continue)Statement$/.test(parent.type);
}

/** `dns.query`, as an expression or as a type, is `query` of `dns`. */
function part(node: Node): { of: string; name: string; at: number } {
  const [of, name] = node.type === "TSQualifiedName"
    ? [node.left, node.right]
    : node.type === "MemberExpression" && !node.computed
    ? [node.object, node.property]
    : [];
  const known = isNode(of) && of.type === "Identifier" && isNode(name);
  return known
    ? { of: nameOf(of), name: nameOf(name), at: name.start }
    : { of: "", name: "", at: 0 };
}

/** What stands for the files that are imported as a whole: an object of what is used of them. */
function gathered({ wholes, renamed, source, needed }: Module): string[] {
  return [...wholes].flatMap(([whole, used]) => {
    const values = new Set<string>();
    for (const { node } of needed) {
      walk(node, (node) => {
        const { of, name } = part(node);
        if (of === whole && node.type === "MemberExpression") values.add(name);
      });
    }
    const parts = [...used].filter(([name]) => values.has(name))
      .map(([name, called]) => name === called ? name : `${name}: ${called}`);
    const name = renamed.get(whole) ?? whole;
    return parts.length > 0
      ? [`// What ${source.path} uses as ${whole}.\nconst ${name} = { ${parts.join(", ")} };`]
      : [];
  });
}

/** The text of a part of a file, with the names that it has in the copy. */
function renamed({ source, renamed, wholes }: Module, start: number, end: number): string {
  const { text, items } = source;
  const changes: { at: number; length: number; text: string }[] = [];
  if (renamed.size > 0 || wholes.size > 0) {
    const within = items.filter((item) => item.end > start && item.start < end).map(({ node }) =>
      node
    );
    const inside: Node[] = [];
    walk(within, (node, parent) => {
      const { of, name: used, at } = part(node);
      const type = node.type === "TSQualifiedName" && wholes.get(of)?.get(used);
      if (type) {
        changes.push({ at: node.start, length: at + used.length - node.start, text: type });
        inside.push(node.left as Node);
      }
      const name = renamed.get(node.name as string);
      if (inside.includes(node)) return;
      if (node.type !== "Identifier" || name === undefined || isProperty(node, parent)) return;
      const old = node.name as string;
      const short = parent?.type === "ObjectProperty" && parent.shorthand;
      if (changes.some(({ at }) => at === node.start)) return;
      changes.push({ at: node.start, length: old.length, text: short ? `${old}: ${name}` : name });
    });
  }
  let result = "";
  let at = start;
  for (const change of changes.sort((a, b) => a.at - b.at)) {
    result += text.slice(at, change.at) + change.text;
    at = change.at + change.length;
  }
  return result + text.slice(at, end);
}

function resolved(path: string, from: string): string {
  return new URL(from, `file:///${path}`).pathname.slice(1);
}

function importing(from: string, names: Map<string, { local: string; type: boolean }>): string {
  const parts: string[] = [];
  const braced: string[] = [];
  const types = [...names.values()].every(({ type }) => type);
  for (const [name, { local, type }] of names) {
    if (name === "default") parts.push(local);
    else if (name === "*") parts.push(`* as ${local}`);
    else {braced.push(
        `${type && !types ? "type " : ""}${name === local ? name : `${name} as ${local}`}`,
      );}
  }
  if (braced.length > 0) parts.push(`{ ${braced.sort().join(", ")} }`);
  return `import ${types ? "type " : ""}${parts.join(", ")} from ${JSON.stringify(from)};`;
}
