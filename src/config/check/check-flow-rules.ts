import { folded } from "../../event/consent.ts";
import { checkVia } from "../bots.ts";
import { each, list, record } from "../shape.ts";
import { closest } from "../typos.ts";
import type { Report, YamlPath } from "../yaml-file.ts";
import { checkHours } from "./check-hours.ts";
import { checkLists } from "./check-written.ts";
import {
  type Checked,
  checkLasts,
  checkNotTooLong,
  checkReference,
  checkUnique,
} from "./checked.ts";

/** `lists`, `hours`, `pools`, `conversations` and `consent`. */
export function checkFlowRules(checked: Checked): void {
  const { hours, pools, conversations, consent, lists } = record(checked.value);
  checkLists(lists, checked.report);
  for (const [name, each] of Object.entries(record(hours))) {
    checkHours(each, ["hours", name], checked.report);
  }
  for (const [name, members] of Object.entries(record(pools))) {
    checkPool(name, members, checked);
  }
  const { closeAfter, hold } = record(conversations);
  checkLasts(closeAfter, ["conversations", "closeAfter"], checked.report);
  for (const [whose, duration] of Object.entries(record(hold))) {
    checkNotTooLong(duration, ["conversations", "hold", whose], checked.report);
  }
  if (consent !== undefined) checkConsent(record(consent), checked);
}

function checkPool(name: string, members: unknown, checked: Checked): void {
  const path = ["pools", name];
  if (Array.isArray(members) && members.length === 0) {
    checked.report(path, { problem: "has no members", remedy: "Add one, e.g. - { name: Ana }" });
  }
  for (const [index, member] of list(members).entries()) {
    const { name: _, hours, ...ids } = record(member);
    checkReference(hours, "hours", [...path, index, "hours"], checked);
    checkIds(Object.keys(ids), [...path, index], checked);
  }
  checkUnique(list(members), { path, what: "member" }, checked);
}

/** By destination. What is no destination's name may be of one that templates alone know, but not by a slip. */
function checkIds(keys: readonly string[], path: YamlPath, { value, report }: Checked): void {
  const known = Object.keys(record(record(value)["destinations"]));
  for (const key of keys.filter((each) => !known.includes(each))) {
    const meant = closest(key, known, 3);
    if (meant === undefined) continue;
    report([...path, key], { problem: "is no destination", remedy: `Did you mean ${meant}?` });
  }
}

function checkConsent(
  { stop, start, confirm, via }: Record<string, unknown>,
  checked: Checked,
): void {
  for (const [key, words] of Object.entries({ stop, start })) {
    if (Array.isArray(words)) continue;
    for (const account of Object.keys(record(words))) {
      if (account === "*") continue;
      checkReference(account, "accounts", ["consent", key, account], checked);
    }
  }
  checkWords(stop, start, checked.report);
  if (confirm !== undefined || via !== undefined) {
    checkVia({ via, for: "confirm" }, ["consent", "via"], checked);
  }
}

/** For all accounts: words by account may differ. */
function checkWords(stop: unknown, start: unknown, report: Report): void {
  const forAll = (words: unknown) => typeof words === "string" || Array.isArray(words);
  if (!forAll(stop) || !forAll(start)) return;
  const stops = new Set(each(stop, []).map(([word]) => folded(String(word))));
  for (const [word, at] of each(start, ["consent", "start"])) {
    if (!stops.has(folded(String(word)))) continue;
    report(at, { problem: "is a word of stop too", remedy: "Remove one of the two" });
  }
}
