/** Imports between rooms: a folder uses only what stands above it in the list, and only Node's rooms touch Node. */

import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));
const PAGES = fileURLToPath(new URL("../../pages", import.meta.url));

/** From the ground up. Rooms of one line are neighbours: none of them may use another of that line. */
const FLOORS: readonly (readonly string[])[] = [
  ["errors.ts", "version.ts", "pages"],
  ["random.ts", "registry.ts"],
  ["graph"],
  ["runtime"],
  ["host.ts"],
  ["files"],
  ["text"],
  ["nn", "dist"],
  ["data"],
  ["fields"],
  ["model"],
  ["store"],
  ["eval"],
  ["train"],
  ["verbs"],
  ["vae.ts"],
  ["index.ts", "graph.ts", "parts.ts"],
  ["node", "browser"],
  ["node.ts", "browser.ts"],
  ["cli"],
];
const NODE_ROOMS = ["node", "node.ts", "cli"];
const NATIVE = /^(node:|sharp$|onnxruntime-node$|@duckdb\/|postgres$)/;

/**
 * Types that look upwards. A Host gives sources of data, so its interface speaks of data sets, while the rooms that read
 * data are written against a Host: the two describe each other. A type leaves nothing behind in what runs.
 */
const TYPES_ONLY: readonly (readonly [from: string, to: string])[] = [["host.ts", "data"]];

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every import of a source file: static, dynamic, re-exports and `import("x").T`. */
function importsOf(file: string, folder = SRC): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(folder, file), "utf8"), ts.ScriptTarget.Latest, false);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ file, specifier: specifier.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.split(sep).join("/"));
const imports = files.flatMap((file) => importsOf(file));

const roomOf = (file: string): string => file.split("/")[0];
const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.includes(room));
/** The file in src that an import means. */
const targetOf = ({ file, specifier }: Import): string =>
  posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".ts");
const isLocal = ({ specifier }: Import): boolean => specifier.startsWith(".");
const line = (found: Import): string => `${found.file} imports ${found.specifier}`;

test("every file of src lies in a room of the list", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => floorOf(room) < 0)).toEqual([]);
});

test("a room imports only from rooms above it in the list", () => {
  const broken = imports.filter(isLocal).filter((found) => {
    const [from, to] = [roomOf(found.file), roomOf(targetOf(found))];
    if (from === to) return false;
    if (found.typeOnly && TYPES_ONLY.some(([low, high]) => from === low && to === high)) return false;
    return floorOf(to) < 0 || floorOf(to) >= floorOf(from);
  });
  expect(broken.map(line)).toEqual([]);
});

test("imports name a file, never a folder's index", () => {
  const known = new Set(files);
  const broken = imports.filter(isLocal).filter((found) => {
    const target = targetOf(found);
    return !known.has(target) || target.endsWith("/index.ts");
  });
  // package.json stands beside src, and graph/ops/index.ts is the family of ops that index.
  const fine = (found: Import) => found.specifier.endsWith("package.json") || targetOf(found) === "graph/ops/index.ts";
  expect(broken.filter((found) => !fine(found)).map(line)).toEqual([]);
});

test("only Node's rooms touch Node and native packages", () => {
  const broken = imports.filter(({ file, specifier }) => NATIVE.test(specifier) && !NODE_ROOMS.includes(roomOf(file)));
  expect(broken.map(line)).toEqual([]);
});

test("what runs inside pages takes only types from src: the bundle is all that is shared", () => {
  const found = readdirSync(PAGES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => importsOf(file, PAGES))
    .filter(({ specifier, typeOnly }) => specifier.startsWith("../../") && !typeOnly);
  expect(found.map(line)).toEqual([]);
});
