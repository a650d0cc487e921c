import { runbookFile, runbookPath, type WaypostEvent } from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";
import type { DueAlert } from "./book.ts";

/**
 * An alert as an event, so that any kind of destination can carry it. A repeat has the same id. Nobody but the
 * alerts' own sender sees it: it is neither published nor kept.
 */
export function alertEvent(
  { incident, phase }: DueAlert,
  now: Date,
  opsUrl?: string,
): WaypostEvent {
  const { key, kind, since, count, text, remedy } = incident;
  const at = now.toISOString();
  const over = phase === "ended";
  return {
    specversion: "1.0",
    id: hashId("evt_", ["alert", key, phase, since, String(count ?? "")]),
    type: `business.alert.${kind}`,
    source: "/waypost",
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: "pst_alert",
    dataversion: 1,
    data: {
      account: {},
      contact: { name: over ? "Waypost: over" : "Waypost" },
      receivedAt: at,
      business: {
        alert: over ? `Over: ${text}` : text,
        ...(over ? {} : { remedy, runbook: runbookOf(kind, opsUrl) }),
        phase,
        since,
      },
    },
  };
}

function runbookOf(kind: DueAlert["incident"]["kind"], opsUrl: string | undefined): string {
  return opsUrl === undefined ? runbookFile(kind) : `${opsUrl}${runbookPath(kind)}`;
}
