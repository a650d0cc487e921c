import { fieldBodies } from "../catalog/fields.ts";
import { tooMuchMarketing, undeliverable } from "../catalog/statuses.ts";
import type { Story } from "./day.ts";
import type { Outcome, Talk } from "./talk.ts";

function looksAround(talk: Talk): void {
  talk.says("hello");
  talk.says("stock");
  talk.answers("welcome");
  talk.answers("available");
  talk.says("price");
  talk.answers("shipped");
  talk.shows("reaction");
}

function comesFromAd(talk: Talk): void {
  talk.shows("text_from_ad");
  talk.sent("service");
  talk.shows("button_reply");
  talk.sent("service");
  talk.field(fieldBodies.automatic_events_purchase);
  talk.says("thanks");
}

function orders(talk: Talk): void {
  talk.shows("text_about_product");
  talk.answers("available");
  talk.shows("order");
  talk.sent("service");
  if (talk.person.language === "hi") talk.shows("text");
  talk.shows("location");
  talk.sent("utility");
  talk.waits(7200);
  talk.sent("utility");
  talk.says("thanks");
}

function complains(talk: Talk): void {
  talk.says("complaint");
  talk.shows("image");
  talk.sent("service");
  talk.says("human");
  talk.field(fieldBodies.messaging_handovers_passed);
  talk.waits(300);
  talk.answers("agent");
  talk.shows("voice");
  talk.answers("shipped");
  talk.shows("reaction");
  talk.says("thanks");
}

function changesMind(talk: Talk): void {
  talk.says("price");
  talk.shows("edit");
  talk.says("stock");
  talk.shows("revoke");
  talk.answers("available");
  talk.shows("sticker");
}

function sendsOddThings(talk: Talk): void {
  talk.shows("unsupported");
  talk.shows("contacts");
  talk.shows("text_forwarded");
  talk.sent("service", "delivered");
  talk.shows("video");
}

function movesHouse(talk: Talk): void {
  talk.says("hello");
  talk.answers("welcome");
  talk.shows("system_number");
}

/** The campaign of the morning: most read it, some cannot be reached, a few want no more. */
function campaign(talk: Talk): void {
  const luck = talk.world.random.next();
  talk.sent("marketing", campaignOutcome(luck));
  if (luck < 0.4) return;
  if (luck < 0.55) talk.field(fieldBodies.link_click);
  else if (luck < 0.62) talk.shows("button");
  else if (luck < 0.66) talk.field(fieldBodies.user_preferences_stop);
}

function campaignOutcome(luck: number): Outcome {
  if (luck < 0.06) return { failure: undeliverable() };
  if (luck < 0.12) return { failure: tooMuchMarketing() };
  return luck < 0.4 ? "delivered" : "read";
}

function templatesSuffer(talk: Talk): void {
  talk.field(fieldBodies.message_template_quality_update);
  talk.waits(1800);
  talk.field(fieldBodies.message_template_paused);
  talk.waits(3600);
  talk.field(fieldBodies.message_template_rejected);
  talk.field(fieldBodies.rate_limit_error);
  talk.field(fieldBodies.phone_number_quality_update);
}

/** A shop from eight to eight. */
export const shopDay: Story = {
  toEverybody: campaign,
  once: templatesSuffer,
  stories: [
    ...[looksAround, looksAround, looksAround, orders, orders, orders],
    ...[comesFromAd, comesFromAd, complains, complains],
    ...[changesMind, sendsOddThings, movesHouse],
  ],
};
