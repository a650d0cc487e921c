import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { MediaRow, MediaRows } from "../../src/contracts.ts";

const hour = 3_600_000;
const sha = (sign: string) => sign.repeat(64);

function row(mediaId: string, changes: Partial<MediaRow> = {}): MediaRow {
  return {
    ...{ mediaId, state: "fetched", name: `${mediaId}.jpg`, type: "image/jpeg", bytes: 5 },
    ...{ sha256: sha("a"), expireAt: new Date(Date.now() + hour) },
    ...changes,
  };
}

const past = new Date(Date.now() - hour);
const ids = (rows: readonly MediaRow[]) => rows.map(({ mediaId }) => mediaId).sort();

/** What every store promises of the files of messages. */
export function testMediaRows(
  name: string,
  options: { skip: string | false },
  open: () => Promise<{ readonly media: MediaRows; close(): Promise<void> }>,
): void {
  describe(`files of messages in the ${name} store`, options, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let media: MediaRows;
    beforeEach(async () => {
      opened = await open();
      ({ media } = opened);
    });
    afterEach(() => opened.close());

    it("are known by media id, as they were saved last", async () => {
      assert.equal(await media.save(row("1", { state: "pending" })), true);
      assert.equal(await media.save(row("1")), true);
      assert.deepEqual(await media.get(["1", "2"]), [
        row("1", { expireAt: (await one("1")).expireAt }),
      ]);
      const { sha256: _, bytes: __, type: ___, ...absent } = row("2", { state: "absent" });
      await media.save({ ...absent, reason: "the file has expired at Meta" });
      assert.equal((await one("2")).reason, "the file has expired at Meta");
      await media.save(row("2"));
      assert.equal((await one("2")).reason, undefined);
    });

    const one = async (id: string): Promise<MediaRow> => {
      const [found] = await media.get([id]);
      assert.ok(found);
      return found;
    };

    it("that turn out to be absent keep the hash of what may have been kept of them", async () => {
      await media.save(row("1", { state: "pending" }));
      const { sha256: _, bytes: __, type: ___, ...absent } = row("1", { state: "absent" });
      await media.save({ ...absent, reason: "it has expired", expireAt: past });
      const [expired] = await media.expire(new Date(), 10);
      assert.equal(expired?.sha256, sha("a"));
    });

    it("are not answered once their time is over", async () => {
      await media.save(row("1", { expireAt: past }));
      assert.deepEqual(await media.get(["1"]), []);
    });

    it("are removed by and by when their time is over, the oldest first", async () => {
      await media.save(row("1", { expireAt: new Date(past.getTime() - 2) }));
      await media.save(row("2", { expireAt: new Date(past.getTime() - 1) }));
      await media.save(row("3", { expireAt: past }));
      await media.save(row("4"));
      assert.deepEqual(ids(await media.expire(new Date(), 2)), ["1", "2"]);
      assert.deepEqual(
        ids(await media.expire(new Date(), 2)),
        ["1", "2"],
        "until they are removed",
      );
      await media.remove(["1", "2"]);
      assert.deepEqual(ids(await media.expire(new Date(), 2)), ["3"]);
      await media.remove(["3"]);
      assert.deepEqual(await media.expire(new Date(), 2), []);
      await one("4");
    });

    it("share their bytes with every other row that has them and is not being removed", async () => {
      await media.save(row("1", { expireAt: past }));
      assert.equal(await media.isShared(row("1")), false);
      await media.save(row("2", { state: "pending" }));
      assert.equal(await media.isShared(row("1")), true);
      await media.save(row("2", { expireAt: past }));
      assert.equal(
        await media.isShared(row("1")),
        true,
        "both expired, and neither is being removed",
      );
      await media.expire(new Date(), 10);
      assert.equal(await media.isShared(row("1")), false);
      await media.save(row("3", { sha256: sha("b") }));
      assert.equal(await media.isShared(row("1")), false);
    });

    it("cannot be saved while they, or their bytes, are being removed", async () => {
      await media.save(row("1", { expireAt: past }));
      await media.expire(new Date(), 10);
      assert.equal(await media.save(row("1")), false);
      assert.equal(await media.save(row("2")), false);
      assert.equal(await media.save(row("3", { sha256: sha("b") })), true);
      await media.remove(["1"]);
      assert.equal(await media.save(row("2")), true);
      assert.equal(await media.save(row("1")), true);
    });
  });
}
