import type { SourceAuth, SourceConfig, SourceEmit } from "../contracts/sources.ts";
import { hideSecrets } from "./freeze.ts";
import type { RawReport, RawSource } from "./raw-routing.ts";
import { many, mapValues } from "./reading.ts";
import type { ReportConfig } from "./routing.ts";
import { toValueWhen } from "./to-route.ts";
import { parseWeekTime } from "./weekly-hours.ts";

export function toSource(name: string, raw: RawSource): SourceConfig {
  const { kind, secret, auth, account, emit } = raw;
  const source: SourceConfig = {
    name,
    kind,
    secrets: many(secret ?? []),
    ...(auth && { auth: toAuth(auth) }),
    account,
    emit: emit.map(toSourceEmit),
  };
  return hideSecrets(source, ["secrets", "auth"]);
}

function toAuth({ header, secret, basic, bearer }: NonNullable<RawSource["auth"]>): SourceAuth {
  if (basic !== undefined) return { basic: many(basic) };
  if (bearer !== undefined) return { bearer: many(bearer) };
  return { header: header ?? "", secrets: many(secret ?? []) };
}

function toSourceEmit({ when, ...others }: RawSource["emit"][number]): SourceEmit {
  return { ...(when && { when: mapValues(when, toValueWhen) }), ...others };
}

export function toReport({ name, at, timeZone, by, to }: RawReport): ReportConfig {
  return { name, at: parseWeekTime(at), timeZone, by: many(by), to: many(to) };
}
