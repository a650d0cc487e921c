import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPublicLinks } from "../../src/media/public-links.ts";

const start = Date.UTC(2026, 10, 20);

function createRig(accessToken = "an-invented-access-token") {
  let now = start;
  const links = createPublicLinks({
    ...{ publicUrl: "https://waypost.example/in/", accessToken },
    now: () => now,
  });
  const parts = (link: string) => {
    const { searchParams } = new URL(link);
    return [searchParams.get("e"), searchParams.get("s")] as const;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { links, parts, pass };
}

describe("a link to a file", () => {
  it("is good for ten minutes", () => {
    const { links, parts, pass } = createRig();
    const link = links.link("810");
    assert.match(link, /^https:\/\/waypost\.example\/in\/media\/810\?e=\d{10}&s=[\w-]{43}$/);
    const [e, s] = parts(link);
    assert.equal(links.isGood("810", e, s), true);
    pass(599_000);
    assert.equal(links.isGood("810", e, s), true);
    pass(1_000);
    assert.equal(links.isGood("810", e, s), false);
  });

  it("is good for its file, its time and its key alone", () => {
    const { links, parts } = createRig();
    const [e, s] = parts(links.link("810"));
    assert.equal(links.isGood("811", e, s), false);
    assert.equal(links.isGood("810", String(Number(e) + 1), s), false);
    assert.equal(createRig("another-token").links.isGood("810", e, s), false);
    const other = `${s?.startsWith("A") ? "B" : "A"}${s?.slice(1)}`;
    assert.equal(links.isGood("810", e, other), false);
  });

  it("is not good in any other form", () => {
    const { links, parts } = createRig();
    const [e, s] = parts(links.link("810"));
    for (const signature of [undefined, "", [s], { s }, `${s}=`, `${s}x`, s?.slice(1), `${s} `]) {
      assert.equal(links.isGood("810", e, signature), false);
    }
    for (const expires of [undefined, "", [e], "1e99", `0x${e}`, `${e} `, `-${e}`, `${e}.0`]) {
      assert.equal(links.isGood("810", expires, s), false);
    }
  });
});
