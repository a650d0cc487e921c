/**
 * A Content-Disposition (RFC 6266) that makes browsers save and never show what comes: the name in ASCII for old programs, and
 * as it is in UTF-8 (RFC 8187).
 */
export function attachment(name: string): string {
  const whole = name.replace(/\p{Surrogate}/gu, "_");
  const plain = whole.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const escaped = encodeURIComponent(whole).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${escaped}`;
}
