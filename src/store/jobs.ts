import type { RowOf, Tables } from "../contracts/table.ts";
import type { JobRow, JobRows, JobState } from "../contracts.ts";
import { defineTable, integer, json, optional, text } from "./table/define-table.ts";

/** By the job's name: who does it, and what it remembers. */
export const jobsTable = defineTable({
  name: "jobs",
  fields: {
    epoch: integer(),
    heartbeat: integer(),
    holder: optional(text()),
    state: optional(json<JobState>()),
  },
});

/** `before`: what the job remembered before jobs had rows of their own. */
export function createJobRows(
  tables: Pick<Tables, "of">,
  options: { readonly exclusive: boolean; before(name: string): Promise<JobState | undefined> },
): JobRows {
  const jobs = tables.of(jobsTable);
  const answer = (row: RowOf<typeof jobsTable.fields> | undefined) =>
    row === undefined ? undefined : toJobRow(row);
  return {
    exclusive: options.exclusive,
    async lease(name) {
      const [found] = await jobs.get([name]);
      if (found !== undefined) return toJobRow(found);
      const state = await options.before(name);
      const first = { id: name, epoch: 0, heartbeat: 0, ...(state && { state }) };
      const [other] = await jobs.insert([first]);
      return toJobRow(other ?? first);
    },
    takeLease: async (name, { epoch, heartbeat }, holder) =>
      answer(
        await jobs.advance(
          name,
          { epoch, heartbeat },
          { set: { holder }, add: { epoch: 1, heartbeat: 1 } },
        ),
      ),
    renewLease: async (name, epoch) =>
      answer(await jobs.advance(name, { epoch }, { add: { heartbeat: 1 } })),
    releaseLease: async (name, epoch) =>
      void (await jobs.advance(name, { epoch }, { set: { holder: null }, add: { heartbeat: 1 } })),
    save: async (name, epoch, state) =>
      (await jobs.update([{ id: name, where: { epoch }, set: { state } }])) === 1,
  };
}

function toJobRow({ id: _, ...row }: RowOf<typeof jobsTable.fields>): JobRow {
  return row;
}
