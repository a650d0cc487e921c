import { type OpenRow, openRow } from "../../src/deliver/lanes/lane.ts";
import { createFakeClock } from "./fake-clock.ts";

/** When the row was made. */
export const atIso = "2026-11-20T10:00:00.000Z";
export const rowOf = (parts: Partial<OpenRow> = {}): OpenRow => ({
  ...openRow(
    {
      id: "crm:evt_1",
      destination: "crm",
      eventId: "evt_1",
      eventType: "whatsapp.message.text",
      route: "everything",
      laneKeys: ["cnv_a"],
      seq: 1,
      state: "open",
      attempts: 0,
      history: [],
      createdAt: atIso,
    },
    0,
    createFakeClock(),
  ),
  ...parts,
});
