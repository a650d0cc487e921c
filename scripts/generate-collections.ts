import { existsSync, readdirSync, readFileSync } from "node:fs";

const store = new URL("../src/store/", import.meta.url);
const contracts = new URL("../src/contracts/", import.meta.url);

interface Collection {
  /** Of its file, and of its part of `Store`. */
  readonly name: string;
  /** `tableName`, or `...listName` where it exports several. */
  readonly tables: readonly string[];
  /** Where other stages ask it: its type, which the file of the same name in `src/contracts/` has, and what makes it. */
  readonly face?: { readonly type: string; readonly create: string };
}

/** src/store/generated.ts: the tables of every file of `src/store/`, and what opens those that have a face. */
export function collectionList(): string {
  const found = collections();
  const imports = found.map(({ name, tables, face }) => {
    const names = tables.map((table) => table.replace("...", ""));
    if (face) names.unshift(face.create);
    return `import { ${names.join(", ")} } from "./${name}.ts";`;
  });
  return `// Generated from the files of src/store/ by \`npm run generate\`. Do not edit.
import type { Tables } from "../contracts/table.ts";
import type { Faces } from "../contracts.ts";
${imports.join("\n")}

export const declaredTables = [
${found.flatMap(({ tables }) => tables.map((table) => `  ${table},`)).join("\n")}
];

export function openFaces(tables: Pick<Tables, "of">): Faces {
  return {
${found.flatMap(({ name, face }) => (face ? [`    ${camel(name)}: ${face.create}(tables),`] : [])).join("\n")}
  };
}
`;
}

/** src/contracts/generated.ts: the faces of collections, with the records that they carry. */
export function faceList(): string {
  const faces = collections().flatMap(({ name, face }) => (face ? { name, type: face.type } : []));
  const isValue = (name: string) => /^export (const|function|class) /m.test(read(contracts, name));
  return `// Generated from the files that src/contracts/ and src/store/ have in common by \`npm run generate\`. Do not edit.
${faces.map(({ name, type }) => `import type { ${type} } from "./${name}.ts";`).join("\n")}

${faces.map(({ name }) => `export ${isValue(name) ? "" : "type "}* from "./${name}.ts";`).join("\n")}

/** The collections that other stages ask, each by the name of its file. */
export interface Faces {
${faces.map(({ name, type }) => `  readonly ${camel(name)}: ${type};`).join("\n")}
}
`;
}

function collections(): Collection[] {
  return readdirSync(store)
    .filter((file) => /^(?!generated|collections)[a-z-]+\.ts$/.test(file))
    .sort()
    .map((file) => collectionOf(file.replace(".ts", "")))
    .filter(({ tables, face }) => tables.length > 0 || face !== undefined);
}

function collectionOf(name: string): Collection {
  const source = read(store, name);
  const tables = [...source.matchAll(/^export const (\w+)(Table|Specs) = /gm)].map(
    ([, what, kind]) => `${kind === "Specs" ? "..." : ""}${what}${kind}`,
  );
  const opens = /^export function (create\w+)\(tables: Pick<Tables, "of">\): (\w+) \{/m.exec(
    source,
  );
  const [, create, type] = opens ?? [];
  if (!create || !type || !existsSync(new URL(`${name}.ts`, contracts))) return { name, tables };
  return { name, tables, face: { type, create } };
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function read(folder: URL, name: string): string {
  return readFileSync(new URL(`${name}.ts`, folder), "utf8");
}
