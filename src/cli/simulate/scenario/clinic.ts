import { fieldBodies } from "../catalog/fields.ts";
import { undeliverable, windowClosed } from "../catalog/statuses.ts";
import type { Story } from "./day.ts";
import type { Outcome, Talk } from "./talk.ts";

/** The reminder of tomorrow's appointment; half of those who see it confirm. */
function reminder(talk: Talk): void {
  const luck = talk.world.random.next();
  talk.sent("utility", reminderOutcome(luck));
  if (luck < 0.25 || luck >= 0.75) return;
  talk.shows("button");
  talk.sent("service");
}

function reminderOutcome(luck: number): Outcome {
  if (luck < 0.04) return { failure: undeliverable() };
  return luck < 0.25 ? "delivered" : "read";
}

function books(talk: Talk): void {
  talk.says("hello");
  talk.says("book");
  talk.sent("service");
  talk.shows("nfm_reply");
  talk.answers("booked");
  talk.says("thanks");
}

function moves(talk: Talk): void {
  talk.says("move");
  talk.sent("service");
  talk.shows("list_reply");
  talk.answers("booked");
  talk.shows("reaction");
}

function isUnwell(talk: Talk): void {
  talk.says("unwell");
  talk.shows("image");
  talk.sent("service");
  talk.says("human");
  talk.field(fieldBodies.messaging_handovers_passed);
  talk.waits(120);
  talk.answers("agent");
  talk.shows("voice");
  talk.shows("call_permission_reply");
  talk.field(fieldBodies.call_terminate);
  talk.says("thanks");
}

function sendsPapers(talk: Talk): void {
  talk.shows("document");
  talk.shows("document");
  talk.answers("welcome");
  talk.shows("contacts");
  talk.sent("service", "skipped");
}

function findsTheWay(talk: Talk): void {
  talk.shows("location");
  talk.sent("service");
  talk.field(fieldBodies.call_connect);
  talk.field(fieldBodies.call_terminate);
}

function comesBackLate(talk: Talk): void {
  talk.sent("service", { failure: windowClosed() });
  talk.sent("utility");
  talk.shows("text_reply");
}

function templatesChange(talk: Talk): void {
  talk.field(fieldBodies.template_category_update);
  talk.field(fieldBodies.flows_latency);
  talk.waits(5000);
  talk.field(fieldBodies.message_template_rejected);
  talk.field(fieldBodies.account_alerts);
}

/** A clinic from eight to eight. */
export const clinicDay: Story = {
  toEverybody: reminder,
  once: templatesChange,
  stories: [
    ...[books, books, books, moves, moves],
    ...[isUnwell, isUnwell, sendsPapers, findsTheWay, comesBackLate],
  ],
};
