import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { noteSecretUses, readSecretUses } from "../../src/app/secret-uses.ts";
import { createSecretUses } from "../../src/receive/secret-uses.ts";
import { verifySignature } from "../../src/receive/verified-body.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../support/array-log.ts";

const secrets = ["the new one", "the old one"];
const body = Buffer.from("{}");
const signedWith = (secret: string) =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

describe("when an app secret was used", () => {
  const folders: string[] = [];
  after(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))));

  it("is told of the one that a POST was signed with alone", () => {
    const places: number[] = [];
    const used = (place: number) => places.push(place);
    verifySignature(body, signedWith("the old one"), secrets, used);
    verifySignature(body, signedWith("nobody's"), secrets, used);
    verifySignature(body, undefined, secrets, used);
    assert.deepEqual(places, [1]);
  });

  it("is kept over a restart, by nothing that a secret could be tried against, and never goes back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waypost-uses-"));
    folders.push(folder);
    const log = createArrayLog();
    const store = await openEmbeddedStore({ path: join(folder, "s.db"), retentionDays: 1, log });
    const { installation } = store;
    const uses = createSecretUses();
    const noting = noteSecretUses({ installation, secrets, uses, log });
    uses.used(1);
    await noting.close();
    const [unused, old] = await readSecretUses(installation, secrets);
    assert.equal(unused, undefined);
    assert.equal(old, new Date(uses.last(1) ?? 0).toISOString());
    const past = { used: () => undefined, last: () => 1_000 };
    await noteSecretUses({ installation, secrets, uses: past, log }).close();
    assert.equal((await readSecretUses(installation, secrets))[1], old);
    await store.close();
  });
});
