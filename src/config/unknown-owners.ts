import type { RawOnly, RawRouting } from "./raw-routing.ts";
import { many } from "./reading.ts";

/** Owners whom an `only` names and no pool has. Who left a pool keeps their contacts, so that it is no mistake for certain. */
export function unknownOwnerWarnings({ routes = [], defaults, pools = {} }: RawRouting): string[] {
  const members = new Set(Object.values(pools).flatMap((pool) => pool.map(({ name }) => name)));
  const asked = [
    ["`defaults`", defaults?.only] as const,
    ...routes.map(({ name, only }) => [`the route ${name}`, only] as const),
  ];
  return asked
    .filter(([, only]) => ownersOf(only).some((owner) => !members.has(owner)))
    .map(
      ([whose]) =>
        `only.owner of ${whose} names somebody whom no pool has: it concerns nobody but contacts that they had before they left; correct the name, or add them to \`pools\``,
    );
}

function ownersOf(only: RawOnly | undefined): readonly string[] {
  if (only === undefined) return [];
  const { owner, not } = only;
  const names = owner === undefined || typeof owner === "boolean" ? [] : many(owner);
  return [...names, ...ownersOf(not)];
}
