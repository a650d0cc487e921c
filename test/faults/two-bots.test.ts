import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { type CloudApi, startCloudApi } from "../destinations/whatsapp-reply/cloud-api.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

const most = 3;

interface Side {
  readonly phone: string;
  readonly program: Program;
  readonly cloud: CloudApi;
}

/** What each sends, the other gets as a message of its contact. */
describe("two Waypost that answer each other", () => {
  const sides: Side[] = [];
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-two-bots-"));
    for (const [at, phone] of ["15555550181", "15555550182"].entries()) {
      const home = join(folder, String(at));
      const file = join(folder, `${at}.yaml`);
      const env = { DATA_DIR: home, WAYPOST_CONFIG: file, LOG_LEVEL: "warn" };
      const program = await createProgram(["start"], env);
      const callback = { url: program.webhookUrl, appSecret, wabaId: "900100200300400" };
      const cloud = await startCloudApi({
        callback,
        answers: ({ text = "" }) => void sides[1 - at]?.cloud.write({ phone }, text),
      });
      await writeFile(
        file,
        `destinations:
  wa: { kind: whatsapp-reply, token: ${cloud.token}, baseUrl: "${cloud.url}", text: "I am ${at}, and who are you?", maxPerHour: ${most} }
routes:
  - { name: answers, when: { type: whatsapp.message.* }, to: wa }
`,
      );
      sides.push({ phone, program, cloud });
    }
    await Promise.all(sides.map(({ program }) => program.start()));
  });
  after(async () => {
    await Promise.all(sides.map(({ program }) => program.kill()));
    await Promise.all(sides.map(({ cloud }) => cloud.close()));
    await rm(folder, { recursive: true, force: true });
  });

  const eventsOf = async ({ program }: Side, type: string) => {
    const headers = { authorization: `Bearer ${opsToken}` };
    const answer = await fetch(`${program.opsUrl}/api/events?type=${type}`, { headers });
    assert.ok(answer.ok, String(answer.status));
    return ((await answer.json()) as { items: WaypostEvent[] }).items;
  };

  it("end by themselves after as many replies as an hour allows, and each says so", async () => {
    const [first, second] = sides;
    assert.ok(first && second);
    // The second has written to the first.
    await first.cloud.write({ phone: second.phone }, "Hello?");
    const isOver = async () => {
      const told = await Promise.all(
        sides.map((side) => eventsOf(side, "business.reply.silenced")),
      );
      // The last that was sent has been received, and is not answered.
      const received = await eventsOf(first, "whatsapp.message.*");
      return told.every(({ length }) => length === 1) && received.length === most + 1;
    };
    await waitFor("both are silenced", isOver);
    assert.deepEqual(
      sides.map(({ cloud }) => cloud.messages.length),
      [most, most],
    );
    const skipped = async () => {
      const headers = { authorization: `Bearer ${opsToken}` };
      const url = `${first.program.opsUrl}/api/deliveries?destination=wa&state=skipped`;
      const { items } = (await (await fetch(url, { headers })).json()) as {
        items: { reason: string }[];
      };
      return items.map(({ reason }) => reason);
    };
    await waitFor("the last is skipped", async () => (await skipped()).length === 1);
    assert.match((await skipped()).join(), /as many replies in an hour as maxPerHour allows/);
    for (const { cloud } of sides) assert.equal(cloud.messages.length, most);
  });
});
