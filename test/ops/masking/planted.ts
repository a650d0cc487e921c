import fc from "fast-check";

const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);
const digit = fc.integer({ min: 1, max: 9 }).map(String);
const digits = (count: number) =>
  fc.array(digit, { minLength: count, maxLength: count }).map((all) => all.join(""));
const letters = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(..."abcdefghjkmnpqrstuvxyz"), minLength: min, maxLength: max });

/** A phone with its country code, as somebody writes it. */
const phone = fc
  .tuple(digits(2), digits(3), digits(3), digits(4))
  .chain(([cc, a, b, c]) =>
    pick(
      `${cc}${a}${b}${c}`,
      `+${cc} (${a}) ${b}-${c}`,
      `00${cc}${a}${b}${c}`,
      `+${cc}-${a}-${b}-${c}`,
      `${cc} ${a}/${b} ${c}`,
    ),
  );
const username = letters(6, 12).chain((name) => pick(`@${name}`, `${name}.qx`, `${name}_qx`));
const wamid = fc.base64String({ minLength: 24, maxLength: 60 }).map((text) => `wamid.${text}`);
const bsuid = digits(13).map((text) => `DE.${text}`);
const name = fc.tuple(letters(5, 9), letters(5, 9)).map(([a, b]) => `${a} ${b} Ümläut`);
const mail = letters(6, 10).map((text) => `${text}@mail.example`);

/** What leads to a person by its form, wherever it stands. */
export const leadsToSomebody = fc.oneof(phone, wamid, bsuid, mail);
/** And what does so only because somebody wrote it. */
export const personal = fc.oneof(leadsToSomebody, username, name);
