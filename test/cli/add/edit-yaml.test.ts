import assert from "node:assert/strict";
import { lstat, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { destinationIn, withDestination, withoutShadow } from "../../../src/cli/add/edit-yaml.ts";
import { replaceFile } from "../../../src/cli/common/env-file.ts";
import { tempDir } from "../../config/temp-dir.ts";

describe("the file that `add` edits", () => {
  const block = { kind: "slack", token: `\${SLACK_TOKEN}`, channel: "#a" };
  const made = { name: "support", block, types: ["whatsapp.message.*"] };

  const lines = [
    `support: { kind: slack, token: "\${SLACK_TOKEN}", channel: "#a", shadow: true }`,
    "- { name: to-support, when: { type: [ whatsapp.message.* ] }, to: [ support ] }",
  ];
  const add = (text: string) => withDestination(text, made);

  for (const [what, before] of [
    [
      "comments",
      "# ours\ndestinations: # where to\n#  later: { kind: slack }\n\n# Which\nroutes:\n# x\n",
    ],
    [
      "indents, blank lines, quotes and spaces",
      "accounts:\n    main:   { phoneNumberId: '1' }   # the shop's\n\n\ndestinations:\n    other:\n        kind: webhook   # x\n        url: https://a.example\n\n    # below\n\nroutes:\n    -   name: all\n        to: [other]\n# the end\n",
    ],
    [
      "anchors and folded texts",
      "destinations:\n  a: &a\n    kind: slack\n    channel: >-\n      #a\n  b: *a\nroutes:\n- { name: all, when: { type: &t [x] }, to: a }\n- { name: b, when: { type: *t }, to: b }\nlists: { vips: [ '1' ] }\n",
    ],
    [
      "line breaks of Windows",
      "destinations:\r\n  a: { kind: slack }\r\nroutes:\r\n  - { name: a, to: a }\r\n# end\r\n",
    ],
  ] as const) {
    it(`keeps ${what} as they are, byte for byte`, () => {
      const after = add(before);
      const eol = before.includes("\r\n") ? "\r\n" : "\n";
      const left = after.split(eol).filter((line) => !lines.includes(line.trim()));
      assert.equal(left.join(eol), before);
      assert.deepEqual(destinationIn(after, "support"), { kind: "slack", shadow: true });
      assert.equal(withoutShadow(after, "support"), after.replace(", shadow: true", ""));
    });
  }

  it("adds to sections within braces", () => {
    const after = add("destinations: { a: { kind: slack } } # x\nroutes: []\n");
    assert.equal(
      after,
      `destinations: { a: { kind: slack }, ${lines[0]} } # x\nroutes: [${lines[1]?.slice(2)}]\n`,
    );
  });

  it("is refused where it has no place for a line, with the lines", () => {
    for (const odd of [
      "{ destinations: { a: { kind: slack } } }\n",
      "x: &x { a: { kind: slack } }\ndestinations: *x\n",
    ]) {
      assert.throws(
        () => add(odd),
        /by hand, then run this again:\n {2}under destinations: support: /,
      );
    }
  });

  it("loses its shadow alone, however it is written, and else says that a hand must take it", () => {
    for (const [shadowed, live] of [
      [
        "destinations:\n  a:\n    shadow: true # for now\n    kind: slack # x\n",
        "destinations:\n  a:\n    kind: slack # x\n",
      ],
      [
        "destinations: { a: { shadow: true, kind: slack } }",
        "destinations: { a: { kind: slack } }",
      ],
      [
        "destinations:\n  a: {\n    kind: slack, # x\n    shadow: true\n  }\n",
        "destinations:\n  a: {\n    kind: slack, # x\n  }\n",
      ],
    ] as const) {
      assert.equal(withoutShadow(shadowed, "a"), live);
    }
    const shared = "x: &x { kind: slack, shadow: true }\ndestinations: { a: *x }\n";
    assert.deepEqual(destinationIn(shared, "a"), { kind: "slack", shadow: true });
    assert.throws(() => withoutShadow(shared, "a"), /Take `shadow` out of the block a by hand/);
  });

  it("stays a link, with the rights that it has, and nothing is left beside it", async (t) => {
    const cwd = await tempDir(t);
    const [file, link] = [path.join(cwd, "real.yaml"), path.join(cwd, "waypost.yaml")];
    await writeFile(file, "old", { mode: 0o640 });
    await symlink(file, link);
    await replaceFile(link, "new");
    assert.equal(await readFile(file, "utf8"), "new");
    assert.equal((await stat(file)).mode & 0o777, 0o640);
    assert.deepEqual((await readdir(cwd)).sort(), ["real.yaml", "waypost.yaml"]);
    assert.ok((await lstat(link)).isSymbolicLink());
  });
});
