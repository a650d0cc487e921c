const number = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** `toExponential` writes no more. */
const maxDigits = 101;

/**
 * Whether JSON.parse keeps the number that stands in `text` from `start` to `end`: the double, written with
 * as many digits as the text has, is the text. So 52.520 is kept; 12345678901234567890, 1e400, 1e-400 and
 * -0 are not.
 */
export function numberSurvives(text: string, start: number, end: number): boolean {
  const isNegative = text.charCodeAt(start) === 0x2d;
  // A double holds any 15 digits.
  if (end - start <= 15 && !isNegative && !hasExponent(text, start, end)) return true;
  return survives(text.slice(start, end));
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x65 || code === 0x45) return true;
  }
  return false;
}

function survives(lexeme: string): boolean {
  const parts = number.exec(lexeme);
  // Not a number: JSON.parse refuses the body.
  if (parts === null) return true;
  const [, whole = "", fraction = "", exponent = "0"] = parts;
  const written = (whole + fraction).replace(/^0+/, "");
  if (written === "") return !lexeme.startsWith("-");
  const digits = withoutTrailingZeros(written);
  if (digits.length > maxDigits) return false;
  const value = Math.abs(Number(lexeme));
  if (value === 0 || value === Number.POSITIVE_INFINITY) return false;
  const magnitude = Number(exponent) + written.length - fraction.length - 1;
  const sign = magnitude < 0 ? "-" : "+";
  const isText = (written: string) => {
    const [mantissa = "", rest = ""] = written.split("e");
    return mantissa.replace(".", "") === digits && rest === `${sign}${Math.abs(magnitude)}`;
  };
  // Where the double lies halfway between two texts the first rounds up, and the second is as JavaScript writes it.
  return isText(value.toExponential(digits.length - 1)) || isText(value.toExponential());
}

/** A loop: the regular expression for it takes quadratic time on zeros that are not at the end. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return digits.slice(0, end);
}
