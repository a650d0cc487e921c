import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

const lock = JSON.parse(await readFile("package-lock.json", "utf8")) as {
  packages: Record<string, { version?: string; integrity?: string; hasInstallScript?: boolean }>;
};
const installed = Object.entries(lock.packages).flatMap(([path, { version = "" }]) =>
  path.includes("node_modules/")
    ? [{ name: path.split("node_modules/").at(-1) ?? "", version }]
    : [],
);

/** The oldest versions without a published weakness that matters here; see the advisories of each package. */
const floors: Record<string, string> = {
  express: "5.3.0",
  "body-parser": "2.4.0",
  "raw-body": "3.0.2",
  qs: "6.17.1",
  "path-to-regexp": "8.4.2",
  amqplib: "2.3.1",
  mongoose: "9.12.1",
  ajv: "8.20.0",
  "fast-uri": "3.1.9",
  undici: "7.30.2",
};

describe("dependencies", () => {
  it("are exactly pinned", async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  it("are not older than their last published weakness", () => {
    for (const [name, floor] of Object.entries(floors)) {
      const found = installed.filter((each) => each.name === name);
      assert.ok(found.length > 0, name);
      for (const { version } of found) {
        const order = version.localeCompare(floor, "en", { numeric: true });
        assert.ok(order >= 0, `${name} ${version} is older than ${floor}`);
      }
    }
  });

  it("are locked by their sha512, and none may run a script at install", async () => {
    for (const [path, { integrity }] of Object.entries(lock.packages)) {
      if (path.includes("node_modules/")) assert.match(integrity ?? "", /^sha512-/, path);
    }
    assert.match(await readFile(".npmrc", "utf8"), /^ignore-scripts=true$/m);
  });
});
