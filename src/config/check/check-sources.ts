import { list, record } from "../shape.ts";
import type { Report, Words, YamlPath } from "../yaml-file.ts";
import { checkValues } from "./check-conditions.ts";
import { checkTimeZone } from "./check-hours.ts";
import {
  type Checked,
  checkEmittedType,
  checkNames,
  checkReference,
  checkReferences,
  checkUnique,
} from "./checked.ts";

export function checkSources(checked: Checked): void {
  const { sources } = record(checked.value);
  checkNames(Object.keys(record(sources)), ["sources"], checked.report);
  for (const [name, source] of Object.entries(record(sources))) {
    const path: YamlPath = ["sources", name];
    checkWhoMayPost(source, path, checked.report);
    checkAccount(source, path, checked);
    for (const [index, emit] of list(record(source)["emit"]).entries()) {
      const at = [...path, "emit", index];
      const { type, when } = record(emit);
      checkEmittedType(type, [...at, "type"], checked);
      checkValues(when, [...at, "when"], checked.report);
    }
  }
}

function checkWhoMayPost(source: unknown, path: YamlPath, report: Report): void {
  const { kind, secret, auth } = record(source);
  if (kind === undefined) return;
  if (auth === undefined) {
    if (secret === undefined) report([...path, "secret"], missingSecret(kind));
    return;
  }
  if (kind !== "hook") {
    report([...path, "auth"], {
      problem: "is for the kind hook only",
      remedy: "Give the vendor's signing secret instead: secret",
    });
  } else if (secret !== undefined) {
    report([...path, "auth"], {
      problem: "stands beside secret, and one of them decides",
      remedy: "Keep secret for Standard Webhooks, or auth",
    });
  } else checkAuth(record(auth), [...path, "auth"], report);
}

function missingSecret(kind: unknown): Words {
  if (kind !== "hook") return { problem: "is missing", remedy: "Add the vendor's signing secret" };
  return {
    problem: "is missing",
    remedy: "Add it for Standard Webhooks, or auth for a sender that cannot sign",
  };
}

function checkAuth(auth: Record<string, unknown>, path: YamlPath, report: Report): void {
  const { header, secret, basic, bearer } = auth;
  const ways = [header ?? secret, basic, bearer].filter((each) => each !== undefined);
  if (ways.length > 1) {
    report(path, { problem: "has several ways", remedy: "Keep header, basic or bearer" });
  } else if ((header === undefined) !== (secret === undefined)) {
    report([...path, header === undefined ? "header" : "secret"], {
      problem: "is missing",
      remedy: "Give the header's name and the secret that it holds",
    });
  }
}

/** An event of a source stands in a conversation, and that is with a number. */
function checkAccount(source: unknown, path: YamlPath, checked: Checked): void {
  const { account } = record(source);
  const at = [...path, "account"];
  checkReference(account, "accounts", at, checked);
  const known = record(record(checked.value)["accounts"]);
  if (typeof account !== "string" || !Object.hasOwn(known, account)) return;
  if (record(known[account])["phoneNumberId"] !== undefined) return;
  checked.report(at, {
    problem: "has no phoneNumberId",
    remedy: `Add it to accounts.${account}, or name an account that has one`,
  });
}

export function checkReports(checked: Checked): void {
  const reports = list(record(checked.value)["reports"]);
  for (const [index, each] of reports.entries()) {
    const path: YamlPath = ["reports", index];
    const { name, timeZone, to } = record(each);
    checkNames([name], [...path, "name"], checked.report);
    checkTimeZone(timeZone, [...path, "timeZone"], checked.report);
    checkReferences(to, "destinations", [...path, "to"], checked);
    for (const name of [to].flat()) checkCarriesReports(name, [...path, "to"], checked);
  }
  checkUnique(reports, { path: ["reports"], what: "report" }, checked);
}

/** Kinds that show a text to people. */
const reportKinds = ["slack", "email"];

function checkCarriesReports(name: unknown, path: YamlPath, checked: Checked): void {
  const known = record(record(checked.value)["destinations"]);
  if (typeof name !== "string" || !Object.hasOwn(known, name)) return;
  const { kind } = record(known[name]);
  if (typeof kind !== "string" || reportKinds.includes(kind)) return;
  checked.report(path, {
    problem: `names ${name}, whose kind ${kind} cannot take reports`,
    remedy: "Name a destination of kind slack or email",
  });
}
